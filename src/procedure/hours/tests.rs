use proptest::prelude::*;

use super::*;
use crate::calendar::model::{HOLIDAYS_BUILT_IN, HOLIDAYS_FILE, Holiday, HolidayKind};
use crate::kernel::Code;
use crate::procedure::model::Definition;

const MAKASSAR: &str = "Asia/Makassar";

fn calendar() -> Calendar {
    Calendar::parse(HOLIDAYS_BUILT_IN, HOLIDAYS_FILE).unwrap()
}

fn weekly() -> Hours {
    let (file, source) = crate::procedure::definition::built_in().remove(0);
    Definition::load(source, file).unwrap().hours
}

fn span(amount: u32, unit: SpanUnit) -> StandardTime {
    StandardTime::Span { amount, unit, words: String::new() }
}

/// Reads a local time of Makassar, and says one.
fn due(hours: &Hours, start: &str, time: &StandardTime) -> String {
    due_in(MAKASSAR, hours, start, time)
}

fn due_in(zone: &str, hours: &Hours, start: &str, time: &StandardTime) -> String {
    let (calendar, zone) = (calendar(), TimeZone::get(zone).unwrap());
    let service = ServiceTime { calendar: &calendar, hours, zone: &zone };
    let due = service.due(at(&zone, start), time, None, 0).unwrap();
    due.in_zone(&zone).strftime("%Y-%m-%dT%H:%M").to_string()
}

fn at(zone: &TimeZone, local: &str) -> Timestamp {
    let at: jiff::civil::DateTime = local.parse().unwrap();
    Timestamp::from(at.to_zoned(zone.clone()).unwrap().timestamp())
}

#[test]
fn minutes_and_hours_run_in_service_hours_alone() {
    use SpanUnit::{Hours as H, Minutes as M};
    let hours = weekly();
    for (start, amount, unit, expected) in [
        ("2026-11-23T09:00", 15, M, "2026-11-23T09:15"),
        ("2026-11-23T15:50", 15, M, "2026-11-24T08:05"),
        ("2026-11-23T15:45", 15, M, "2026-11-23T16:00"),
        ("2026-11-23T05:00", 1, H, "2026-11-23T09:00"),
        ("2026-11-23T20:00", 1, H, "2026-11-24T09:00"),
        // Friday ends at 11.30; the rest runs on Monday.
        ("2026-11-27T10:30", 3, H, "2026-11-30T10:00"),
        ("2026-11-28T12:00", 3, H, "2026-11-30T11:00"),
        // 24 and 25 December are joint leave and a holiday, then comes a weekend.
        ("2026-12-23T15:00", 3, H, "2026-12-28T10:00"),
        // From the joint leave before Nyepi to the last day of that of Idul Fitri nobody works.
        ("2026-03-17T15:30", 1, H, "2026-03-25T08:30"),
    ] {
        assert_eq!(due(&hours, start, &span(amount, unit)), expected, "{amount} {unit} from {start}");
    }
}

#[test]
fn days_are_working_days_where_service_hours_are_named() {
    let hours = weekly();
    for (start, amount, expected) in [
        ("2026-11-23T10:00", 1, "2026-11-24T10:00"),
        ("2026-11-26T14:00", 1, "2026-11-27T11:30"),
        ("2026-11-27T09:00", 1, "2026-11-30T09:00"),
        ("2026-11-23T17:00", 1, "2026-11-25T08:00"),
        ("2026-11-23T16:00", 1, "2026-11-24T16:00"),
        ("2026-11-23T06:00", 1, "2026-11-24T08:00"),
        ("2026-11-28T12:00", 1, "2026-12-01T08:00"),
        ("2026-12-23T10:00", 2, "2026-12-29T10:00"),
    ] {
        assert_eq!(due(&hours, start, &span(amount, SpanUnit::Days)), expected, "{amount} days from {start}");
    }
}

#[test]
fn days_without_service_hours_are_calendar_days_moved_off_holidays() {
    use SpanUnit::{Days as D, Minutes as M, Months as Mo};
    for (start, amount, unit, expected) in [
        ("2026-11-23T10:00", 3, D, "2026-11-26T10:00"),
        ("2026-11-26T10:00", 3, D, "2026-11-30T10:00"),
        ("2026-11-27T23:00", 1, D, "2026-11-30T23:00"),
        ("2026-11-29T10:00", 1, D, "2026-11-30T10:00"),
        ("2026-12-18T22:00", 7, D, "2026-12-28T22:00"),
        ("2026-11-23T23:30", 60, M, "2026-11-24T00:30"),
        ("2026-11-28T10:00", 30, M, "2026-11-30T00:30"),
        ("2026-08-31T10:00", 3, Mo, "2026-11-30T10:00"),
        ("2026-01-31T10:00", 1, Mo, "2026-03-02T10:00"),
    ] {
        assert_eq!(due(&Hours::CalendarDays, start, &span(amount, unit)), expected, "{amount} {unit} from {start}");
    }
}

