//! What a request for a list asks for, read from its query string. Pure.

use std::ops::Bound;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::index::Index;
use super::model::{Accepts, Compares, Direction, Key, Query, Scalar, Sort, Span, Test};
use super::rules;
use crate::http::Params;
use crate::http::query::{Filter, Op};
use crate::kernel::id::EntryId;
use crate::kernel::page::Cursor;
use crate::kernel::{Code, Locale, Refusal, Timestamp, time};

/// A list, as asked for.
#[derive(Debug, PartialEq)]
pub struct ListRequest {
    pub query: Query,
    /// Fields to send; `None` for those of the card.
    pub fields: Option<Vec<String>>,
    pub include: Include,
    pub total: bool,
}

/// One entry, as asked for.
#[derive(Debug, PartialEq)]
pub struct EntryRequest {
    pub locale: String,
    pub fields: Option<Vec<String>>,
    pub include: Include,
    pub markdown: Markdown,
}

/// How Markdown fields are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markdown {
    Html,
    Source,
}

/// What is sent along with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Include {
    pub translations: bool,
    pub references: bool,
}

/// Reads the query string of a list. `index` knows the names, `zone` says when a day begins, `locale`
/// is what is listed when the request names none.
pub fn list(query: &str, index: &Index, zone: &str, locale: &Locale) -> Result<ListRequest, Refusal> {
    let mut params = Params::parse(query)?;
    let zone = time::zone(zone)?;
    let filters = params.filters()?;
    let mut tests = filters.iter().map(|filter| test(filter, index, &zone)).collect::<Result<Vec<_>, _>>()?;
    let asked = params.take("locale")?.map(|text| read_locale(&text)).transpose()?;
    let filtered = tests.iter().any(|test| test.key == Key::Locale);
    if let Some(locale) = asked.or_else(|| (!filtered).then(|| locale.clone())) {
        let one = Span::one(Scalar::Text(locale.as_str().to_lowercase().into()));
        tests.push(Test { key: Key::Locale, accepts: Accepts::AnyOf(vec![one]) });
    }
    let sort = params.take("sort")?.map_or(Ok(Sort::newest()), |text| read_sort(&text, index))?;
    let after = params.cursor()?.map(|cursor| read_cursor(&cursor, &sort)).transpose()?;
    let limit = params.limit()?.items();
    let (fields, include) = (read_fields(&mut params, index)?, read_include(&mut params)?);
    let total = params.take_flag("total")?.unwrap_or(false);
    params.finish()?;
    Ok(ListRequest { query: Query { tests, sort, after, limit }, fields, include, total })
}

/// Reads the query string of one entry.
pub fn entry(query: &str, index: &Index, locale: &Locale) -> Result<EntryRequest, Refusal> {
    let mut params = Params::parse(query)?;
    let asked = params.take("locale")?.map(|text| read_locale(&text)).transpose()?;
    let markdown = match params.take("format")?.as_deref() {
        None | Some("html") => Markdown::Html,
        Some("markdown") => Markdown::Source,
        Some(_) => return Err(Refusal::new(Code::Malformed).field("format", "not_a_choice", "html or markdown")),
    };
    let (fields, include) = (read_fields(&mut params, index)?, read_include(&mut params)?);
    params.finish()?;
    let locale = asked.unwrap_or_else(|| locale.clone()).as_str().to_owned();
    Ok(EntryRequest { locale, fields, include, markdown })
}

/// The same query string with another cursor: the address of the next page.
pub fn with_cursor(query: &str, cursor: &str) -> String {
    let kept = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "cursor");
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).append_pair("cursor", cursor).finish()
}

/// Says where a page ended, for the next to begin. It holds its sort, so that it cannot be used with
/// another.
pub fn write_cursor(sort: &Sort, value: &Scalar, entry: EntryId) -> String {
    let value = match value {
        Scalar::Flag(flag) => format!("f{}", u8::from(*flag)),
        Scalar::Number(number) => format!("n{}", number.to_bits()),
        Scalar::Instant(micros) => format!("i{micros}"),
        Scalar::Text(text) => format!("t{text}"),
        Scalar::Missing => "m".into(),
    };
    Cursor { key: format!("{}\n{value}", sort.name()), id: entry.as_str().into() }.encode()
}

