use std::collections::BTreeMap;

use super::*;
use crate::kernel::Digest;
use crate::kernel::id::{MonitorId, UserId};
use crate::monitoring::look::model::{self as look, Freshness};
use crate::monitoring::sites::model::{Kept as Part, Profile};

fn site(sections: &[(Section, Option<u16>)]) -> Watched {
    let at = Timestamp::from_micros(0);
    let sections = sections.iter().map(|(section, days)| Part { section: *section, url: None, days: *days }).collect();
    let (agency, url) = ("Dinas Perkebunan".to_owned(), "https://disbun.example.go.id/".to_owned());
    let profile = Profile { sections, ..Profile::default() };
    Watched { profile, ..Watched::new(MonitorId::new(at, [1; 10]), agency, url, at) }
}

fn kept(reached: Reached, verdict: Fresh, days: Option<i32>) -> Kept {
    let date = days.map(|_| jiff::civil::date(2026, 11, 10));
    let one = Freshness {
        date,
        days,
        signal: Some("rss".into()),
        url: Some("https://x/feed".into()),
        ..Freshness::without(verdict)
    };
    Kept {
        monitor: MonitorId::new(Timestamp::from_micros(0), [1; 10]),
        looked_at: Timestamp::from_micros(0),
        verdict: look::Verdict::Ok,
        reached,
        cause: Some("refused".to_owned()),
        injection: None,
        grade: None,
        freshness: Section::ALL.iter().map(|section| (*section, one.clone())).collect::<BTreeMap<_, _>>(),
        quiet: false,
        report: Digest::of("report"),
    }
}

fn verdict(reached: Reached, fresh: Fresh, days: Option<i32>, expected: Option<u16>) -> Verdict {
    row(&site(&[(Section::Berita, expected)]), &kept(reached, fresh, days), Section::Berita, (None, &TimeZone::UTC))
        .verdict
}

#[test]
fn a_part_is_judged_by_the_rhythm_that_was_agreed_and_never_on_a_dead_site() {
    use Fresh::{NoAnswer, NotUpdated, Updated};
    assert_eq!(verdict(Reached::Ok, Updated, Some(3), None), Verdict::Updated);
    assert_eq!(verdict(Reached::Ok, NotUpdated, Some(12), Some(30)), Verdict::Updated);
    assert_eq!(verdict(Reached::Ok, Updated, Some(6), Some(5)), Verdict::NotUpdated);
    assert_eq!(verdict(Reached::Ok, NoAnswer, None, Some(5)), Verdict::NoAnswer);
    assert_eq!(verdict(Reached::Down, Updated, Some(1), None), Verdict::Down);
    assert_eq!(verdict(Reached::Maintenance, Updated, Some(1), None), Verdict::Maintenance);
    assert_eq!(verdict(Reached::Unknown, Updated, Some(1), None), Verdict::NoAnswer);
    let mut announced = kept(Reached::Down, NoAnswer, None);
    announced.quiet = true;
    assert_eq!(row(&site(&[]), &announced, Section::Agenda, (None, &TimeZone::UTC)).verdict, Verdict::Maintenance);
    let dead = row(&site(&[]), &kept(Reached::Down, Updated, Some(1)), Section::Berita, (None, &TimeZone::UTC));
    assert_eq!((dead.seen.date, dead.seen.cause.as_deref()), (None, Some("refused")));
}

#[test]
fn only_parts_that_are_to_be_kept_up_have_rows() {
    assert_eq!(sections(&site(&[])), Section::ALL);
    assert_eq!(
        sections(&site(&[(Section::Agenda, None), (Section::Berita, None)])),
        [Section::Berita, Section::Agenda]
    );
}

#[test]
fn what_people_put_right_needs_a_reason_and_outlives_new_figures_that_say_the_same() {
    let at = Timestamp::from_micros(5);
    let stale = row(
        &site(&[]),
        &kept(Reached::Ok, Fresh::NotUpdated, Some(9)),
        Section::Berita,
        (Some(Verdict::Updated), &TimeZone::UTC),
    );
    let by_hand =
        |reason: &str| Override { verdict: Verdict::Updated, reason: reason.into(), by: UserId::new(at, [2; 10]), at };
    let writing =
        |reason: &str| Writing { reason: Some(" Akun hilang ".into()), overridden: Some(Some(by_hand(reason))) };
    assert_eq!(written(stale.clone(), writing(" ")).unwrap_err().code(), Code::CommentRequired);
    let put_right = written(stale.clone(), writing("Berita di kanal lain")).unwrap();
    assert_eq!((put_right.verdict, put_right.measured, put_right.version), (Verdict::Updated, Verdict::NotUpdated, 2));
    assert_eq!(put_right.reason, "Akun hilang");
    let same = carried(stale.clone(), &put_right);
    assert_eq!((same.verdict, same.reason.as_str(), same.version), (Verdict::Updated, "Akun hilang", 3));
    let other = row(&site(&[]), &kept(Reached::Down, Fresh::NoAnswer, None), Section::Berita, (None, &TimeZone::UTC));
    let other = carried(other, &put_right);
    assert_eq!((other.verdict, other.overridden, other.reason.as_str()), (Verdict::Down, None, "Akun hilang"));
    let taken_back = written(put_right, Writing { overridden: Some(None), ..Writing::default() }).unwrap();
    assert_eq!((taken_back.verdict, taken_back.overridden), (Verdict::NotUpdated, None));
}

#[test]
fn a_week_begins_on_monday_where_people_live() {
    let zone = TimeZone::get("Asia/Makassar").unwrap();
    let week = |text: &str| week_of(text.parse::<jiff::Timestamp>().unwrap().into(), &zone).to_string();
    assert_eq!(week("2026-11-22T15:59:59Z"), "2026-11-16");
    assert_eq!(week("2026-11-22T16:00:00Z"), "2026-11-23");
    assert_eq!(week("2026-11-29T12:00:00Z"), "2026-11-23");
}