#[test]
fn where_service_never_ends_holidays_count() {
    assert_eq!(due(&Hours::Always, "2026-12-24T23:55", &span(10, SpanUnit::Minutes)), "2026-12-25T00:05");
    assert_eq!(due(&Hours::Always, "2026-12-24T10:00", &span(1, SpanUnit::Days)), "2026-12-25T10:00");
}

#[test]
fn any_zone_works_through_the_change_of_its_clocks() {
    let hour = span(2, SpanUnit::Hours);
    assert_eq!(due_in("Europe/Berlin", &Hours::Always, "2026-03-29T01:30", &hour), "2026-03-29T04:30");
    assert_eq!(due_in("America/New_York", &Hours::Always, "2026-11-01T00:30", &hour), "2026-11-01T01:30");
    assert_eq!(due_in("Asia/Jayapura", &weekly(), "2026-11-23T15:00", &hour), "2026-11-24T09:00");
}

#[test]
fn no_limit_gives_no_due_time_and_an_agreed_one_gives_itself() {
    let (calendar, hours, zone) = (calendar(), Hours::CalendarDays, TimeZone::get(MAKASSAR).unwrap());
    let service = ServiceTime { calendar: &calendar, hours: &hours, zone: &zone };
    let start = at(&zone, "2026-11-23T10:00");
    let relative = StandardTime::Relative { words: "relatif".into() };
    let agreed = StandardTime::Agreed { words: "sesuai jadwal".into() };
    // 28 November is a Saturday: the end of the Monday after it.
    let day = service.end_of("2026-11-28".parse().unwrap());
    assert_eq!(day, Some(at(&zone, "2026-12-01T00:00")));
    assert_eq!(service.due(start, &StandardTime::None, day, 0), None);
    assert_eq!(service.due(start, &relative, day, 0), None);
    assert_eq!(service.due(start, &agreed, None, 0), None);
    assert_eq!(service.due(start, &agreed, day, 0), day);
}

#[test]
fn a_pause_moves_the_due_time_by_service_minutes() {
    let (calendar, hours, zone) = (calendar(), weekly(), TimeZone::get(MAKASSAR).unwrap());
    let service = ServiceTime { calendar: &calendar, hours: &hours, zone: &zone };
    let start = at(&zone, "2026-11-23T14:00");
    let due = service.due(start, &span(1, SpanUnit::Hours), None, 90);
    assert_eq!(due, Some(at(&zone, "2026-11-24T08:30")));
}

#[test]
fn hours_that_never_open_set_no_due_time() {
    let (calendar, zone) = (calendar(), TimeZone::get(MAKASSAR).unwrap());
    let hours = Hours::Weekly { days: Vec::new() };
    let service = ServiceTime { calendar: &calendar, hours: &hours, zone: &zone };
    let start = at(&zone, "2026-11-23T14:00");
    for unit in SpanUnit::ALL {
        assert_eq!(service.due(start, &span(1, *unit), None, 0), None, "{unit}");
    }
}

#[test]
fn a_rhythm_begins_with_the_first_opening_off_holidays() {
    let (calendar, zone) = (calendar(), TimeZone::get(MAKASSAR).unwrap());
    for (hours, rhythm, after, expected) in [
        (weekly(), Rhythm::WeeklyMonday, "2026-11-23T07:00", "2026-11-23T08:00"),
        (weekly(), Rhythm::WeeklyMonday, "2026-11-23T08:00", "2026-11-30T08:00"),
        // 17 August is a Monday and a holiday.
        (weekly(), Rhythm::WeeklyMonday, "2026-08-14T12:00", "2026-08-18T08:00"),
        // The Monday of Idul Fitri moves by two days, and is still to come on the Tuesday.
        (Hours::CalendarDays, Rhythm::WeeklyMonday, "2026-03-24T09:00", "2026-03-25T08:00"),
        (Hours::CalendarDays, Rhythm::Monthly, "2026-04-15T00:00", "2026-05-04T08:00"),
        (Hours::CalendarDays, Rhythm::Quarterly, "2026-11-21T00:00", "2027-01-01T08:00"),
        (Hours::CalendarDays, Rhythm::HalfYearly, "2026-01-05T00:00", "2026-07-01T08:00"),
        (Hours::Always, Rhythm::Monthly, "2026-11-21T00:00", "2026-12-01T08:00"),
    ] {
        let service = ServiceTime { calendar: &calendar, hours: &hours, zone: &zone };
        assert_eq!(service.next_start(rhythm, at(&zone, after)), Some(at(&zone, expected)), "{rhythm} after {after}");
    }
}