fn read_cursor(cursor: &Cursor, sort: &Sort) -> Result<(Scalar, EntryId), Refusal> {
    let refusal = || Refusal::new(Code::BadCursor);
    let (name, value) = cursor.key.split_once('\n').ok_or_else(refusal)?;
    if name != sort.name() {
        return Err(refusal().detail("the cursor comes from a list with another sort"));
    }
    let entry = EntryId::parse(&cursor.id).map_err(|_| refusal())?;
    let kind = value.chars().next().ok_or_else(refusal)?;
    let rest = &value[kind.len_utf8()..];
    let value = match kind {
        'f' => Scalar::Flag(rest == "1"),
        'n' => Scalar::Number(f64::from_bits(rest.parse().map_err(|_| refusal())?)),
        'i' => Scalar::Instant(rest.parse().map_err(|_| refusal())?),
        't' => Scalar::Text(rest.into()),
        'm' if rest.is_empty() => Scalar::Missing,
        _ => return Err(refusal()),
    };
    Ok((value, entry))
}

fn read_locale(text: &str) -> Result<Locale, Refusal> {
    Locale::parse(text)
        .map_err(|_| Refusal::new(Code::Malformed).field("locale", "not_a_locale", "such as id, en or zh-Hans"))
}

fn read_sort(text: &str, index: &Index) -> Result<Sort, Refusal> {
    let (direction, name) = match text.strip_prefix('-') {
        Some(name) => (Direction::Descending, name),
        None => (Direction::Ascending, text),
    };
    let known = index.key(name).filter(|(key, _)| *key != Key::Tag);
    let unknown = || Refusal::new(Code::UnknownParameter).field("sort", "unknown", format!("cannot sort by {name:?}"));
    known.map(|(key, _)| Sort { key, direction }).ok_or_else(unknown)
}

fn read_fields(params: &mut Params, index: &Index) -> Result<Option<Vec<String>>, Refusal> {
    let mut names = params.list("fields")?;
    let unknown = names.iter().filter(|name| index.field(name).is_none()).fold(
        Refusal::new(Code::UnknownField),
        |refusal, name| {
            refusal.field(format!("fields.{name}"), "unknown", format!("no content type has a field {name:?}"))
        },
    );
    if !unknown.field_refusals().is_empty() {
        return Err(unknown);
    }
    names.sort_unstable();
    names.dedup();
    Ok((!names.is_empty()).then_some(names))
}

fn read_include(params: &mut Params) -> Result<Include, Refusal> {
    let mut include = Include::default();
    for name in params.list("include")? {
        match name.as_str() {
            "translations" => include.translations = true,
            "references" => include.references = true,
            _ => {
                let known = "translations, references";
                let refusal = Refusal::new(Code::UnknownParameter);
                return Err(refusal.field(format!("include.{name}"), "unknown", format!("one of {known}")));
            }
        }
    }
    Ok(include)
}

