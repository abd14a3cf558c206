use proptest::prelude::*;

use super::super::model::{Direction, Span};
use super::*;
use crate::kernel::time::DAY;

fn id<T>(new: fn(Timestamp, [u8; 10]) -> T, number: u8) -> T {
    new(Timestamp::from_micros(0), [number; 10])
}

fn fields() -> BTreeMap<String, FieldUse> {
    let number = FieldUse { on_card: true, compares: Compares::Number };
    BTreeMap::from([("order".to_owned(), number)])
}

/// A card that follows from four small numbers, so that ties are common.
fn card((number, kind, day, order): (u8, u8, u8, u8)) -> Arc<Card> {
    let word = |words: &[&str]| -> Arc<str> { words[usize::from(kind) % words.len()].into() };
    let order = if order == 0 { "{}".to_owned() } else { format!("{{\"order\":{order}}}") };
    Arc::new(Card {
        entry: id(EntryId::new, number),
        group: id(GroupId::new, number / 2),
        type_key: word(&["berita", "agenda"]),
        locale: word(&["id", "id", "id", "en"]),
        slug: format!("s-{number}").into(),
        title: format!("Judul {}", kind % 3).into(),
        category: (kind % 3 > 0).then(|| word(&["a", "b", "c"])),
        tags: [word(&["Air", "Jalan"]), word(&["x", "y", "z"])].into(),
        published_at: Timestamp::from_micros(i64::from(day) * DAY),
        updated_at: Timestamp::from_micros(i64::from(day % 3) * DAY),
        revision: 1,
        fields: order.into(),
        number: 0,
        year: None,
        unit: None,
    })
}

fn cards() -> impl Strategy<Value = Vec<Arc<Card>>> {
    let one = (any::<u8>(), 0..12_u8, 0..9_u8, 0..4_u8);
    prop::collection::btree_map(any::<u8>(), one, 0..40).prop_map(|made| {
        made.into_iter().map(|(number, (_, kind, day, order))| card((number, kind, day, order))).collect()
    })
}

fn one(text: &str) -> Accepts {
    Accepts::AnyOf(vec![Span::one(Scalar::Text(text.into()))])
}

fn tests_and_sorts() -> impl Strategy<Value = (Vec<Test>, Sort)> {
    let from = std::ops::Bound::Included(Scalar::Instant(3 * DAY));
    let tests = prop::sample::subsequence(
        vec![
            Test { key: Key::Type, accepts: one("berita") },
            Test { key: Key::Locale, accepts: one("id") },
            Test { key: Key::Tag, accepts: one("air") },
            Test { key: Key::Tag, accepts: Accepts::NoneOf(vec![Span::one(Scalar::Text("y".into()))]) },
            Test { key: Key::Category, accepts: Accepts::Prefix("b".into()) },
            Test {
                key: Key::PublishedAt,
                accepts: Accepts::AnyOf(vec![Span { from, to: std::ops::Bound::Unbounded }]),
            },
            Test { key: Key::Field("order".into()), accepts: Accepts::NoneOf(vec![Span::one(Scalar::Number(2.0))]) },
        ],
        0..4,
    );
    let key = prop::sample::select(vec![
        Key::PublishedAt,
        Key::UpdatedAt,
        Key::Title,
        Key::Category,
        Key::Slug,
        Key::Field("order".into()),
    ]);
    let direction = prop::sample::select(vec![Direction::Ascending, Direction::Descending]);
    (tests, (key, direction).prop_map(|(key, direction)| Sort { key, direction }))
}

/// The same question answered by looking at every card.
fn plainly(index: &Index, tests: &[Test], sort: &Sort) -> Vec<EntryId> {
    let value = |card: &Card, key: &Key| match key {
        Key::Field(name) => field_value(card, name, Compares::Number),
        key => core_value(card, key),
    };
    let passes = |card: &Card, test: &Test| match test.key {
        Key::Tag => match &test.accepts {
            Accepts::NoneOf(spans) => {
                let accepts = Accepts::AnyOf(spans.clone());
                !card.tags.iter().any(|tag| accepts.passes(&tag_value(tag)))
            }
            accepts => card.tags.iter().any(|tag| accepts.passes(&tag_value(tag))),
        },
        _ => test.accepts.passes(&value(card, &test.key)),
    };
    let mut cards: Vec<_> = index.cards().iter().filter(|card| tests.iter().all(|test| passes(card, test))).collect();
    cards.sort_by(|a, b| {
        value(a, &sort.key).compare(&value(b, &sort.key), sort.direction).then_with(|| a.entry.cmp(&b.entry))
    });
    cards.into_iter().map(|card| card.entry).collect()
}

proptest! {
    #[test]
    fn walking_page_by_page_meets_every_card_once_and_in_order(
        cards in cards(),
        (tests, sort) in tests_and_sorts(),
        limit in 1..7_usize,
    ) {
        let index = Index::new(cards, fields());
        let wanted = plainly(&index, &tests, &sort);
        prop_assert_eq!(index.count(&tests), wanted.len());
        let (mut walked, mut after) = (Vec::new(), None);
        loop {
            let query = Query { tests: tests.clone(), sort: sort.clone(), after, limit };
            let found = index.page(&query);
            prop_assert!(found.cards.len() <= limit);
            walked.extend(found.cards.iter().map(|card| card.entry));
            after = found.next;
            if after.is_none() {
                break;
            }
        }
        prop_assert_eq!(walked, wanted);
    }

    #[test]
    fn an_index_that_followed_changes_is_the_one_built_anew(first in cards(), then in cards(), gone in prop::collection::vec(any::<u8>(), 0..20)) {
        let gone: Vec<EntryId> = gone.into_iter().map(|number| id(EntryId::new, number)).collect();
        let then: Vec<_> = then.into_iter().filter(|card| !gone.contains(&card.entry)).collect();
        let followed = Index::new(first.clone(), fields()).after(then.clone(), &gone);
        let replaced = |entry: &EntryId| gone.contains(entry) || then.iter().any(|card| card.entry == *entry);
        let kept = first.iter().filter(|card| !replaced(&card.entry)).cloned();
        let anew = Index::new(kept.chain(then.iter().cloned()).collect(), fields());
        prop_assert_eq!(followed.cards(), anew.cards());
        for card in anew.cards() {
            prop_assert_eq!(followed.find(card.entry), Some(card));
            prop_assert_eq!(followed.at_address(&card.type_key, &card.locale, &card.slug), Some(card));
            prop_assert!(followed.group(card.group).any(|other| other == card));
        }
        for entry in &gone {
            prop_assert!(followed.find(*entry).is_none());
        }
    }
}
