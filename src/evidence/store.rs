//! What the proof of an entry reads beside what other rooms tell.

use diesel::prelude::*;

use super::model::Period;
use crate::content::model::{Content, LiveChangeKind, Revision};
use crate::db::Conn;
use crate::db::schema::{live_changes, releases, revisions};
use crate::kernel::id::{EntryId, ReleaseId, SiteId, UserId};
use crate::kernel::{Digest, Refusal, Result, Timestamp};

/// The times in which citizens saw the entry, in order.
pub fn periods(connection: &mut Conn, site: SiteId, entry: EntryId) -> Result<Vec<Period>> {
    let rows: Vec<(i64, String, Digest, String, Timestamp)> = live_changes::table
        .filter(live_changes::site_id.eq(site).and(live_changes::entry_id.eq(entry)))
        .order(live_changes::sequence)
        .select((
            live_changes::sequence,
            live_changes::kind,
            live_changes::digest,
            live_changes::reason,
            live_changes::at,
        ))
        .load(connection)?;
    let mut periods: Vec<Period> = Vec::new();
    for (sequence, kind, digest, why, at) in rows {
        // What was said stayed as it was.
        if kind == LiveChangeKind::Redrawn.as_str() {
            continue;
        }
        if let Some(last) = periods.last_mut().filter(|last| last.until.is_none()) {
            (last.until, last.until_sequence) = (Some(at), Some(sequence));
        }
        if kind == LiveChangeKind::Shown.as_str() {
            periods.push(Period { digest, from: at, until: None, why, sequence, until_sequence: None });
        }
    }
    Ok(periods)
}

/// The newest revision with that digest that was written by then.
pub fn revision(connection: &mut Conn, entry: EntryId, digest: &Digest, by: Timestamp) -> Result<(Revision, Content)> {
    type Row = ((i32, Digest, Option<UserId>, Timestamp), String);
    let row = revisions::table
        .filter(revisions::entry_id.eq(entry).and(revisions::digest.eq(digest)))
        .filter(revisions::created_at.le(by))
        .order(revisions::number.desc())
        .select(((revisions::number, revisions::digest, revisions::author_id, revisions::created_at), revisions::body))
        .first::<Row>(connection)
        .optional()?;
    let ((number, digest, author, created_at), body) =
        row.ok_or_else(|| Refusal::new(crate::kernel::Code::NotFound).detail("the revision is not there"))?;
    Ok((Revision { number, digest, author, created_at }, Content::from_text(&body)?))
}

/// A release that was live.
pub struct Live {
    pub id: ReleaseId,
    pub number: i32,
    pub manifest: Digest,
    pub live_sequence: i64,
    pub live_at: Timestamp,
}

/// Releases that went live with the site's state between two of its changes, the newest first.
pub fn releases(connection: &mut Conn, site: SiteId, from: i64, until: Option<i64>) -> Result<Vec<Live>> {
    type Row = (ReleaseId, i32, Digest, i64, Option<Timestamp>);
    let mut query = releases::table
        .filter(releases::site_id.eq(site).and(releases::live_sequence.ge(from)))
        .filter(releases::activated_at.is_not_null())
        .into_boxed::<crate::db::Backend>();
    if let Some(until) = until {
        query = query.filter(releases::live_sequence.lt(until));
    }
    let rows: Vec<Row> = query
        .order(releases::number.desc())
        .select((
            releases::id,
            releases::number,
            releases::manifest_digest,
            releases::live_sequence,
            releases::activated_at,
        ))
        .load(connection)?;
    let live = |(id, number, manifest, live_sequence, live_at): Row| {
        Some(Live { id, number, manifest, live_sequence, live_at: live_at? })
    };
    Ok(rows.into_iter().filter_map(live).collect())
}
