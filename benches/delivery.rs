//! Lists of the public API from memory: 10,000 live entries, pages of 20.

use std::sync::Arc;

use lamin::content::types;
use lamin::delivery::answers;
use lamin::delivery::model::{Assets, Card, LiveRow, Settings, SiteRow};
use lamin::delivery::rules::{self, Words};
use lamin::delivery::shelf::Shelf;
use lamin::kernel::id::{EntryId, GroupId, SiteId};
use lamin::kernel::time::HOUR;
use lamin::kernel::{Locale, Timestamp};
use serde_json::json;

const ENTRIES: u32 = 10_000;

fn main() {
    divan::main();
}

fn id<T>(new: fn(Timestamp, [u8; 10]) -> T, number: u32) -> T {
    let mut chance = [0; 10];
    chance[..4].copy_from_slice(&number.to_be_bytes());
    new(Timestamp::from_micros(i64::from(number) * HOUR), chance)
}

fn shelf() -> Shelf {
    let types = types::shipped_keys().filter_map(|key| Some((key.to_owned(), types::shipped(key)?))).collect();
    let site = id(SiteId::new, 0);
    let settings = Settings {
        site,
        key: "portal".into(),
        zone: "Asia/Makassar".into(),
        default_locale: Locale::indonesian(),
        base_url: "https://portal.example".into(),
        api: None,
        fields: rules::field_uses(&types),
        types,
    };
    let row = SiteRow {
        id: site,
        key: settings.key.clone(),
        zone: settings.zone.clone(),
        default_locale: settings.default_locale.clone(),
        live_sequence: i64::from(ENTRIES),
        stems_version: 0,
        version: 1,
    };
    let mut words = Words::default();
    let cards = (0..ENTRIES).map(|number| Arc::new(card(number, &settings, &mut words))).collect();
    Shelf::new(row, settings, cards, words)
}

fn card(number: u32, settings: &Settings, words: &mut Words) -> Card {
    let kind = ["berita", "berita", "berita", "artikel", "pengumuman"][number as usize % 5];
    let category = ["kesehatan", "pendidikan", "infrastruktur", "budaya"][number as usize % 4];
    let fields = json!({
        "title": format!("Pemerintah provinsi membuka layanan ke-{number} bagi warga di hulu sungai"),
        "summary": "Layanan dibuka setiap hari kerja pukul delapan sampai empat sore, tanpa biaya, di semua kecamatan.",
        "author": "Dinas Komunikasi dan Informatika",
        "category": category,
        "tags": [format!("tag-{}", number % 97), "pelayanan publik"],
    });
    let row = LiveRow {
        entry: id(EntryId::new, number),
        site: settings.site,
        group: id(GroupId::new, number),
        type_key: kind.into(),
        locale: "id".into(),
        slug: format!("layanan-ke-{number}-bagi-warga-di-hulu-sungai"),
        revision: 1,
        card: fields.to_string(),
        published_at: Timestamp::from_micros(i64::from(number) * HOUR),
        updated_at: Timestamp::from_micros(i64::from(number) * HOUR),
        sequence: i64::from(number),
        number: Some(i64::from(number)),
    };
    let stored = rules::stored_card(&row).expect("it was written just now");
    rules::card(row, stored, settings, &Assets::new(), words)
}

#[divan::bench(args = [
    "filter[type]=berita&limit=20",
    "filter[type]=berita&filter[category]=kesehatan&limit=20",
    "filter[tag]=tag-7&limit=20",
    "filter[published_at][lt]=1970-06&limit=20",
    "filter[type]=berita&sort=title&limit=20",
    "filter[author][prefix]=dinas&sort=-updated_at&limit=20",
    "filter[type]=berita&limit=20&total=true",
])]
fn list_of_20_from_10_000(bencher: divan::Bencher, query: &str) {
    let shelf = shelf();
    bencher.bench(|| answers::list_of_cards(&shelf, query).expect("a list"));
}

/// What a publication costs each node that has the site in memory.
#[divan::bench]
fn one_entry_changes_among_10_000(bencher: divan::Bencher) {
    let shelf = shelf();
    let mut words = Words::default();
    let changed = Arc::new(card(ENTRIES / 2, &shelf.settings, &mut words));
    bencher.bench(|| shelf.index.after(vec![changed.clone()], &[]));
}
