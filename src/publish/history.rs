//! What was live at an earlier time, from the list of changes.

use std::collections::HashMap;

use diesel::prelude::*;

use super::store::{self, IDS_AT_ONCE};
use crate::content::model::LiveChangeKind;
use crate::db::Conn;
use crate::db::schema::live_changes;
use crate::kernel::id::{EntryId, SiteId};
use crate::kernel::{Digest, Result, Timestamp};

/// An entry as it was shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub site: SiteId,
    pub type_key: String,
    pub slug: String,
    pub digest: Digest,
    pub at: Timestamp,
}

type Change = (EntryId, String, String, String, Digest, Timestamp);

/// The entries that changed after a sequence number, as they were shown at it; `None` for those that were not.
pub fn shown_at(connection: &mut Conn, site: SiteId, sequence: i64) -> Result<HashMap<EntryId, Option<Shown>>> {
    let changed: Vec<EntryId> =
        store::changed_since(connection, site, sequence)?.into_iter().map(|(entry, _)| entry).collect();
    let mut then: HashMap<EntryId, Option<Shown>> = changed.iter().map(|entry| (*entry, None)).collect();
    for chunk in changed.chunks(IDS_AT_ONCE) {
        let rows = live_changes::table
            .filter(live_changes::site_id.eq(site).and(live_changes::sequence.le(sequence)))
            .filter(live_changes::entry_id.eq_any(chunk))
            .filter(live_changes::kind.ne(LiveChangeKind::Redrawn.as_str()))
            .order(live_changes::sequence)
            .select((
                live_changes::entry_id,
                live_changes::kind,
                live_changes::type_key,
                live_changes::slug,
                live_changes::digest,
                live_changes::at,
            ))
            .load::<Change>(connection)?;
        for (entry, kind, type_key, slug, digest, at) in rows {
            let shown = kind == LiveChangeKind::Shown.as_str();
            then.insert(entry, shown.then_some(Shown { site, type_key, slug, digest, at }));
        }
    }
    Ok(then)
}
