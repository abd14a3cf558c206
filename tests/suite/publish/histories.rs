//! Whatever happened to a site, and in whatever steps its releases were made: they hold what a build holds
//! that reuses nothing.

use std::path::Path;

use diesel::prelude::*;
use lamin::content;
use lamin::db::Engine;
use lamin::db::schema::pictures;
use lamin::identity::{Actor, Role};
use lamin::jobs;
use lamin::kernel::Digest;
use lamin::media::derive::model::Format;
use lamin::media::derive::{Derivative, Derived};
use lamin::publish::model::Mode;
use lamin::publish::{back, service};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::json;

use super::{Tree, assert_whole, tree};
use crate::live_rows::{Live, Portal};
use crate::support::{TestApp, in_torture};

/// In `make test`; `make torture` runs fifty times as many, optimised.
const HISTORIES_SQLITE: u32 = 400;
const HISTORIES_POSTGRES: u32 = 40;
const SLUGS: u8 = 30;

/// What can happen between two releases.
#[derive(Debug, Clone)]
enum Act {
    /// An entry goes live, or another revision of it: which, title, day, category, tags, body.
    Show {
        which: u8,
        title: u8,
        day: u8,
        category: u8,
        tags: u8,
        body: u8,
    },
    Hide(u8),
    /// It gets another address; the old one leads there.
    Rename(u8),
    Settings(u8),
    Menu(u8),
    Category(u8, u8),
    Redirect(u8, u8),
    Theme(u8),
    /// Other forms of a picture are ready: of which, and which.
    Redraw(u8, u8),
    /// What is live becomes a release: in this process, or in one that has nothing in memory.
    Release {
        remembered: bool,
    },
    /// The release before is made live again.
    Back,
}

fn act() -> impl Strategy<Value = Act> {
    let show = (0..SLUGS, 0u8..4, 0u8..6, 0u8..4, 0u8..8, 0u8..3)
        .prop_map(|(which, title, day, category, tags, body)| Act::Show { which, title, day, category, tags, body });
    prop_oneof![
        8 => show,
        2 => (0..SLUGS).prop_map(Act::Hide),
        1 => (0..SLUGS).prop_map(Act::Rename),
        1 => (0u8..3).prop_map(Act::Settings),
        1 => (0u8..4).prop_map(Act::Menu),
        1 => (0u8..3, 0u8..3).prop_map(|(slug, title)| Act::Category(slug, title)),
        1 => (0u8..3, 0u8..3).prop_map(|(from, to)| Act::Redirect(from, to)),
        1 => (0u8..3).prop_map(Act::Theme),
        1 => (1u8..3, 0u8..3).prop_map(|(body, form)| Act::Redraw(body, form)),
        6 => any::<bool>().prop_map(|remembered| Act::Release { remembered }),
        1 => Just(Act::Back),
    ]
}

const KINDS: &[&str] = &["berita", "agenda", "pengumuman", "halaman", "layanan", "pejabat"];
const CATEGORIES: &[&str] = &["", "pendidikan", "kesehatan", "budaya"];
const TAGS: &[&str] = &["Sekolah Dasar", "banjir", "sekolah dasar"];

/// Kind and language follow from the number, so that an entry stays what it is.
fn entry(which: u8) -> Live {
    let kind = KINDS[usize::from(which) % KINDS.len()];
    let live = Live::new(kind, &format!("{kind}-{which}"));
    match which % 7 {
        5 => live.locale("en"),
        // Of the same group as one in the other language, if that is there.
        6 => live.locale("en").translates(&format!("{kind}-{}", which - 6)),
        _ => live,
    }
}

fn shown(which: u8, title: u8, (day, category, tags, body): (u8, u8, u8, u8)) -> Live {
    let chosen: Vec<&str> =
        TAGS.iter().enumerate().filter(|(at, _)| tags >> at & 1 == 1).map(|(_, tag)| *tag).collect();
    let live = entry(which)
        .titled(&format!("Judul {title} dari {which}"))
        .on(&format!("2026-{:02}-1{}T08:00:00+08:00", 1 + day % 3, day))
        .tags(&chosen)
        .field("summary", format!("Ringkasan {title}"))
        .field("start", format!("2026-12-0{}T08:30:00+08:00", 1 + title))
        .field("order", title)
        .long("body", format!("Isi **{body}**, lihat [profil](/profil/).\n\n## Bagian {body}\n\n{}", picture(body)));
    let live = match live.type_key == "berita" && body > 0 {
        true => live.field("image", Digest::of([body]).to_string()),
        false => live,
    };
    match CATEGORIES[usize::from(category)] {
        "" => live,
        key => live.category(key),
    }
}

