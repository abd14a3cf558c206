//! Lists of entries: filters, sorts and pages, each served by an index (a test reads the plans).

use diesel::prelude::*;

use super::model::EntryRow;
use super::rules;
use super::store::{COLUMNS, Columns, Row, from_row};
use crate::db::schema::{entries, entry_tags};
use crate::db::{Backend, Conn, like_anywhere, lower};
use crate::http::query::{Filter, Op};
use crate::kernel::id::SiteId;
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Refusal, Result, Slug, Timestamp};

crate::words! {
    /// By what a list of entries is sorted; ties by id.
    pub enum SortKey {
        UpdatedAt = "updated_at",
        CreatedAt = "created_at",
        /// Only what was published once.
        PublishedAt = "published_at",
        Title = "title",
        /// Only what is to be looked at again.
        ReviewAt = "review_at",
    }
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    pub key: SortKey,
    pub descending: bool,
}

impl Sort {
    /// `-updated_at`, `title`; the newest change first when nothing is asked for.
    pub fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        let text = text.unwrap_or("-updated_at");
        let name = text.strip_prefix('-').unwrap_or(text);
        let key = SortKey::parse(name).ok_or_else(|| {
            let known: Vec<_> = SortKey::ALL.iter().map(|key| key.as_str()).collect();
            let detail = format!("one of {}, with - before it for the reverse", known.join(", "));
            Refusal::new(Code::UnknownParameter).field("sort", "unknown", detail)
        })?;
        Ok(Sort { key, descending: name != text })
    }
}

crate::words! {
    /// What a list of entries is filtered by.
    pub enum FilterKey {
        Type = "type",
        Locale = "locale",
        Step = "step",
        Category = "category",
        /// A tag as it is written or as a slug; `eq` and `in` only.
        Tag = "tag",
        Slug = "slug",
        Title = "title",
        PublishedAt = "published_at",
        UpdatedAt = "updated_at",
        CreatedAt = "created_at",
        ReviewAt = "review_at",
    }
}

/// A filter that was understood.
#[derive(Debug, Clone, PartialEq)]
pub enum EntryFilter {
    Text {
        key: FilterKey,
        op: Op,
        values: Vec<String>,
    },
    Time {
        key: FilterKey,
        op: Op,
        at: Timestamp,
    },
    Tags(Vec<Slug>),
    /// A word of the title, or a part of one, in small letters.
    TitleHolds(String),
}

/// As many words of a title are asked for at most.
const TITLE_WORDS_MAX: usize = 8;

impl EntryFilter {
    /// Titles that hold all the words, wherever they stand: what somebody types who looks for one.
    pub fn title_words(text: &str) -> Vec<Self> {
        let words = text.split_whitespace().take(TITLE_WORDS_MAX);
        words.map(|word| EntryFilter::TitleHolds(word.to_lowercase())).collect()
    }

    /// Unknown fields, and operators that do not fit, are `unknown_filter` by name; values that do not
    /// fit are `invalid`. A time may be a day, which begins at midnight of `zone`.
    pub fn parse(filter: &Filter, zone: &jiff::tz::TimeZone) -> Result<Self, Refusal> {
        let name = format!("filter[{}][{}]", filter.field, filter.op);
        let unknown = |detail: &str| Refusal::new(Code::UnknownFilter).field(&name, "unknown", detail);
        let key = FilterKey::parse(&filter.field).ok_or_else(|| unknown("entries have no such filter"))?;
        let values = match filter.op {
            Op::In => filter.value.split(',').map(str::to_owned).collect(),
            Op::Eq | Op::Ne | Op::Lt | Op::Lte | Op::Gt | Op::Gte | Op::Prefix => vec![filter.value.clone()],
        };
        match (key, filter.op) {
            (FilterKey::Tag, Op::Eq | Op::In) => {
                // A tag without any letter is nobody's.
                Ok(EntryFilter::Tags(values.iter().filter_map(|tag| rules::tag_slug(tag)).collect()))
            }
            (FilterKey::Tag, _) => Err(unknown("a tag is compared with eq and in")),
            (
                FilterKey::PublishedAt | FilterKey::UpdatedAt | FilterKey::CreatedAt | FilterKey::ReviewAt,
                Op::In | Op::Prefix,
            ) => Err(unknown("a time is compared with eq, ne, lt, lte, gt and gte")),
            (FilterKey::PublishedAt | FilterKey::UpdatedAt | FilterKey::CreatedAt | FilterKey::ReviewAt, op) => {
                let at = time(&filter.value, zone).ok_or_else(|| {
                    Refusal::new(Code::Invalid).field(&name, "not_a_datetime", "a day, or RFC 3339 with an offset")
                })?;
                Ok(EntryFilter::Time { key, op, at })
            }
            (
                FilterKey::Type
                | FilterKey::Locale
                | FilterKey::Step
                | FilterKey::Category
                | FilterKey::Slug
                | FilterKey::Title,
                op,
            ) => Ok(EntryFilter::Text { key, op, values }),
        }
    }
}