#[test]
fn what_is_left_is_carried_over_to_another_calendar() {
    use SpanUnit::{Days, Hours as H, Months};
    let zone = TimeZone::get(MAKASSAR).unwrap();
    let moment = |local: &str| at(&zone, local);
    let off = |date: &str, name: &str| Holiday {
        date: date.parse().unwrap(),
        name: name.into(),
        name_en: String::new(),
        kind: HolidayKind::Holiday,
    };
    for (hours, unit, base, due, expected) in [
        (weekly(), H, "2026-11-23T15:00", "2026-11-24T09:00", "2026-11-25T09:00"),
        // At the end of a day, and at the opening of one.
        (weekly(), H, "2026-11-23T15:00", "2026-11-24T16:00", "2026-11-25T16:00"),
        (weekly(), Days, "2026-11-23T10:00", "2026-11-24T08:00", "2026-11-25T08:00"),
        (weekly(), Days, "2026-11-23T17:00", "2026-11-24T08:00", "2026-11-25T08:00"),
        // Before the day off, and late already.
        (weekly(), H, "2026-11-23T09:00", "2026-11-23T10:00", "2026-11-23T10:00"),
        (weekly(), H, "2026-11-23T09:00", "2026-11-20T10:00", "2026-11-20T10:00"),
        (Hours::CalendarDays, Days, "2026-11-23T09:00", "2026-11-24T09:00", "2026-11-25T09:00"),
        (Hours::CalendarDays, Months, "2026-11-23T09:00", "2026-11-26T09:00", "2026-11-26T09:00"),
        (Hours::Always, H, "2026-11-23T09:00", "2026-11-24T09:00", "2026-11-24T09:00"),
    ] {
        let before = Calendar::default();
        let after = before.clone().followed_by(Era::new(moment(base), None, vec![off("2026-11-24", "Hari jadi")]));
        let [old, new] = [&before, &after].map(|calendar| ServiceTime { calendar, hours: &hours, zone: &zone });
        assert_eq!(new.carried(&old, unit, moment(base), moment(due)), moment(expected), "{unit:?} {base} {due}");
    }
}

#[test]
fn the_calendar_of_2026_has_the_days_of_the_joint_decree() {
    let calendar = calendar();
    let count = |kind| calendar.holidays().filter(|day| day.kind == kind).count();
    assert_eq!((count(HolidayKind::Holiday), count(HolidayKind::JointLeave)), (17, 8));
    assert_eq!(calendar.years().into_iter().collect::<Vec<_>>(), [2026]);
    assert_eq!(calendar.holiday("2026-08-17".parse().unwrap()).unwrap().name, "Proklamasi Kemerdekaan");
}

#[test]
fn a_broken_calendar_is_refused_with_file_line_and_reason() {
    let holiday = "[[holidays]]\ndate = \"2026-01-01\"\nname = \"Tahun Baru\"\nkind = \"libur\"\n";
    for (source, line, reason) in [
        (format!("{holiday}\n{holiday}"), 6, "2026-01-01 stands here twice"),
        (holiday.replace("Tahun Baru", " "), 1, "2026-01-01 has no name"),
        (holiday.replace("libur", "pesta"), 4, "\"pesta\" is none of libur, cuti bersama"),
        (
            format!("{holiday}color = 1\n"),
            5,
            "unknown field `color`, expected one of `date`, `name`, `name_en`, `kind`",
        ),
    ] {
        let refusal = Calendar::parse(&source, "libur.toml").unwrap_err();
        assert_eq!(refusal.code(), Code::BadDefinition);
        assert_eq!(refusal.detail_text(), format!("libur.toml:{line}: {reason}"));
    }
}

#[test]
fn a_calendar_lacks_this_year_and_the_next_when_it_is_near() {
    let missing = |day: &str| calendar().years_missing(day.parse().unwrap());
    assert_eq!(missing("2026-01-01"), Vec::<i16>::new());
    assert_eq!(missing("2026-11-01"), Vec::<i16>::new());
    assert_eq!(missing("2026-11-02"), [2027]);
    assert_eq!(missing("2027-06-01"), [2027]);
    assert_eq!(missing("2027-12-31"), [2027, 2028]);
}

