//! What may be set as weekly hours and holidays, and what a change of them is.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::model::{ClockTime, DayHours, Era, Holiday, HolidayKind, Weekday};
use crate::kernel::FieldRefusal;

/// Spans of service on one weekday; between two of them is a break.
const SPANS_PER_DAY_MAX: usize = 4;
/// Some sixty years of them.
const HOLIDAYS_MAX: usize = 2000;
const NAME_LETTERS_MAX: usize = 200;
const YEAR_MIN: i16 = 2000;
const YEAR_MAX: i16 = 2199;

/// A span of service as it was typed.
#[derive(Debug, Clone)]
pub struct WantedHours {
    pub day: Weekday,
    pub from: String,
    pub to: String,
}

/// A day off as it was typed.
#[derive(Debug, Clone)]
pub struct WantedHoliday {
    pub date: String,
    pub name: String,
    pub name_en: String,
    pub kind: HolidayKind,
}

/// What is to hold from now on.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// `None`: the hours that each procedure names.
    pub hours: Option<Vec<WantedHours>>,
    pub holidays: Vec<WantedHoliday>,
}

/// Hours and holidays that keep the rules.
#[derive(Debug, Clone)]
pub struct Checked {
    pub hours: Option<Vec<DayHours>>,
    pub holidays: Vec<Holiday>,
}

/// Reads what was typed, or says everything that is wrong with it, each with its place.
pub fn check(wanted: &Wanted) -> Result<Checked, Vec<FieldRefusal>> {
    let mut wrong = Vec::new();
    let hours = wanted.hours.as_deref().map(|hours| check_hours(hours, &mut wrong));
    let holidays = check_holidays(&wanted.holidays, &mut wrong);
    if wrong.is_empty() { Ok(Checked { hours, holidays }) } else { Err(wrong) }
}

fn flaw(field: String, code: &str, detail: impl Into<String>) -> FieldRefusal {
    FieldRefusal { field, code: code.into(), detail: detail.into() }
}

fn check_hours(typed: &[WantedHours], wrong: &mut Vec<FieldRefusal>) -> Vec<DayHours> {
    if typed.is_empty() {
        wrong.push(flaw("hours".into(), "required", "service on one day at least"));
    }
    let mut read: Vec<DayHours> = Vec::new();
    for (at, span) in typed.iter().enumerate() {
        let mut edge = |name: &str, text: &str| {
            let time = ClockTime::parse(text);
            if time.is_none() {
                wrong.push(flaw(format!("hours[{at}].{name}"), "not_a_time", "such as 08:00, until 23:59"));
            }
            time
        };
        let (from, to) = (edge("from", &span.from), edge("to", &span.to));
        let Some((from, to)) = from.zip(to) else { continue };
        let same_day = read.iter().filter(|other| other.day == span.day);
        if from >= to {
            wrong.push(flaw(format!("hours[{at}].to"), "not_after_from", "it must end after it begins"));
        } else if same_day.clone().any(|other| other.from < to && from < other.to) {
            wrong.push(flaw(format!("hours[{at}].from"), "overlaps", "it overlaps another span of that day"));
        } else if same_day.count() >= SPANS_PER_DAY_MAX {
            wrong.push(flaw(format!("hours[{at}].from"), "too_many", format!("at most {SPANS_PER_DAY_MAX} a day")));
        }
        read.push(DayHours { day: span.day, from, to });
    }
    read.sort_by_key(|span| (span.day, span.from));
    read
}