fn time(text: &str, zone: &jiff::tz::TimeZone) -> Option<Timestamp> {
    if let Ok(day) = text.parse::<jiff::civil::Date>()
        && text.len() == 10
    {
        return day.to_zoned(zone.clone()).ok().map(|start| start.timestamp().into());
    }
    Timestamp::parse(text).ok()
}

/// Which entries a list shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    pub site: SiteId,
    /// What is in the trash, the last that went there first; `sort` does not count then.
    pub trashed: bool,
    pub filters: Vec<EntryFilter>,
    pub sort: Sort,
}

type Query<'a> = diesel::dsl::IntoBoxed<'a, diesel::dsl::Select<entries::table, Columns>, Backend>;

/// A page of entries.
pub fn page(connection: &mut Conn, wanted: &Wanted, limit: Limit, after: Option<&Cursor>) -> Result<Page<EntryRow>> {
    let rows = query(wanted, limit, after)?.load::<Row>(connection)?;
    let entries = rows.into_iter().map(from_row).collect();
    Ok(Page::cut(entries, limit, |row: &EntryRow| Cursor { key: sort_value(wanted, row), id: row.id.to_string() }))
}

fn sort_value(wanted: &Wanted, row: &EntryRow) -> String {
    let micros = |at: Option<Timestamp>| at.map_or(0, Timestamp::micros).to_string();
    match wanted.sort.key {
        _ if wanted.trashed => micros(row.trashed_at),
        SortKey::UpdatedAt => micros(Some(row.updated_at)),
        SortKey::CreatedAt => micros(Some(row.created_at)),
        SortKey::PublishedAt => micros(row.published_at),
        SortKey::ReviewAt => micros(row.review_at),
        SortKey::Title => row.title.clone(),
    }
}

/// Sorts by a column and the id, and begins behind a cursor. The cursor is two conditions, of which the
/// first is a range of the index.
macro_rules! sorted {
    ($query:ident, $column:expr, $descending:expr, $after:expr) => {
        match ($descending, $after) {
            (true, None) => $query.order(($column.desc(), entries::id.desc())),
            (false, None) => $query.order(($column.asc(), entries::id.asc())),
            (true, Some((key, id))) => $query
                .filter($column.le(key.clone()))
                .filter($column.lt(key).or(entries::id.lt(id)))
                .order(($column.desc(), entries::id.desc())),
            (false, Some((key, id))) => $query
                .filter($column.ge(key.clone()))
                .filter($column.gt(key).or(entries::id.gt(id)))
                .order(($column.asc(), entries::id.asc())),
        }
    };
}

fn query<'a>(wanted: &Wanted, limit: Limit, after: Option<&Cursor>) -> Result<Query<'a>> {
    let mut query = entries::table.select(COLUMNS).filter(entries::site_id.eq(wanted.site)).into_boxed::<Backend>();
    for filter in &wanted.filters {
        query = apply(query, wanted.site, filter);
    }
    let text = after.map(|cursor| (cursor.key.clone(), cursor.id.clone()));
    let time = after
        .map(|cursor| match cursor.key.parse::<i64>() {
            Ok(micros) => Ok((Timestamp::from_micros(micros), cursor.id.clone())),
            Err(_) => Err(Refusal::new(Code::BadCursor)),
        })
        .filter(|_| wanted.trashed || wanted.sort.key != SortKey::Title)
        .transpose()?;
    let down = wanted.sort.descending;
    let query = if wanted.trashed {
        let query = query.filter(entries::trashed_at.is_not_null());
        sorted!(query, entries::trashed_at, true, time)
    } else {
        let query = query.filter(entries::trashed_at.is_null());
        match wanted.sort.key {
            SortKey::UpdatedAt => sorted!(query, entries::updated_at, down, time),
            SortKey::CreatedAt => sorted!(query, entries::created_at, down, time),
            SortKey::Title => sorted!(query, entries::title, down, text),
            SortKey::PublishedAt => {
                // Behind a cursor the range says so already, and saying it twice misleads the planner.
                let query = match time {
                    None => query.filter(entries::published_at.is_not_null()),
                    Some(_) => query,
                };
                sorted!(query, entries::published_at, down, time)
            }
            SortKey::ReviewAt => {
                let query = match time {
                    None => query.filter(entries::review_at.is_not_null()),
                    Some(_) => query,
                };
                sorted!(query, entries::review_at, down, time)
            }
        }
    };
    Ok(query.limit(limit.probe()))
}

