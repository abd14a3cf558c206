//! Another file in the place of one, wherever it is named: the entries have to be approved again.

use super::desk::Desk;
use super::model::Changed;
use super::service::{rewrite, way_of_changing};
use crate::app::App;
use crate::content::model::Content;
use crate::content::{self, service as contents};
use crate::db::Tx;
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::SiteId;
use crate::kernel::{Code, Digest, Error, Refusal, Result, Timestamp};
use crate::media;

/// Entries that are changed in one transaction.
const ENTRIES_MAX: usize = 200;

/// Names `new` wherever the newest revision of an entry names `old`: all of them or none. What is published becomes a
/// draft beside what citizens see, and what was approved has to be approved again; what was withdrawn stays as it was. What is said of the old file is said
/// of the new one where nothing is said of it yet.
///
/// Refusals: `not_found` for a file that the site does not have, `nothing_changed` when no entry names it, `too_large`, and
/// what stands in the way of an edit, with the entry.
pub async fn replace(app: &App, actor: &Actor, site: SiteId, (old, new): (Digest, Digest)) -> Result<Vec<Changed>> {
    let _: Permit<cases::WriteContent> = actor.permit(site)?;
    let (now, actor) = (app.now(), actor.clone());
    app.db
        .write(move |tx| {
            require_files(tx, site, (old, new))?;
            let mut named = Vec::new();
            for entry in content::uses::naming(tx, site, &old)? {
                let row = content::store::require(tx, entry)?;
                let desk = Desk::of(tx, row)?;
                // What was withdrawn stays as it was; nobody sees it.
                if !desk.step()?.end || content::live::find(tx, entry)?.is_some() {
                    named.push(desk);
                }
            }
            if named.is_empty() {
                return Err(Refusal::new(Code::NothingChanged).detail("no entry names the file").into());
            }
            if named.len() > ENTRIES_MAX {
                let detail = format!("{} entries name the file; at most {ENTRIES_MAX} at once", named.len());
                return Err(Refusal::new(Code::TooLarge).detail(detail).into());
            }
            media::service::describe_alike(tx, site, (&old, &new), (&actor.ledger_name(), now))?;
            named.into_iter().map(|desk| in_entry(tx, desk, (old, new), (&actor, now))).collect()
        })
        .await
}

fn require_files(tx: &mut Tx, site: SiteId, (old, new): (Digest, Digest)) -> Result<()> {
    if old == new {
        let refusal =
            Refusal::new(Code::Invalid).field("with", "the_same", "another file than the one that is replaced");
        return Err(refusal.into());
    }
    if !media::store::known(tx, site, &[old])?.contains(&old) {
        return Err(Refusal::new(Code::NotFound).into());
    }
    if !media::store::placeable(tx, site, &[new])?.contains(&new) {
        let detail = format!("the site has no file {new}, or it is in the trash");
        return Err(Refusal::new(Code::Invalid).field("with", "unknown_asset", detail).into());
    }
    Ok(())
}

fn in_entry(
    tx: &mut Tx,
    desk: Desk,
    (old, new): (Digest, Digest),
    (actor, now): (&Actor, Timestamp),
) -> Result<Changed> {
    let entry = desk.row.id;
    let replacing = |tx: &mut Tx| {
        let way = way_of_changing(&desk, actor)?;
        let before = content::store::content(tx, entry, desk.row.revision)?.to_text();
        let content = Content::from_text(&before.replace(old.as_str(), new.as_str()))?;
        contents::check_whole(tx, &desk.row, &desk.content_type, &content)?;
        Ok::<_, Error>((way, content))
    };
    let (way, content) = replacing(tx).map_err(|error| match error {
        Error::Refused(refusal) => {
            refusal.extra("entry", entry.as_str()).extra("title", desk.row.title.as_str()).into()
        }
        broken => broken,
    })?;
    rewrite(tx, desk, &content, way, (actor, "replace_file", now))
}
