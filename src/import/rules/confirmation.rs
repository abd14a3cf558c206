//! Which imported entries an approver can confirm.

use std::collections::{BTreeSet, HashMap};

use crate::content::LiveEntry;
use crate::import::ORIGIN;
use crate::import::model::Seen;
use crate::kernel::id::{EntryId, SiteId};
use crate::kernel::{Code, Refusal};

/// How many entries are confirmed at once.
pub const CONFIRMED_ENTRIES_MAX: usize = 100;

/// Between one and a hundred entries, each once: otherwise `invalid`.
pub fn check_list(seen: &[Seen]) -> Result<(), Refusal> {
    if seen.is_empty() || seen.len() > CONFIRMED_ENTRIES_MAX {
        let rule = format!("1 to {CONFIRMED_ENTRIES_MAX} entries");
        return Err(Refusal::new(Code::Invalid).field("entries", "wrong_number", rule));
    }
    let mut ids = BTreeSet::new();
    let repeated = seen.iter().enumerate().filter(|(_, one)| !ids.insert(one.entry));
    refuse(repeated, Code::Invalid, |at, _| (format!("entries[{at}].id"), "repeated", "name an entry once".to_owned()))
}

/// The live rows of the entries, in their order. Refused as a whole, with every entry that stands in the way:
/// `not_live` (on this site), `already_approved`, `digest_mismatch`.
pub fn check(site: SiteId, seen: &[Seen], live: &[LiveEntry]) -> Result<Vec<LiveEntry>, Refusal> {
    let live: HashMap<EntryId, &LiveEntry> =
        live.iter().filter(|live| live.site_id == site).map(|live| (live.entry_id, live)).collect();
    let of = |one: &Seen| live.get(&one.entry).copied();
    let among = |wrong: fn(&Seen, Option<&LiveEntry>) -> bool| {
        seen.iter().enumerate().filter(move |(_, one)| wrong(one, of(one)))
    };
    refuse(among(|_, live| live.is_none()), Code::NotLive, |at, one| {
        (format!("entries[{at}].id"), "not_live", format!("nothing of {} is live on this site", one.entry))
    })?;
    let approved = |_: &Seen, live: Option<&LiveEntry>| {
        live.is_some_and(|live| live.origin != ORIGIN || live.approver_id.is_some())
    };
    refuse(among(approved), Code::AlreadyApproved, |at, one| {
        (format!("entries[{at}].id"), "already_approved", format!("{} waits for no confirmation", one.entry))
    })?;
    let changed = |one: &Seen, live: Option<&LiveEntry>| live.is_some_and(|live| live.closure != one.digest);
    refuse(among(changed), Code::DigestMismatch, |at, one| {
        let closure = of(one).map_or_else(String::new, |live| live.closure.to_string());
        (format!("entries[{at}].digest"), "digest_mismatch", format!("{} is live with {closure}", one.entry))
    })?;
    Ok(seen.iter().filter_map(of).cloned().collect())
}

/// One refusal for all that is wrong, which names each of them by its field and together by their ids.
fn refuse<'s>(
    wrong: impl Iterator<Item = (usize, &'s Seen)>,
    code: Code,
    say: impl Fn(usize, &Seen) -> (String, &'static str, String),
) -> Result<(), Refusal> {
    let mut refusal = Refusal::new(code);
    let mut ids = Vec::new();
    for (at, one) in wrong {
        let (field, code, detail) = say(at, one);
        refusal = refusal.field(field, code, detail);
        ids.push(one.entry.to_string());
    }
    if ids.is_empty() { Ok(()) } else { Err(refusal.extra("entries", ids)) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kernel::id::{GroupId, UserId};
    use crate::kernel::{Digest, Locale, Slug, Timestamp};

    fn entry(number: u8) -> EntryId {
        EntryId::new(Timestamp::from_micros(0), [number; 10])
    }

    fn site(number: u8) -> SiteId {
        SiteId::new(Timestamp::from_micros(0), [number; 10])
    }

    fn live(number: u8) -> LiveEntry {
        let at = Timestamp::from_micros(0);
        LiveEntry {
            entry_id: entry(number),
            site_id: site(1),
            type_key: "berita".into(),
            locale: Locale::indonesian(),
            slug: Slug::parse("a").unwrap(),
            group_id: GroupId::new(at, [number; 10]),
            revision: 1,
            digest: Digest::of("revision"),
            closure: Digest::of([number]),
            card: json!({}),
            approver_id: None,
            origin: ORIGIN.into(),
            published_at: at,
            updated_at: at,
            sequence: 1,
        }
    }

    fn seen(number: u8) -> Seen {
        Seen { entry: entry(number), digest: Digest::of([number]) }
    }

    fn refusal(site: SiteId, seen: &[Seen], live: &[LiveEntry]) -> Refusal {
        check(site, seen, live).unwrap_err()
    }

    #[test]
    fn what_was_seen_is_confirmed_in_the_order_in_which_it_was_named() {
        let found = check(site(1), &[seen(2), seen(1)], &[live(1), live(2)]).unwrap();
        assert_eq!(found.iter().map(|live| live.entry_id).collect::<Vec<_>>(), [entry(2), entry(1)]);
    }

    #[test]
    fn whatever_stands_in_the_way_is_named() {
        let elsewhere = refusal(site(2), &[seen(1)], &[live(1)]);
        assert_eq!(elsewhere.code(), Code::NotLive);
        let missing = refusal(site(1), &[seen(1), seen(3), seen(4)], &[live(1)]);
        assert_eq!(missing.extras()["entries"], json!([entry(3), entry(4)]));
        let approver = Some(UserId::new(Timestamp::from_micros(0), [9; 10]));
        let approved = LiveEntry { approver_id: approver, ..live(1) };
        assert_eq!(refusal(site(1), &[seen(1)], &[approved]).code(), Code::AlreadyApproved);
        let written = LiveEntry { origin: "written".into(), ..live(1) };
        assert_eq!(refusal(site(1), &[seen(1)], &[written]).code(), Code::AlreadyApproved);
        let changed = refusal(site(1), &[seen(2), Seen { digest: Digest::of("x"), ..seen(1) }], &[live(1), live(2)]);
        assert_eq!(
            (changed.code(), changed.field_refusals()[0].field.as_str()),
            (Code::DigestMismatch, "entries[1].digest")
        );
    }

    #[test]
    fn a_list_has_one_to_a_hundred_entries_each_once() {
        let code = |seen: &[Seen]| check_list(seen).unwrap_err().field_refusals()[0].code.clone();
        assert_eq!(code(&[]), "wrong_number");
        assert_eq!(code(&(0..=100).map(seen).collect::<Vec<_>>()), "wrong_number");
        assert_eq!(code(&[seen(1), seen(2), seen(1)]), "repeated");
        assert!(check_list(&(0..100).map(seen).collect::<Vec<_>>()).is_ok());
    }
}