fn check_holidays(typed: &[WantedHoliday], wrong: &mut Vec<FieldRefusal>) -> Vec<Holiday> {
    if typed.len() > HOLIDAYS_MAX {
        wrong.push(flaw("holidays".into(), "too_many", format!("at most {HOLIDAYS_MAX}")));
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let mut read = Vec::new();
    for (at, day) in typed.iter().enumerate() {
        let (name, name_en) = (day.name.trim().to_owned(), day.name_en.trim().to_owned());
        let known = day.date.parse::<Date>().ok().filter(|date| (YEAR_MIN..=YEAR_MAX).contains(&date.year()));
        let Some(date) = known.filter(|date| date.to_string() == day.date) else {
            wrong.push(flaw(format!("holidays[{at}].date"), "not_a_date", "such as 2026-08-17"));
            continue;
        };
        if !seen.insert(date) {
            wrong.push(flaw(format!("holidays[{at}].date"), "repeated", "each date once"));
        }
        if name.is_empty() {
            wrong.push(flaw(format!("holidays[{at}].name"), "required", "a name is needed"));
        }
        for (field, text) in [("name", &name), ("name_en", &name_en)] {
            if text.chars().count() > NAME_LETTERS_MAX || text.chars().any(char::is_control) {
                let rule = format!("one line of at most {NAME_LETTERS_MAX} letters");
                wrong.push(flaw(format!("holidays[{at}].{field}"), "too_long", rule));
            }
        }
        read.push(Holiday { date, name, name_en, kind: day.kind });
    }
    read.sort_by_key(|holiday| holiday.date);
    read
}

/// What a change is, for the ledger: the hours before and after where they differ, and the days off that came, went
/// or are called otherwise. `None`: it changes nothing.
pub fn difference(before: &Era, after: &Checked) -> Option<Value> {
    let holidays = Era::new(before.from, None, after.holidays.clone());
    let came: Vec<_> = after.holidays.iter().filter(|day| before.holiday(day.date) != Some(*day)).collect();
    let went: Vec<_> = before.holidays().filter(|day| holidays.holiday(day.date) != Some(*day)).collect();
    if came.is_empty() && went.is_empty() && before.weekly == after.hours {
        return None;
    }
    let mut told = json!({ "holidays": { "before": went, "after": came } });
    if before.weekly != after.hours {
        told["hours"] = json!({ "before": before.weekly, "after": after.hours });
    }
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;

    fn span(day: Weekday, from: &str, to: &str) -> WantedHours {
        WantedHours { day, from: from.into(), to: to.into() }
    }

    fn day(date: &str, name: &str) -> WantedHoliday {
        WantedHoliday { date: date.into(), name: name.into(), name_en: String::new(), kind: HolidayKind::Holiday }
    }

    fn places(wanted: &Wanted) -> Vec<String> {
        check(wanted).unwrap_err().into_iter().map(|one| format!("{} {}", one.field, one.code)).collect()
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_place() {
        use Weekday::{Friday, Monday};
        let hours = vec![
            span(Monday, "08:00", "12:00"),
            span(Monday, "11:00", "16:00"),
            span(Friday, "13:00", "8"),
            span(Friday, "11:30", "08:00"),
        ];
        let holidays = vec![day("2027-01-01", "Tahun Baru"), day("2027-01-01", " "), day("2027-2-1", "x")];
        assert_eq!(
            places(&Wanted { hours: Some(hours), holidays }),
            [
                "hours[1].from overlaps",
                "hours[2].to not_a_time",
                "hours[3].to not_after_from",
                "holidays[1].date repeated",
                "holidays[1].name required",
                "holidays[2].date not_a_date"
            ]
        );
        assert_eq!(places(&Wanted { hours: Some(vec![]), holidays: vec![] }), ["hours required"]);
    }

    #[test]
    fn a_change_tells_what_came_and_what_went() {
        let wanted = |name: &str| {
            let hours = Some(vec![span(Weekday::Monday, "13:00", "16:00"), span(Weekday::Monday, "08:00", "12:00")]);
            check(&Wanted { hours, holidays: vec![day("2027-01-01", name)] }).unwrap()
        };
        let before = wanted("Tahun Baru");
        assert_eq!(before.hours.as_ref().unwrap()[0].to.to_string(), "12:00", "spans stand in their order");
        let era = Era::new(Timestamp::from_micros(0), before.hours.clone(), before.holidays.clone());
        assert_eq!(difference(&era, &before), None);
        let told = difference(&era, &wanted("Tahun Baru Masehi")).unwrap();
        assert_eq!(told["holidays"]["before"][0]["name"], "Tahun Baru");
        assert_eq!(told["holidays"]["after"][0]["name"], "Tahun Baru Masehi");
        assert!(told.get("hours").is_none());
    }
}