fn test(filter: &Filter, index: &Index, zone: &TimeZone) -> Result<Test, Refusal> {
    let name = format!("filter[{}]", filter.field);
    let Some((key, compares)) = index.key(&filter.field) else {
        let detail = format!("cannot filter by {:?}", filter.field);
        return Err(Refusal::new(Code::UnknownFilter).field(name, "unknown", detail));
    };
    if filter.op == Op::Prefix && compares != Compares::Text {
        let detail = "prefix is for text";
        return Err(Refusal::new(Code::UnknownFilter).field(format!("{name}[prefix]"), "unknown", detail));
    }
    let written = |text: &str| if key == Key::Tag { rules::tag_text(text) } else { text.to_owned() };
    let span = |text: &str| {
        span(&written(text), compares, zone).ok_or_else(|| {
            let (code, detail) = expected(compares);
            Refusal::new(Code::Malformed).field(&name, code, detail)
        })
    };
    let value = filter.value.as_str();
    let accepts = match filter.op {
        Op::Eq => Accepts::AnyOf(vec![span(value)?]),
        Op::Ne => Accepts::NoneOf(vec![span(value)?]),
        Op::In => Accepts::AnyOf(value.split(',').map(str::trim).map(span).collect::<Result<_, _>>()?),
        Op::Lt => Accepts::AnyOf(vec![Span { from: Bound::Unbounded, to: before(span(value)?.from) }]),
        Op::Lte => Accepts::AnyOf(vec![Span { from: Bound::Unbounded, to: span(value)?.to }]),
        Op::Gt => Accepts::AnyOf(vec![Span { from: behind(span(value)?.to), to: Bound::Unbounded }]),
        Op::Gte => Accepts::AnyOf(vec![Span { from: span(value)?.from, to: Bound::Unbounded }]),
        Op::Prefix => Accepts::Prefix(written(value).to_lowercase().into()),
    };
    Ok(Test { key, accepts })
}

fn before(first: Bound<Scalar>) -> Bound<Scalar> {
    match first {
        Bound::Included(value) | Bound::Excluded(value) => Bound::Excluded(value),
        Bound::Unbounded => Bound::Unbounded,
    }
}

/// Where what comes after a span begins: at its end, if that is not part of it, else just behind.
fn behind(end: Bound<Scalar>) -> Bound<Scalar> {
    match end {
        Bound::Included(value) => Bound::Excluded(value),
        Bound::Excluded(value) => Bound::Included(value),
        Bound::Unbounded => Bound::Unbounded,
    }
}

fn expected(compares: Compares) -> (&'static str, &'static str) {
    match compares {
        Compares::Number => ("not_a_number", "a number such as 2026"),
        Compares::Flag => ("not_a_flag", "true or false"),
        Compares::Instant => ("not_a_time", "a time such as 2026-11-21T08:00:00+08:00, a day, a month or a year"),
        Compares::Text | Compares::Not => ("malformed", "some text"),
    }
}

fn span(text: &str, compares: Compares, zone: &TimeZone) -> Option<Span> {
    match compares {
        Compares::Text => Some(Span::one(Scalar::Text(text.to_lowercase().into()))),
        Compares::Number => {
            text.parse().ok().filter(|number: &f64| number.is_finite()).map(|n| Span::one(Scalar::Number(n)))
        }
        Compares::Flag => text.parse().ok().map(|flag| Span::one(Scalar::Flag(flag))),
        Compares::Instant => instants(text, zone),
        Compares::Not => None,
    }
}

/// A time is itself; a day, a month and a year are all their instants in the site's zone.
fn instants(text: &str, zone: &TimeZone) -> Option<Span> {
    // A plus sign that was not escaped arrives as a space.
    if let Ok(at) = Timestamp::parse(&text.replace(' ', "+")) {
        return Some(Span::one(Scalar::Instant(at.micros())));
    }
    let parts: Vec<i16> = text.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let number = |part: i16| i8::try_from(part).ok();
    let (first, length) = match parts.as_slice() {
        [year] if text.len() == 4 => (Date::new(*year, 1, 1).ok()?, jiff::Span::new().years(1)),
        [year, month] => (Date::new(*year, number(*month)?, 1).ok()?, jiff::Span::new().months(1)),
        [year, month, day] => (Date::new(*year, number(*month)?, number(*day)?).ok()?, jiff::Span::new().days(1)),
        _ => return None,
    };
    let begin = |date: Date| date.to_zoned(zone.clone()).ok().map(|at| Timestamp::from(at.timestamp()).micros());
    let end = first.checked_add(length).ok()?;
    Some(Span {
        from: Bound::Included(Scalar::Instant(begin(first)?)),
        to: Bound::Excluded(Scalar::Instant(begin(end)?)),
    })
}

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;
