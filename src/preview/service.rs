//! Use cases: a link to one revision, its end, and what it shows.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::model::{NewPreview, Preview};
use super::{rules, store};
use crate::app::App;
use crate::content::{self, type_store};
use crate::db::Conn;
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{EntryId, PreviewId};
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::publish::ahead::{self, Coming, Shown};

/// Links of one entry that are open at the same time.
const OPEN_MAX: usize = 50;
const TOKEN_BYTES: usize = 32;

/// What is handed out and never stored, and the digest that is.
pub fn token(app: &App) -> (String, Digest) {
    let token = URL_SAFE_NO_PAD.encode(app.random::<TOKEN_BYTES>());
    let digest = Digest::of(&token);
    (token, digest)
}

/// Makes a link; returns it with its token, which nobody can read again.
pub async fn create(app: &App, actor: &Actor, entry: EntryId, new: NewPreview) -> Result<(Preview, String)> {
    let (span, recipient) = rules::span_and_recipient(&new)?;
    let (id, now, actor) = (app.id(PreviewId::new), app.now(), actor.clone());
    let (token, hash) = token(app);
    let preview = app
        .db
        .write(move |tx| {
            let row = content::store::require(tx, entry)?;
            let _permit: Permit<cases::PreviewEntry> = actor.permit(row.site_id)?;
            if new.recipient.is_some() {
                let _permit: Permit<cases::SharePreview> = actor.permit(row.site_id)?;
            }
            let (revision, _) = content::store::content_by_digest(tx, entry, &new.revision.unwrap_or(row.digest))?;
            if store::open(tx, entry, now)?.len() >= OPEN_MAX {
                let why = format!("at most {OPEN_MAX} open links for an entry: revoke some");
                return Err(Refusal::new(Code::InUse).detail(why).into());
            }
            let created_by = actor.user().ok_or_else(|| Refusal::new(Code::Forbidden))?;
            let preview = Preview {
                id,
                entry,
                site: row.site_id,
                revision: revision.number,
                digest: revision.digest,
                recipient: recipient.clone(),
                created_by,
                created_at: now,
                expires_at: now.plus(span),
                revoked_at: None,
            };
            store::insert(tx, &preview, &hash)?;
            ledger::record(tx, &event(&preview, &actor, "create"), now)?;
            Ok(preview)
        })
        .await?;
    Ok((preview, token))
}

fn event(preview: &Preview, actor: &Actor, verb: &str) -> Event {
    let detail = json!({
        "entry": preview.entry, "revision": preview.revision, "recipient": preview.recipient,
        "expires_at": preview.expires_at,
    });
    Event::new(actor.ledger_name(), &format!("preview.{verb}"), format!("preview:{}", preview.id))
        .site(preview.site)
        .digest(preview.digest)
        .detail(detail)
}

/// The open links of an entry, newest first.
pub async fn list(app: &App, actor: &Actor, entry: EntryId) -> Result<Vec<Preview>> {
    let (actor, now) = (actor.clone(), app.now());
    app.db
        .read(move |c| {
            let row = content::store::require(c, entry)?;
            let _permit: Permit<cases::PreviewEntry> = actor.permit(row.site_id)?;
            store::open(c, entry, now)
        })
        .await
}

/// Ends a link now: whoever made it, and whoever may share.
pub async fn revoke(app: &App, actor: &Actor, id: PreviewId) -> Result<Preview> {
    let (actor, now) = (actor.clone(), app.now());
    app.db
        .write(move |tx| {
            let preview = store::find(tx, id)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
            let _permit: Permit<cases::PreviewEntry> = actor.permit(preview.site)?;
            if actor.user() != Some(preview.created_by) {
                let _permit: Permit<cases::SharePreview> = actor.permit(preview.site)?;
            }
            if !preview.is_open(now) {
                return Err(Refusal::new(Code::NothingChanged).detail("it has ended already").into());
            }
            store::revoke(tx, id, now)?;
            ledger::record(tx, &event(&preview, &actor, "revoke"), now)?;
            Ok(Preview { revoked_at: Some(now), ..preview })
        })
        .await
}

/// The link that a token opens now: `bad_link` when there is none.
pub async fn opened(app: &App, token: &str) -> Result<Preview> {
    let (hash, now) = (Digest::of(token), app.now());
    let found = app.db.read(move |c| store::by_token(c, &hash)).await?;
    found.filter(|preview| preview.is_open(now)).ok_or_else(|| Refusal::new(Code::BadLink).into())
}

/// Renders what a link shows. Blocks.
pub fn render(app: &App, preview: &Preview) -> Result<Shown> {
    let now = app.now();
    let coming = app.db.read_blocking(|c| coming(c, preview.entry, &preview.digest, now))?;
    ahead::page(app, &coming)
}

/// A revision as if it were live. One that is no longer what its digest names is not shown.
pub fn coming(connection: &mut Conn, entry: EntryId, digest: &Digest, now: Timestamp) -> Result<Coming> {
    let entry = content::store::require(connection, entry)?;
    let (revision, content) = content::store::content_by_digest(connection, entry.id, digest)?;
    if content.digest() != *digest {
        return Err(Refusal::new(Code::DigestMismatch).detail("the stored revision is not what it was").into());
    }
    let content_type = type_store::require(connection, entry.site_id, &entry.type_key)?.content_type;
    let at = entry.publish_at.unwrap_or(now);
    Ok(Coming { entry, revision: revision.number, content, content_type, at })
}
