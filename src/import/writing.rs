//! One batch of entries, stored in one transaction.

use std::collections::{BTreeMap, HashSet};
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
use crate::jobs;
use crate::kernel::id::{CaseId, EntryId, GroupId, JobId};
use crate::kernel::{Digest, Result, Slug, Timestamp};
use crate::ledger::{self, Event};
use crate::media::Asset;
use crate::sites::{self, Site};
use crate::{media, procedure};

/// Why the live entries of an import are live, in the list of changes.
const REASON: &str = "import";

/// How many entries are stored with the same statements. SQLite takes 32,766 parameters in one, and a file may
/// have any number of aliases.
const PART_ENTRIES: usize = 1_000;

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

impl Desk<'_> {
    fn is_draft(&self, ready: &Ready) -> bool {
        ready.read.draft || !self.publish
    }

    fn entry(&self, ready: &Ready) -> NewEntry {
        let content = &ready.read.content;
        NewEntry {
            id: ready.entry,
            site_id: self.site.id,
            group_id: ready.group,
            case_id: ready.case,
            step: self.mold.step(self.is_draft(ready)).to_owned(),
            content: content.clone(),
            closure: content::rules::closure_of(&ready.content_type, content),
            origin: ORIGIN.to_owned(),
            author: None,
        }
    }
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
    if desk.publish && written.published + written.redirects > 0 {
        desk.app.live_changed();
    }
    Ok(written)
}

fn write_in(tx: &mut Tx, desk: &Desk, batch: &[Ready], job: JobId) -> Result<Written> {
    let mut written = Written::default();
    let (mut shown, mut drafted) = (Vec::new(), Vec::new());
    for part in batch.chunks(PART_ENTRIES) {
        let new = new_of(tx, desk, part, &mut written)?;
        insert(tx, desk, &new, (&mut shown, &mut drafted))?;
    }
    if !shown.is_empty() {
        enqueue_build(tx, desk, job)?;
    }
    record(tx, desk, "import.publish", shown)?;
    record(tx, desk, "import.create", drafted)?;
    Ok(written)
}

/// The type, the field and the digest of a value that only one entry may have.
type UniqueValue = (String, String, Digest);

fn unique_values(ready: &Ready) -> Vec<UniqueValue> {
    let values = content::rules::unique_values(&ready.content_type, &ready.read.content);
    values.into_iter().map(|(field, value)| (ready.content_type.key.clone(), field.to_owned(), value)).collect()
}

/// What of a part the site can take: neither its address nor one of its unique values is another entry's. Keeps
/// the files of all of it, and counts.
fn new_of<'b>(tx: &mut Tx, desk: &Desk, part: &'b [Ready], written: &mut Written) -> Result<Vec<&'b Ready>> {
    let assets: Vec<Asset> = part.iter().flat_map(|ready| ready.read.assets.iter().cloned()).collect();
    written.assets += media::service::keep_all(tx, desk.site.id, &assets, ACTOR, desk.now)?;
    let slugs: Vec<Slug> = part.iter().map(|ready| ready.read.content.slug.clone()).collect();
    let taken: HashSet<Address> = store::taken(tx, desk.site.id, &slugs)?.into_iter().collect();
    let mut values = taken_values(tx, desk, part)?;
    let mut new = Vec::with_capacity(part.len());
    for ready in part {
        let own = unique_values(ready);
        if taken.contains(&ready.address()) || own.iter().any(|value| values.contains(value)) {
            written.untouched += usize::from(!ready.redirect);
            continue;
        }
        match (ready.redirect, desk.is_draft(ready)) {
            (true, _) => written.redirects += 1,
            (false, true) => written.drafts += 1,
            (false, false) => written.published += 1,
        }
        values.extend(own);
        new.push(ready);
    }
    Ok(new)
}

/// The unique values of a part that entries of the site have.
fn taken_values(tx: &mut Tx, desk: &Desk, part: &[Ready]) -> Result<HashSet<UniqueValue>> {
    let mut by_field: BTreeMap<(String, String), Vec<Digest>> = BTreeMap::new();
    for (type_key, field, value) in part.iter().flat_map(unique_values) {
        by_field.entry((type_key, field)).or_default().push(value);
    }
    let mut taken = HashSet::new();
    for ((type_key, field), values) in by_field {
        let found = content::store::taken_unique_values(tx, desk.site.id, (&type_key, &field), &values)?;
        taken.extend(found.into_iter().map(|value| (type_key.clone(), field.clone(), value)));
    }
    Ok(taken)
}

/// Stores new entries with their cases and shows those that are no drafts; adds the closures of what is shown
/// and of the drafts to the lists.
fn insert(
    tx: &mut Tx,
    desk: &Desk,
    new: &[&Ready],
    (shown, drafted): (&mut Vec<Digest>, &mut Vec<Digest>),
) -> Result<()> {
    let case =
        |ready: &&Ready| desk.mold.case(ready.case, ready.entry, ready.read.content.title(), desk.is_draft(ready));
    procedure::store::insert_all(tx, &new.iter().map(case).collect::<Vec<_>>())?;
    let entries: Vec<NewEntry> = new.iter().map(|ready| desk.entry(ready)).collect();
    let types = new.iter().map(|ready| ready.content_type.as_ref());
    let rows = content::store::insert_all(tx, entries.iter().zip(types), desk.now)?;
    let mut live = Vec::with_capacity(rows.len());
    for (row, ready) in rows.iter().zip(new) {
        if desk.is_draft(ready) {
            drafted.push(row.closure);
        } else {
            let (content, published_at) = (&ready.read.content, ready.read.published_at);
            let first = LiveEntry::of(row, &ready.content_type, content, None, published_at)?;
            shown.push(row.closure);
            live.push(LiveEntry { updated_at: ready.read.updated_at, ..first });
        }
    }
    live::show_all(tx, &live, REASON, desk.now)
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
    jobs::enqueue(tx, id, &sites::service::release_wanted(desk.site.id, desk.now), desk.now)?;
    Ok(())
}
