//! Pages from what was read: one entry with a body of some 400 words, one list of 20, on a site of 1,000 entries.

use std::collections::HashMap;

use lamin::content::types;
use lamin::kernel::id::{EntryId, GroupId, SiteId};
use lamin::kernel::time::{self, HOUR};
use lamin::kernel::{Digest, Timestamp};
use lamin::publish::model::{Card, SiteFacts, Snapshot};
use lamin::publish::plan::{self, Page, Plan, Wanted};
use lamin::publish::render::Finds;
use lamin::publish::snapshot::{self, shape};
use lamin::publish::styles::theme_files;
use lamin::publish::views::World;
use lamin::themes::theme::Theme;
use serde_json::{Map, Value, json};

const ENTRIES: u32 = 1_000;

fn main() {
    divan::main();
}

fn id<T>(new: fn(Timestamp, [u8; 10]) -> T, number: u32) -> T {
    let mut chance = [0; 10];
    chance[..4].copy_from_slice(&number.to_be_bytes());
    new(Timestamp::from_micros(i64::from(number) * HOUR), chance)
}

fn card(number: u32) -> Card {
    let at = Timestamp::from_micros(1_767_225_600_000_000 + i64::from(number) * HOUR);
    let fields = json!({
        "title": format!("Pemerintah provinsi membuka layanan ke-{number} bagi warga di hulu sungai"),
        "summary": "Layanan dibuka setiap hari kerja pukul delapan sampai empat sore, tanpa biaya.",
        "author": "Dinas Komunikasi dan Informatika",
        "category": (["kesehatan", "pendidikan", "budaya"][number as usize % 3]),
        "tags": [format!("tag {}", number % 97), "pelayanan publik"],
    });
    let fields = fields.as_object().cloned().unwrap_or_default();
    let (category, tags) = snapshot::terms(&fields);
    Card {
        entry: id(EntryId::new, number),
        type_key: "berita".into(),
        locale: 0,
        slug: format!("layanan-{number}"),
        group: id(GroupId::new, number),
        revision: 1,
        digest: Digest::of(number.to_be_bytes()),
        published_at: at,
        updated_at: at,
        title: fields["title"].as_str().unwrap_or_default().into(),
        has_picture: false,
        card: serde_json::Value::Object(fields).to_string().into(),
        category,
        tags,
    }
}

fn small_site() -> Snapshot {
    let site = SiteFacts {
        id: id(SiteId::new, 0),
        key: "portal".into(),
        name: "Portal".into(),
        hosts: vec!["portal.example".into()],
        zone_name: time::ZONE_DEFAULT.into(),
        zone: time::zone(time::ZONE_DEFAULT).expect("the zone is built in"),
        locales: vec!["id".into()],
        live_sequence: i64::from(ENTRIES),
    };
    let shapes =
        types::shipped_keys().filter_map(|key| types::shipped(key).map(|of| (key.to_owned(), shape(&of)))).collect();
    let cards = (0..ENTRIES).map(card).collect();
    Snapshot {
        site,
        cards,
        steering: Vec::new(),
        former: Vec::new(),
        gone: Vec::new(),
        assets: HashMap::new(),
        attached: HashMap::new(),
        derivatives: HashMap::new(),
        cut: Default::default(),
        shares: Default::default(),
        shapes,
    }
}

fn body() -> Map<String, Value> {
    let paragraph =
        "Pemerintah **provinsi** membuka layanan bagi warga di hulu sungai, lihat [profil](/profil/). ".repeat(8);
    let body = format!(
        "{paragraph}\n\n## Jadwal\n\n- Senin\n- Selasa\n\n{paragraph}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n{paragraph}"
    );
    [("body".to_owned(), Value::from(body))].into_iter().collect()
}

fn with_world(run: impl FnOnce(&World, &Plan)) {
    let snapshot = small_site();
    let theme = Theme::built_in().expect("the built-in theme reads");
    let plan =
        plan::plan(&snapshot, Wanted { archive: true, terms: true, register: true, site_map: true, search: false });
    let (_, addresses) = theme_files(&snapshot, &theme);
    let world =
        World::new(&snapshot, &theme, &plan, "https://portal.example".into(), addresses).expect("its parts read");
    run(&world, &plan);
}

#[divan::bench]
fn entry_page(bencher: divan::Bencher) {
    let fields = body();
    with_world(|world, _| {
        bencher
            .bench_local(|| world.entry(500, divan::black_box(&fields), &mut Finds::default()).map(|page| page.len()));
    });
}

#[divan::bench]
fn list_page(bencher: divan::Bencher) {
    with_world(|world, plan| {
        let page = plan.pages.iter().find(|page| matches!(page, Page::List { .. })).expect("there is a list");
        bencher.bench_local(|| world.page(divan::black_box(page)).map(|page| page.len()));
    });
}

/// Reading cards into what templates see, and dividing them into lists: once for each build.
#[divan::bench(sample_count = 20)]
fn plan_and_views_of_1000(bencher: divan::Bencher) {
    let snapshot = small_site();
    let theme = Theme::built_in().expect("the built-in theme reads");
    bencher.bench_local(|| {
        let plan = plan::plan(
            divan::black_box(&snapshot),
            Wanted { archive: true, terms: true, register: true, site_map: true, search: false },
        );
        let (_, addresses) = theme_files(&snapshot, &theme);
        let world = World::new(&snapshot, &theme, &plan, "https://portal.example".into(), addresses);
        world.expect("its parts read").cards.len()
    });
}