/// Some bodies place a picture, and some another one.
fn picture(body: u8) -> String {
    match body {
        0 => String::new(),
        _ => format!("![Gambar](asset:{})", Digest::of([body])),
    }
}

fn settings(number: u8) -> Live {
    Live::new("pengaturan", "situs")
        .titled(&format!("Portal {number}"))
        .field("tagline", "Satu atap")
        .field("base_url", "https://portal.example")
        .field("color", if number == 2 { "#224466" } else { "#663322" })
}

fn menu(number: u8) -> Live {
    let item = |label: &str, url: &str| json!({"label": label, "label_en": "", "url": url});
    let items = vec![item("Beranda", "/"), item("Agenda", "/agenda/"), item("Berita", "/berita/")];
    let items: Vec<_> = items.into_iter().take(usize::from(number)).collect();
    Live::new("menu", "utama").titled("Menu utama").field("location", "main").long("items", json!(items))
}

#[expect(clippy::disallowed_methods, reason = "a test's own theme")]
fn change_theme(folder: &Path, number: u8) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("themes/polos");
    for found in walkdir::WalkDir::new(&source).into_iter().map(Result::unwrap) {
        let target = folder.join("lamin").join(found.path().strip_prefix(&source).unwrap());
        if found.file_type().is_dir() {
            std::fs::create_dir_all(target).unwrap();
            continue;
        }
        let mut text = std::fs::read_to_string(found.path()).unwrap();
        if found.file_name() == "card.html" || found.file_name() == "situs.css" {
            text.push_str(
                if found.file_name() == "card.html" { "<hr>" } else { "hr{margin:1px}" }.repeat(number.into()).as_str(),
            );
        }
        std::fs::write(target, text).unwrap();
    }
    let search = "{% extends \"base.html\" %}{% block main %}<form>{{ site.search }}</form>{% endblock %}";
    std::fs::write(folder.join("lamin/templates/search.html"), search).unwrap();
}

/// One installation for all histories of a run.
struct World {
    app: TestApp,
    themes: tempfile::TempDir,
    publisher: Actor,
}

/// One history on a site of its own.
async fn run(world: &World, number: usize, acts: &[Act]) -> Result<(), TestCaseError> {
    let app = &world.app;
    let key = format!("situs-{number}");
    let portal = Portal::open(app, &key).await;
    for body in [1, 2] {
        app.storage.put(&Digest::of([body]), &[body]).unwrap();
        portal.store_stored(app, Digest::of([body]), &format!("gambar-{body}.jpg"), "image/jpeg").await;
    }
    let handlers = lamin::boot::handlers();
    change_theme(world.themes.path(), 0);
    let mut renamed = 0;
    for act in acts {
        match act {
            Act::Show { which, title, day, category, tags, body } => {
                portal.show(app, &[shown(*which, *title, (*day, *category, *tags, *body))]).await;
            }
            Act::Hide(which) => portal.hide(app, &entry(*which)).await,
            Act::Rename(which) => {
                renamed += 1;
                let slug = entry(*which).slug;
                portal.move_live(app, &slug, &format!("{slug}-{renamed}")).await;
            }
            Act::Settings(number) => portal.show(app, &[settings(*number)]).await,
            Act::Menu(number) => portal.show(app, &[menu(*number)]).await,
            Act::Category(slug, title) => {
                let slug = CATEGORIES[1 + usize::from(*slug)];
                let named = Live::new("kategori", slug).titled(&format!("Nama {title}")).field("summary", "Tentang.");
                portal.show(app, &[named]).await;
            }
            Act::Redirect(from, to) => {
                let redirect = Live::new("pengalihan", &format!("pintas-{from}")).titled("x");
                let redirect = redirect.field("from", format!("/p{from}")).field("to", format!("/berita/page/{to}/"));
                portal.show(app, &[redirect.field("permanent", true)]).await;
            }
            Act::Theme(number) => {
                change_theme(world.themes.path(), *number);
                super::themes::approve(app, &key).await;
            }
            Act::Redraw(body, form) => redraw(app, &portal, *body, *form).await,
            Act::Release { remembered: true } => {
                let job = jobs::NewJob {
                    kind: "publish.build",
                    payload: json!({"site": portal.site}),
                    unique_key: None,
                    run_at: app.now(),
                };
                let (id, now) = (app.id(lamin::kernel::id::JobId::new), app.now());
                app.db.write(move |tx| jobs::enqueue(tx, id, &job, now)).await.unwrap();
                jobs::run_due(app, &handlers).unwrap();
                let done = app.db.read(move |c| jobs::find(c, id)).await.unwrap().unwrap();
                prop_assert_eq!(done.error, None);
            }
            Act::Release { remembered: false } => {
                service::build(app, &key, Mode::Changed, &|_| {}).unwrap();
            }
            Act::Back => go_back(app, &world.publisher, &portal).await,
        }
    }
    service::build(app, &key, Mode::Changed, &|_| {}).unwrap();
    let (stepwise, whole) = both(app, &key);
    let differing: Vec<_> =
        stepwise.keys().chain(whole.keys()).filter(|path| stepwise.get(*path) != whole.get(*path)).collect();
    prop_assert!(differing.is_empty(), "{:?}", differing);
    Ok(())
}