fn zones() -> impl Strategy<Value = TimeZone> {
    prop::sample::select(vec![MAKASSAR, "Asia/Jakarta", "Asia/Jayapura", "UTC", "Europe/Berlin", "America/St_Johns"])
        .prop_map(|name| TimeZone::get(name).unwrap())
}

fn all_hours() -> impl Strategy<Value = Hours> {
    prop::sample::select(vec![weekly(), Hours::CalendarDays, Hours::Always])
}

prop_compose! {
    /// A whole minute of the years 2025 to 2027.
    fn minute()(minute in 28_927_080_i64..30_504_120) -> Timestamp {
        Timestamp::from_micros(minute * MINUTE)
    }
}

proptest! {
    #[test]
    fn minutes_that_were_added_are_counted_again(
        zone in zones(), hours in all_hours(), start in minute(), minutes in 0_i64..20_000,
    ) {
        let calendar = calendar();
        let service = ServiceTime { calendar: &calendar, hours: &hours, zone: &zone };
        let due = service.add(start, minutes, SpanUnit::Minutes).unwrap();
        prop_assert!(due >= start);
        prop_assert_eq!(service.working_minutes_between(start, due), minutes);
    }

    #[test]
    fn counting_is_additive_and_never_negative(
        zone in zones(), hours in all_hours(), mut at in prop::array::uniform3(minute()),
    ) {
        let calendar = calendar();
        let service = ServiceTime { calendar: &calendar, hours: &hours, zone: &zone };
        at.sort();
        let [a, b, c] = at;
        let (ab, bc) = (service.working_minutes_between(a, b), service.working_minutes_between(b, c));
        prop_assert!(ab >= 0 && bc >= 0);
        prop_assert_eq!(ab + bc, service.working_minutes_between(a, c));
        prop_assert_eq!(service.working_minutes_between(c, a), 0);
    }

    #[test]
    fn more_time_is_never_due_earlier(
        zone in zones(), hours in all_hours(), start in minute(),
        amount in 1_i64..400, unit in prop::sample::select(SpanUnit::ALL.to_vec()),
    ) {
        let amount = if unit == SpanUnit::Months { amount % 24 + 1 } else { amount };
        let calendar = calendar();
        let service = ServiceTime { calendar: &calendar, hours: &hours, zone: &zone };
        let due = service.add(start, amount, unit).unwrap();
        prop_assert!(start <= due);
        prop_assert!(due <= service.add(start, amount + 1, unit).unwrap());
    }

    /// Only where clocks do not change: the hour that a zone repeats comes twice at the same time of day. Days that pass
    /// without regard to service keep the time of day when they move off a day without service, so Friday 23.00 and one day
    /// is Monday 23.00, Sunday 10.00 and one day Monday 10.00; months keep it where they end sooner, so 30 January 10.00 and
    /// 31 January 09.00 and one month are both on 28 February. There it holds for the date.
    #[test]
    fn what_begins_later_is_never_due_earlier(
        hours in all_hours(), start in minute(), later in 0_i64..20_000, amount in 1_i64..60,
        unit in prop::sample::select(SpanUnit::ALL.to_vec()),
    ) {
        let (calendar, zone) = (calendar(), TimeZone::get(MAKASSAR).unwrap());
        let service = ServiceTime { calendar: &calendar, hours: &hours, zone: &zone };
        let first = service.add(start, amount, unit).unwrap();
        let second = service.add(start.plus(later * MINUTE), amount, unit).unwrap();
        let by_date = matches!((&hours, unit), (Hours::CalendarDays, SpanUnit::Days) | (_, SpanUnit::Months));
        if by_date {
            prop_assert!(first.in_zone(&zone).date() <= second.in_zone(&zone).date());
        } else {
            prop_assert!(first <= second);
        }
    }

    #[test]
    fn an_agreed_day_ends_in_service(zone in zones(), hours in all_hours(), day in 0_i64..1000) {
        let calendar = calendar();
        let service = ServiceTime { calendar: &calendar, hours: &hours, zone: &zone };
        let date = jiff::civil::date(2025, 1, 1) + day.days();
        let end = service.end_of(date).unwrap();
        let before = Timestamp::from_micros(end.micros() - MINUTE);
        prop_assert_eq!(service.working_minutes_between(before, end), 1);
        prop_assert!(before.in_zone(&zone).date() >= date);
    }
}
