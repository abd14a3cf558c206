//! One batch of entries, stored in one transaction.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::json;

use super::cases::Mold;
use super::reading::Entry;
use super::store::{self, Address};
use super::{ACTOR, ORIGIN};
use crate::app::App;
use crate::content::model::NewEntry;
use crate::content::{self, ContentType, LiveEntry, live};
use crate::db::Tx;
use crate::jobs::{self, NewJob};
use crate::kernel::id::{CaseId, EntryId, GroupId, JobId};
use crate::kernel::{Digest, Result, Slug, Timestamp};
use crate::ledger::{self, Event};
use crate::sites::Site;
use crate::{media, procedure};

/// Why the live entries of an import are live, in the list of changes.
const REASON: &str = "import";

/// An entry with its ids, ready to be stored.
pub struct Ready {
    pub entry: EntryId,
    pub case: CaseId,
    pub group: GroupId,
    pub content_type: Arc<ContentType>,
    pub read: Entry,
    /// It came of an alias and not of a file.
    pub redirect: bool,
}

/// What all batches have in common.
pub struct Desk<'a> {
    pub app: &'a App,
    pub site: &'a Site,
    pub mold: Mold,
    pub publish: bool,
    pub now: Timestamp,
}

/// What a batch did.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Written {
    pub published: usize,
    pub drafts: usize,
    pub untouched: usize,
    pub assets: usize,
    pub redirects: usize,
}

impl Ready {
    fn address(&self) -> Address {
        let content = &self.read.content;
        (content.type_key.clone(), content.locale.clone(), content.slug.clone())
    }
}

/// Stores what is new of a batch. An address that an entry got meanwhile is left alone.
pub fn write(desk: &Desk, batch: &[Ready]) -> Result<Written> {
    let job = desk.app.id(JobId::new);
    let written = desk.app.db.write_blocking(|tx| write_in(tx, desk, batch, job))?;
    if desk.publish && written.published > 0 {
        desk.app.live_changed();
    }
    Ok(written)
}

fn write_in(tx: &mut Tx, desk: &Desk, batch: &[Ready], job: JobId) -> Result<Written> {
    let mut written = Written::default();
    let slugs: Vec<Slug> = batch.iter().map(|ready| ready.read.content.slug.clone()).collect();
    let taken: HashSet<Address> = store::taken(tx, desk.site.id, &slugs)?.into_iter().collect();
    let (mut shown, mut drafted) = (Vec::new(), Vec::new());
    for ready in batch {
        written.assets += keep_assets(tx, desk, ready)?;
        if taken.contains(&ready.address()) || takes_unique_value(tx, desk, ready)? {
            written.untouched += usize::from(!ready.redirect);
            continue;
        }
        let draft = ready.read.draft || !desk.publish;
        let closure = insert(tx, desk, ready, draft)?;
        if draft { &mut drafted } else { &mut shown }.push(closure);
        match (ready.redirect, draft) {
            (true, _) => written.redirects += 1,
            (false, true) => written.drafts += 1,
            (false, false) => written.published += 1,
        }
    }
    record(tx, desk, "import.publish", shown)?;
    record(tx, desk, "import.create", drafted)?;
    if desk.publish && written.published + written.redirects > 0 {
        enqueue_build(tx, desk, job)?;
    }
    Ok(written)
}

fn keep_assets(tx: &mut Tx, desk: &Desk, ready: &Ready) -> Result<usize> {
    let mut new = 0;
    for asset in &ready.read.assets {
        if media::store::find(tx, desk.site.id, &asset.digest)?.is_none() {
            media::service::keep(tx, asset, ACTOR, desk.now)?;
            new += 1;
        }
    }
    Ok(new)
}

fn takes_unique_value(tx: &mut Tx, desk: &Desk, ready: &Ready) -> Result<bool> {
    for (field, value) in content::rules::unique_values(&ready.content_type, &ready.read.content) {
        let place = (ready.content_type.key.as_str(), field);
        if content::store::with_unique_value(tx, desk.site.id, place, &value, None)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn insert(tx: &mut Tx, desk: &Desk, ready: &Ready, draft: bool) -> Result<Digest> {
    let content = &ready.read.content;
    procedure::store::insert(tx, &desk.mold.case(ready.case, ready.entry, content.title(), draft))?;
    let new = NewEntry {
        id: ready.entry,
        site_id: desk.site.id,
        group_id: ready.group,
        case_id: ready.case,
        step: desk.mold.step(draft).to_owned(),
        content: content.clone(),
        closure: content::rules::closure_of(&ready.content_type, content),
        origin: ORIGIN.to_owned(),
        author: None,
    };
    let row = content::store::insert(tx, &new, &ready.content_type, desk.now)?;
    if !draft {
        let first = LiveEntry::of(&row, &ready.content_type, content, None, ready.read.published_at);
        live::show(tx, &LiveEntry { updated_at: ready.read.updated_at, ..first }, REASON, desk.now)?;
    }
    Ok(row.closure)
}

fn record(tx: &mut Tx, desk: &Desk, action: &str, closures: Vec<Digest>) -> Result<()> {
    if closures.is_empty() {
        return Ok(());
    }
    let detail = json!({"entries": closures.len(), "origin": ORIGIN, "approver": null});
    let mut event = Event::new(ACTOR, action, format!("site:{}", desk.site.id)).site(desk.site.id).detail(detail);
    event.digests = closures;
    ledger::record(tx, &event, desk.now)?;
    Ok(())
}

fn enqueue_build(tx: &mut Tx, desk: &Desk, id: JobId) -> Result<()> {
    let site = desk.site.id;
    let job = NewJob {
        kind: "publish.build",
        payload: json!({"site": site}),
        unique_key: Some(format!("publish.build:{site}")),
        run_at: desk.now,
    };
    jobs::enqueue(tx, id, &job, desk.now)?;
    Ok(())
}