/// Shows other forms of a picture, as the job does that makes them.
async fn redraw(app: &TestApp, portal: &Portal, body: u8, form: u8) {
    let (site, digest, now) = (portal.site, Digest::of([body]), app.now());
    let width = 400 + 400 * u32::from(form);
    let file = Derivative {
        name: Digest::of([body, form]),
        sha256: digest,
        media_type: Format::Jpeg,
        width,
        height: 300,
        bytes: 1,
    };
    let derived = Derived { width, height: 300, color: "#102030".into(), whole: vec![file], card: Vec::new() };
    let row = (
        pictures::site_id.eq(site),
        pictures::digest.eq(digest),
        pictures::state.eq("ready"),
        pictures::shown.eq(serde_json::to_string(&derived).unwrap()),
        pictures::asked_at.eq(now),
    );
    app.db
        .write(move |tx| {
            diesel::delete(pictures::table.find((site, digest))).execute(&mut **tx)?;
            diesel::insert_into(pictures::table).values(row.clone()).execute(&mut **tx)?;
            content::live::redraw(tx, site, &[digest], now)?;
            Ok(())
        })
        .await
        .unwrap();
}

/// Makes an older release live again, if that is allowed.
async fn go_back(app: &TestApp, publisher: &Actor, portal: &Portal) {
    let limit = lamin::kernel::page::Limit::new(Some(100)).unwrap();
    let releases = app.db.read_blocking(|c| service::releases(c, portal.site, limit, None)).unwrap().items;
    let older = releases.iter().find(|release| release.state.as_str() == "kept");
    if let Some(older) = older {
        match back::activate(app, publisher, older.id) {
            Ok(active) => assert_eq!(active.number, older.number),
            Err(error) => assert!(error.refusal().is_some(), "{error}"),
        }
    }
}

/// The live release as it was made step by step, and one made from nothing. What lingers for readers of
/// older pages is left out, as no page names it.
fn both(app: &TestApp, key: &str) -> (Tree, Tree) {
    let home = app.config.public.join(key);
    let live = || home.join(std::fs::read_link(home.join("current")).unwrap());
    let whole = live();
    assert_whole(&whole);
    let mut stepwise = plain(&whole);
    stepwise.retain(|path, _| !lingers(&whole, path));
    // Not removed: somebody may still be tidying there.
    std::fs::rename(&home, home.with_extension("before")).unwrap();
    service::build(app, key, Mode::Fresh, &|_| {}).unwrap();
    (stepwise, plain(&live()))
}

/// What a manifest lists: not the compressed copies, which come in their own time.
fn plain(root: &Path) -> Tree {
    let mut tree = tree(root);
    tree.retain(|path, _| !path.ends_with(".br") && !path.ends_with(".gz"));
    tree
}

fn lingers(root: &Path, path: &str) -> bool {
    super::lingering(root).iter().any(|lingering| lingering == path)
}

fn hold(engine: Engine, histories: u32) {
    let themes = tempfile::tempdir().unwrap();
    let folder = themes.path().to_str().unwrap().to_owned();
    let settings = [("themes_folder", folder.as_str()), ("releases_kept", "3")];
    let app = TestApp::with(engine, &settings);
    let publisher = app.user("penerbit", &[(Role::Publisher, None)]);
    let world = World { app, themes, publisher };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let number = std::cell::Cell::new(0);
    let config = Config {
        cases: if in_torture() { histories * 50 } else { histories },
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&proptest::collection::vec(act(), 4..28), |acts| {
        number.set(number.get() + 1);
        runtime.block_on(run(&world, number.get(), &acts))
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn a_release_made_step_by_step_is_the_one_made_at_once_on_sqlite() {
    hold(Engine::Sqlite, HISTORIES_SQLITE);
}

#[test]
fn a_release_made_step_by_step_is_the_one_made_at_once_on_postgres() {
    hold(Engine::Postgres, HISTORIES_POSTGRES);
}