/// A prefix is a range, so that an index serves it on both engines.
macro_rules! compared {
    ($query:ident, $column:expr, $op:expr, $values:expr) => {{
        let first = || $values.first().cloned().unwrap_or_default();
        match $op {
            Op::Eq => $query.filter($column.eq(first())),
            Op::Ne => $query.filter($column.ne(first())),
            Op::In => $query.filter($column.eq_any($values.clone())),
            Op::Lt => $query.filter($column.lt(first())),
            Op::Lte => $query.filter($column.le(first())),
            Op::Gt => $query.filter($column.gt(first())),
            Op::Gte => $query.filter($column.ge(first())),
            Op::Prefix => $query.filter($column.ge(first())).filter($column.lt(format!("{}\u{10ffff}", first()))),
        }
    }};
}

macro_rules! compared_time {
    ($query:ident, $column:expr, $op:expr, $at:expr) => {
        match $op {
            Op::Ne => $query.filter($column.ne($at)),
            Op::Lt => $query.filter($column.lt($at)),
            Op::Lte => $query.filter($column.le($at)),
            Op::Gt => $query.filter($column.gt($at)),
            Op::Gte => $query.filter($column.ge($at)),
            // `EntryFilter::parse` lets no other through.
            Op::Eq | Op::In | Op::Prefix => $query.filter($column.eq($at)),
        }
    };
}

fn apply<'a>(query: Query<'a>, site: SiteId, filter: &EntryFilter) -> Query<'a> {
    match filter {
        EntryFilter::TitleHolds(word) => query.filter(lower(entries::title).like(like_anywhere(word)).escape('\\')),
        EntryFilter::Tags(tags) => {
            let tagged = entry_tags::table
                .filter(entry_tags::site_id.eq(site).and(entry_tags::tag.eq_any(tags.clone())))
                .select(entry_tags::entry_id);
            query.filter(entries::id.eq_any(tagged))
        }
        EntryFilter::Time { key, op, at } => match key {
            FilterKey::PublishedAt => compared_time!(query, entries::published_at, op, *at),
            FilterKey::CreatedAt => compared_time!(query, entries::created_at, op, *at),
            FilterKey::ReviewAt => compared_time!(query, entries::review_at, op, *at),
            FilterKey::UpdatedAt
            | FilterKey::Type
            | FilterKey::Locale
            | FilterKey::Step
            | FilterKey::Category
            | FilterKey::Tag
            | FilterKey::Slug
            | FilterKey::Title => compared_time!(query, entries::updated_at, op, *at),
        },
        EntryFilter::Text { key, op, values } => match key {
            FilterKey::Type => compared!(query, entries::type_key, op, values),
            FilterKey::Locale => compared!(query, entries::locale, op, values),
            FilterKey::Step => compared!(query, entries::step, op, values),
            FilterKey::Category => compared!(query, entries::category, op, values),
            FilterKey::Slug => compared!(query, entries::slug, op, values),
            FilterKey::Title
            | FilterKey::Tag
            | FilterKey::PublishedAt
            | FilterKey::UpdatedAt
            | FilterKey::CreatedAt
            | FilterKey::ReviewAt => compared!(query, entries::title, op, values),
        },
    }
}

#[cfg(test)]
mod tests {
    use diesel::SqliteConnection;
    use diesel::query_builder::{AstPass, Query as DieselQuery, QueryFragment, QueryId};
    use diesel::sql_types::{Integer, Text};

    use super::*;
    use crate::kernel::time;

    /// `EXPLAIN QUERY PLAN` before a query.
    #[derive(QueryId)]
    struct Explain<Q>(Q);

    impl<Q> DieselQuery for Explain<Q> {
        type SqlType = (Integer, Integer, Integer, Text);
    }

    impl<Q> diesel::RunQueryDsl<Conn> for Explain<Q> {}

