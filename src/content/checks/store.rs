//! Policies and confirmations in the database, and what surrounds content there.

use std::collections::{BTreeMap, HashMap};

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::model::{Check, Confirmation, Confirmed, Policy, Severity};
use crate::content::rules::tag_slug;
use crate::db::schema::{check_confirmations, check_policies, entry_tags, former_addresses, live_entries};
use crate::db::{Conn, Tx};
use crate::kernel::id::{EntryId, SiteId, UserId};
use crate::kernel::{Context, Digest, Locale, Result, Slug, Timestamp};

/// Tags of a site that one tag is compared with: those that most entries have.
const TAGS_MAX: i64 = 5_000;
/// The type of entries that lead an old address to a new one.
const REDIRECTS: &str = "pengalihan";

/// What a site makes of each check, and the version of that; 0 while it has decided nothing.
pub fn policy(connection: &mut Conn, site: SiteId) -> Result<(Policy, i32)> {
    let row = check_policies::table
        .find(site)
        .select((check_policies::severities, check_policies::version))
        .first::<(String, i32)>(connection)
        .optional()?;
    let Some((severities, version)) = row else { return Ok((Policy::default(), 0)) };
    // A check that a later version knows is passed over.
    let stored: BTreeMap<String, Severity> =
        serde_json::from_str(&severities).context("read what a site makes of the checks")?;
    let known = stored.into_iter().filter_map(|(check, severity)| Some((Check::parse(&check)?, severity)));
    Ok((Policy::with(known), version))
}

pub fn save_policy(tx: &mut Tx, site: SiteId, policy: &Policy, version: i32, now: Timestamp) -> Result<()> {
    let severities: BTreeMap<&str, &str> =
        policy.each().map(|(check, severity)| (check.as_str(), severity.as_str())).collect();
    let severities = serde_json::to_string(&severities).context("write what a site makes of the checks")?;
    let set = (
        check_policies::severities.eq(severities),
        check_policies::version.eq(version),
        check_policies::updated_at.eq(now),
    );
    let changed = diesel::update(check_policies::table.find(site)).set(set.clone()).execute(&mut **tx)?;
    if changed == 0 {
        diesel::insert_into(check_policies::table)
            .values((check_policies::site_id.eq(site), set))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// What was confirmed of an entry, the oldest first.
pub fn confirmations(connection: &mut Conn, entry: EntryId) -> Result<Vec<Confirmation>> {
    let rows = check_confirmations::table
        .filter(check_confirmations::entry_id.eq(entry))
        .order(check_confirmations::number)
        .select((
            check_confirmations::number,
            check_confirmations::revision_digest,
            check_confirmations::confirmed,
            check_confirmations::reason,
            check_confirmations::confirmed_by,
            check_confirmations::at,
        ))
        .load::<(i32, Digest, String, String, UserId, Timestamp)>(connection)?;
    let read = |(number, revision, confirmed, reason, by, at): (i32, Digest, String, String, UserId, Timestamp)| {
        let confirmed: Vec<Confirmed> = serde_json::from_str(&confirmed).context("read what was confirmed")?;
        Ok(Confirmation { number, revision, confirmed, reason, by, at })
    };
    rows.into_iter().map(read).collect()
}

pub fn insert_confirmation(tx: &mut Tx, entry: EntryId, new: &Confirmation) -> Result<()> {
    let confirmed = serde_json::to_string(&new.confirmed).context("write what was confirmed")?;
    diesel::insert_into(check_confirmations::table)
        .values((
            check_confirmations::entry_id.eq(entry),
            check_confirmations::number.eq(new.number),
            check_confirmations::revision_digest.eq(new.revision),
            check_confirmations::confirmed.eq(confirmed),
            check_confirmations::reason.eq(&new.reason),
            check_confirmations::confirmed_by.eq(new.by),
            check_confirmations::at.eq(new.at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The tags of a site's other entries, as slugs, each with how many have it.
pub fn tags(connection: &mut Conn, site: SiteId, except: EntryId) -> Result<HashMap<String, i64>> {
    let rows = entry_tags::table
        .filter(entry_tags::site_id.eq(site).and(entry_tags::entry_id.ne(except)))
        .group_by(entry_tags::tag)
        .order((count_star().desc(), entry_tags::tag))
        .limit(TAGS_MAX)
        .select((entry_tags::tag, count_star()))
        .load::<(Slug, i64)>(connection)?;
    Ok(rows.into_iter().map(|(tag, count)| (tag.to_string(), count)).collect())
}

/// Whether other entries have each of these tags.
pub fn are_used(connection: &mut Conn, site: SiteId, except: EntryId, tags: &[String]) -> Result<bool> {
    let slugs: Vec<Slug> = tags.iter().filter_map(|tag| tag_slug(tag)).collect();
    let used = entry_tags::table
        .filter(entry_tags::site_id.eq(site).and(entry_tags::entry_id.ne(except)))
        .filter(entry_tags::tag.eq_any(&slugs))
        .select(entry_tags::tag)
        .distinct()
        .load::<Slug>(connection)?;
    Ok(slugs.iter().all(|slug| used.contains(slug)))
}

/// Whether an entry stands at an address, is shown there, or was and is led on from there.
pub fn is_address(connection: &mut Conn, site: SiteId, address: (&str, &Locale, &Slug)) -> Result<bool> {
    let (type_key, locale, slug) = address;
    if crate::content::store::at_address(connection, site, address, None)?.is_some() {
        return Ok(true);
    }
    let former = former_addresses::table
        .filter(former_addresses::site_id.eq(site).and(former_addresses::slug.eq(slug)))
        .filter(former_addresses::type_key.eq(type_key).and(former_addresses::locale.eq(locale)))
        .select(former_addresses::entry_id);
    Ok(former.first::<EntryId>(connection).optional()?.is_some())
}

/// The addresses from which a site leads on, as they are written.
pub fn redirected(connection: &mut Conn, site: SiteId) -> Result<Vec<String>> {
    let cards = live_entries::table
        .filter(live_entries::site_id.eq(site).and(live_entries::type_key.eq(REDIRECTS)))
        .select(live_entries::card)
        .load::<String>(connection)?;
    let from = |card: &String| {
        let card: serde_json::Value = serde_json::from_str(card).ok()?;
        Some(card.get("from")?.as_str()?.to_owned())
    };
    Ok(cards.iter().filter_map(from).collect())
}
