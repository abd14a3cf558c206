//! Pages name the picture that programs show beside a link, and releases hold it as soon as it is made.

use diesel::prelude::*;
use lamin::db::Engine;
use lamin::db::schema::shares;
use lamin::kernel::time::MINUTE;
use lamin::publish::model::Mode;

use super::{Tree, assert_whole, build, current, lingering, portal, text, tree};
use crate::live_rows::Live;
use crate::on_both;
use crate::support::TestApp;

on_both!(
    a_page_names_its_picture_from_the_start_and_is_not_made_again_when_that_is_ready,
    an_edit_takes_one_picture_away_and_brings_another,
    a_page_with_a_picture_of_its_own_names_that_one,
);

/// Does what a server does in the next minutes, until nothing is left to do: a slow machine makes some pictures at a time.
pub fn later(app: &TestApp) {
    let handlers = lamin::boot::handlers();
    let mut is_idle = false;
    while !is_idle {
        app.clock.advance(MINUTE);
        is_idle = true;
        while lamin::jobs::run_due(app, &handlers).unwrap() > 0 {
            is_idle = false;
        }
    }
}

/// What the release holds, without what lingers there for readers of older pages.
fn held(app: &TestApp) -> Tree {
    let root = current(app);
    let old = lingering(&root);
    let mut tree = tree(&root);
    tree.retain(|path, _| !old.contains(path) && !path.ends_with(".gz") && !path.ends_with(".br"));
    tree
}

fn pictures(tree: &Tree) -> Vec<&str> {
    tree.keys().map(String::as_str).filter(|path| path.starts_with("media/bagikan/")).collect()
}

/// The address of the picture that a page names, below the site.
fn named(page: &str) -> &str {
    let rest = page.split("<meta property=\"og:image\" content=\"https://portal.example/").nth(1);
    rest.unwrap_or_else(|| panic!("{page}")).split('"').next().unwrap()
}

fn assert_as_if_made_at_once(app: &TestApp) {
    let step_by_step = held(app);
    build(app, Mode::Fresh);
    let fresh = held(app);
    let paths = fresh.keys().chain(step_by_step.keys());
    let differing: Vec<_> = paths.filter(|path| fresh.get(*path) != step_by_step.get(*path)).collect();
    assert!(differing.is_empty(), "{differing:?}");
}

async fn a_page_names_its_picture_from_the_start_and_is_not_made_again_when_that_is_ready(app: TestApp) {
    let portal = portal(&app).await;
    portal.show(&app, &[Live::new("berita", "beasiswa").titled("Beasiswa Dibuka")]).await;
    let first = build(&app, Mode::Changed);
    let before = held(&app);
    let page = text(&before, "berita/beasiswa/index.html");
    for part in
        ["og:image:width\" content=\"1200\"", "og:image:alt\" content=\"Beasiswa Dibuka\"", "summary_large_image"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(pictures(&before).is_empty());
    later(&app);
    let after = held(&app);
    assert!(before.iter().filter(|(path, _)| path.ends_with(".html")).all(|(path, page)| after[path] == *page));
    let picture = image::load_from_memory(&after[named(page)]).unwrap();
    assert_eq!((picture.width(), picture.height()), (1200, 630));
    assert_eq!(picture.into_rgb8().get_pixel(3, 3).0, [0x22, 0x44, 0x66], "the site's colour");
    assert!(after.contains_key(named(text(&after, "index.html"))), "the home page has one too");
    assert_whole(&current(&app));
    let last = build(&app, Mode::Changed);
    assert!(last.skipped && last.release > first.release, "a release took the pictures up");
    later(&app);
    assert!(build(&app, Mode::Changed).skipped, "nothing is left to do");
    assert_as_if_made_at_once(&app);
}

async fn an_edit_takes_one_picture_away_and_brings_another(app: TestApp) {
    let portal = portal(&app).await;
    let titled = |title: &str| Live::new("berita", "beasiswa").titled(title);
    let other = Live::new("berita", "jalan").titled("Jalan Ditutup");
    portal.show(&app, &[titled("Beasiswa Dibuka"), other]).await;
    build(&app, Mode::Changed);
    later(&app);
    let first = held(&app);
    portal.show(&app, &[titled("Beasiswa Diperpanjang")]).await;
    build(&app, Mode::Changed);
    let edited = held(&app);
    let [old, new] = [&first, &edited].map(|tree| named(text(tree, "berita/beasiswa/index.html")));
    assert!(old != new && !edited.contains_key(old) && !edited.contains_key(new));
    assert_eq!(pictures(&edited).len() + 1, pictures(&first).len());
    later(&app);
    let last = held(&app);
    assert!(last.contains_key(new) && pictures(&last).len() == pictures(&first).len());
    let rows: i64 = app.db.read_blocking(|c| Ok(shares::table.count().get_result(c)?)).unwrap();
    assert_eq!(rows as usize, pictures(&last).len(), "what no page names is forgotten");
    portal.hide(&app, &titled("Beasiswa Diperpanjang")).await;
    build(&app, Mode::Changed);
    assert!(!tree(&current(&app)).contains_key(new), "of what is withdrawn no picture stays");
    assert_as_if_made_at_once(&app);
}

async fn a_page_with_a_picture_of_its_own_names_that_one(app: TestApp) {
    let portal = portal(&app).await;
    let picture = lamin::kernel::Digest::of(b"not really a picture");
    let pictured = Live::new("berita", "jembatan").field("image", picture.as_str()).field("image_alt", "Jembatan");
    portal.show(&app, &[pictured]).await;
    build(&app, Mode::Changed);
    later(&app);
    let tree = held(&app);
    let page = text(&tree, "berita/jembatan/index.html");
    assert!(
        named(page).ends_with("/foto-jembatan.jpg") && page.contains("og:image:alt\" content=\"Jembatan\""),
        "{page}"
    );
    assert_eq!(page.matches("og:image\"").count(), 1);
}

/// Every build of a server in one process, which looks only at what changed.
#[actix_web::test]
async fn a_server_that_keeps_its_site_in_memory_makes_the_same_release() {
    let app = TestApp::new(Engine::Sqlite);
    let portal = portal(&app).await;
    let titled = |title: &str| Live::new("berita", "beasiswa").titled(title);
    portal.show(&app, &[titled("Beasiswa Dibuka"), Live::new("berita", "jalan").titled("Jalan Ditutup")]).await;
    let handlers = lamin::boot::handlers();
    for title in ["Beasiswa Dibuka Lagi", "Beasiswa Ditutup", "Beasiswa Dibuka Lagi"] {
        portal.show(&app, &[titled(title)]).await;
        let (id, now) = (app.id(lamin::kernel::id::JobId::new), app.now());
        let wanted = lamin::sites::service::release_wanted(portal.site, now);
        app.db.write_blocking(|tx| lamin::jobs::enqueue(tx, id, &wanted, now)).unwrap();
        while lamin::jobs::run_due(&app, &handlers).unwrap() > 0 {}
        for _ in 0..3 {
            app.clock.advance(MINUTE);
            while lamin::jobs::run_due(&app, &handlers).unwrap() > 0 {}
        }
        let tree = held(&app);
        assert!(tree.contains_key(named(text(&tree, "berita/beasiswa/index.html"))), "{title}");
    }
    assert_as_if_made_at_once(&app);
}