    impl<Q: QueryFragment<Backend>> QueryFragment<Backend> for Explain<Q> {
        fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
            out.push_sql("EXPLAIN QUERY PLAN ");
            out.unsafe_to_cache_prepared();
            self.0.walk_ast(out)
        }
    }

    fn plan(connection: &mut Conn, wanted: &Wanted, after: Option<&Cursor>) -> String {
        let query = query(wanted, Limit::new(None).unwrap(), after).unwrap();
        let lines = Explain(query).load::<(i32, i32, i32, String)>(connection).unwrap();
        lines.into_iter().map(|line| line.3).collect::<Vec<_>>().join("; ")
    }

    fn database() -> Conn {
        let mut connection = Conn::Sqlite(SqliteConnection::establish(":memory:").unwrap());
        crate::db::migrate(&mut connection).unwrap();
        connection
    }

    fn wanted(filters: Vec<EntryFilter>, sort: Sort) -> Wanted {
        let site = SiteId::new(Timestamp::from_micros(0), [0; 10]);
        Wanted { site, trashed: false, filters, sort }
    }

    fn sorts() -> Vec<Sort> {
        let both = |key: &SortKey| [false, true].map(|descending| Sort { key: *key, descending });
        SortKey::ALL.iter().flat_map(both).collect()
    }

    /// One filter of each kind and operator.
    fn filters() -> Vec<EntryFilter> {
        let zone = time::zone(time::ZONE_DEFAULT).unwrap();
        let mut found = Vec::new();
        for key in FilterKey::ALL {
            for op in Op::ALL {
                for value in ["2026-11-21", "a"] {
                    let filter = Filter { field: key.as_str().into(), op: *op, value: value.into() };
                    found.extend(EntryFilter::parse(&filter, &zone).ok());
                }
            }
        }
        found
    }

    #[test]
    fn no_list_scans_the_table_and_no_sort_by_itself_sorts() {
        let mut connection = database();
        for sort in sorts() {
            let key = if sort.key == SortKey::Title { "a" } else { "1" };
            let cursor = Cursor { key: key.into(), id: "b".into() };
            for after in [None, Some(&cursor)] {
                let plain = plan(&mut connection, &wanted(vec![], sort), after);
                assert!(plain.contains("USING INDEX entries_") && !plain.contains("TEMP B-TREE"), "{sort:?}: {plain}");
                let of_type = EntryFilter::Text { key: FilterKey::Type, op: Op::Eq, values: vec!["berita".into()] };
                let typed = plan(&mut connection, &wanted(vec![of_type.clone()], sort), after);
                assert!(
                    typed.contains("USING INDEX entries_type_") && !typed.contains("TEMP B-TREE"),
                    "{sort:?}: {typed}"
                );
                for filter in filters() {
                    for filters in [vec![filter.clone()], vec![of_type.clone(), filter.clone()]] {
                        let found = plan(&mut connection, &wanted(filters, sort), after);
                        assert!(!found.contains("SCAN"), "{sort:?} {filter:?}: {found}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_usual_filters_come_sorted_from_an_index() {
        let mut connection = database();
        let newest = Sort::parse(None).unwrap();
        for (key, index) in [(FilterKey::Step, "entries_step_updated"), (FilterKey::Category, "entries_category")] {
            let filter = EntryFilter::Text { key, op: Op::Eq, values: vec!["x".into()] };
            let found = plan(&mut connection, &wanted(vec![filter], newest), None);
            assert!(found.contains(index) && !found.contains("TEMP B-TREE"), "{found}");
        }
        let tagged = EntryFilter::Tags(vec![Slug::parse("a").unwrap()]);
        let found = plan(&mut connection, &wanted(vec![tagged], newest), None);
        assert!(found.contains("entry_tags_tag"), "{found}");
        let trash = Wanted { trashed: true, ..wanted(vec![], newest) };
        let found = plan(&mut connection, &trash, None);
        assert!(found.contains("entries_trashed") && !found.contains("TEMP B-TREE"), "{found}");
    }

    #[test]
    fn what_cannot_be_filtered_or_sorted_by_is_named() {
        let zone = time::zone(time::ZONE_DEFAULT).unwrap();
        let refusal = |field: &str, op, value: &str| {
            let filter = Filter { field: field.into(), op, value: value.into() };
            EntryFilter::parse(&filter, &zone).unwrap_err()
        };
        assert_eq!(refusal("colour", Op::Eq, "red").field_refusals()[0].field, "filter[colour][eq]");
        assert_eq!(refusal("tag", Op::Prefix, "a").code(), Code::UnknownFilter);
        assert_eq!(refusal("updated_at", Op::In, "a").code(), Code::UnknownFilter);
        assert_eq!(refusal("updated_at", Op::Gt, "yesterday").code(), Code::Invalid);
        assert_eq!(Sort::parse(Some("size")).unwrap_err().field_refusals()[0].field, "sort");
        let day =
            EntryFilter::parse(&Filter { field: "created_at".into(), op: Op::Gte, value: "2026-11-21".into() }, &zone);
        let midnight = Timestamp::parse("2026-11-21T00:00:00+08:00").unwrap();
        assert_eq!(day.unwrap(), EntryFilter::Time { key: FilterKey::CreatedAt, op: Op::Gte, at: midnight });
    }
}
