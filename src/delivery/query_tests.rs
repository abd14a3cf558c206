use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::super::model::{Card, FieldUse};
use super::*;

fn index() -> Index {
    let field = |on_card, compares| FieldUse { on_card, compares };
    let fields = BTreeMap::from([
        ("summary".to_owned(), field(true, Compares::Text)),
        ("body".to_owned(), field(false, Compares::Not)),
        ("image".to_owned(), field(true, Compares::Not)),
        ("year".to_owned(), field(true, Compares::Number)),
        ("start".to_owned(), field(true, Compares::Instant)),
        ("permanent".to_owned(), field(true, Compares::Flag)),
    ]);
    Index::new(Vec::<Arc<Card>>::new(), fields)
}

fn read(query: &str) -> Result<ListRequest, Refusal> {
    list(query, &index(), "Asia/Makassar", &Locale::indonesian())
}

fn refused(query: &str) -> (Code, String) {
    let refusal = read(query).unwrap_err();
    (refusal.code(), refusal.field_refusals().first().map(|field| field.field.clone()).unwrap_or_default())
}

fn accepts(query: &str, value: &str) -> bool {
    let asked = read(query).unwrap();
    asked.query.tests[0].accepts.passes(&Scalar::Instant(Timestamp::parse(value).unwrap().micros()))
}

#[test]
fn a_day_is_all_its_instants_in_the_sites_zone() {
    let (first, last) = ("2026-11-20T16:00:00Z", "2026-11-21T15:59:59Z");
    let (before, after) = ("2026-11-20T15:59:59Z", "2026-11-21T16:00:00Z");
    for (op, passing) in [
        ("eq", [false, true, true, false]),
        ("ne", [true, false, false, true]),
        ("lt", [true, false, false, false]),
        ("lte", [true, true, true, false]),
        ("gt", [false, false, false, true]),
        ("gte", [false, true, true, true]),
    ] {
        let query = format!("filter[published_at][{op}]=2026-11-21");
        let passed = [before, first, last, after].map(|at| accepts(&query, at));
        assert_eq!(passed, passing, "{op}");
    }
    assert!(accepts("filter[start][eq]=2026", first) && accepts("filter[updated_at]=2026-11", last));
    assert!(accepts("filter[published_at][lt]=2026-11-21T00:00:00+08:00", before), "a plus sign may come unescaped");
}

#[test]
fn an_unknown_name_is_refused_and_named() {
    assert_eq!(refused("warna=merah"), (Code::UnknownParameter, "warna".into()));
    assert_eq!(refused("filter[warna]=merah"), (Code::UnknownFilter, "filter[warna]".into()));
    assert_eq!(refused("filter[body]=x"), (Code::UnknownFilter, "filter[body]".into()));
    assert_eq!(refused("filter[image]=x"), (Code::UnknownFilter, "filter[image]".into()));
    assert_eq!(refused("filter[type][like]=x").0, Code::UnknownFilter);
    assert_eq!(refused("filter[year][prefix]=20"), (Code::UnknownFilter, "filter[year][prefix]".into()));
    assert_eq!(refused("sort=warna"), (Code::UnknownParameter, "sort".into()));
    assert_eq!(refused("sort=tag"), (Code::UnknownParameter, "sort".into()));
    assert_eq!(refused("fields=title,warna"), (Code::UnknownField, "fields.title".into()));
    assert_eq!(refused("include=author"), (Code::UnknownParameter, "include.author".into()));
}

#[test]
fn a_value_of_the_wrong_kind_is_refused() {
    for query in ["filter[year]=dua", "filter[start]=kemarin", "filter[permanent]=ya", "filter[year][in]=1,x"] {
        assert_eq!(refused(query).0, Code::Malformed, "{query}");
    }
    for query in ["filter[published_at]=2026-13-01", "filter[published_at]=2026-02-30", "locale=Indonesia", "total=ya"]
    {
        assert_eq!(refused(query).0, Code::Malformed, "{query}");
    }
    for limit in ["0", "101", "-1", "x"] {
        assert_eq!(refused(&format!("limit={limit}")).0, Code::BadLimit);
    }
}

#[test]
fn the_sites_locale_is_listed_unless_another_is_named() {
    let locales = |query: &str| {
        let tests = read(query).unwrap().query.tests;
        tests.into_iter().filter(|test| test.key == Key::Locale).map(|test| test.accepts).collect::<Vec<_>>()
    };
    let only = |text: &str| vec![Accepts::AnyOf(vec![Span::one(Scalar::Text(text.into()))])];
    assert_eq!(locales(""), only("id"));
    assert_eq!(locales("locale=en"), only("en"));
    assert_eq!(locales("filter[locale]=en"), only("en"));
}

#[test]
fn a_cursor_of_another_sort_or_of_nothing_is_refused() {
    let entry = EntryId::new(Timestamp::from_micros(0), [7; 10]);
    let newest = write_cursor(&Sort::newest(), &Scalar::Instant(5), entry);
    assert_eq!(read(&format!("cursor={newest}")).unwrap().query.after, Some((Scalar::Instant(5), entry)));
    assert_eq!(refused(&format!("cursor={newest}&sort=published_at")).0, Code::BadCursor);
    for cursor in ["x", "%25", "", &Cursor { key: "-published_at\nzz".into(), id: entry.to_string() }.encode()] {
        assert_eq!(refused(&format!("cursor={cursor}")).0, Code::BadCursor, "{cursor:?}");
    }
    let elsewhere = Cursor { key: "-published_at\ni5".into(), id: "x".into() }.encode();
    assert_eq!(refused(&format!("cursor={elsewhere}")).0, Code::BadCursor);
}

#[test]
fn the_next_page_is_asked_for_with_everything_else_unchanged() {
    let next = with_cursor("filter[tag]=air%20bersih&cursor=old&limit=2", "new");
    let mut params = Params::parse(&next).unwrap();
    assert_eq!(params.filters().unwrap()[0].value, "air bersih");
    assert_eq!(params.take("cursor").unwrap().as_deref(), Some("new"));
}

proptest! {
    #[test]
    fn every_cursor_comes_back_as_it_went(text in "[^\\x00]{0,40}", number in any::<f64>(), micros in any::<i64>()) {
        let entry = EntryId::new(Timestamp::from_micros(0), [7; 10]);
        let sort = Sort { key: Key::Title, direction: Direction::Ascending };
        for value in [Scalar::Text(text.into()), Scalar::Instant(micros), Scalar::Flag(true), Scalar::Missing] {
            let cursor = Cursor::decode(&write_cursor(&sort, &value, entry)).unwrap();
            prop_assert_eq!(read_cursor(&cursor, &sort).unwrap(), (value, entry));
        }
        let cursor = Cursor::decode(&write_cursor(&sort, &Scalar::Number(number), entry)).unwrap();
        let Ok((Scalar::Number(back), _)) = read_cursor(&cursor, &sort) else { panic!("a number") };
        prop_assert_eq!(back.to_bits(), number.to_bits());
    }

    #[test]
    fn no_query_string_makes_it_panic(query in "\\PC{0,60}") {
        let _ = read(&query);
        let _ = entry(&query, &index(), &Locale::indonesian());
    }
}
