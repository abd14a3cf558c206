//! Pages show pictures in the forms that were made of them, and nothing else changes for it.

use diesel::prelude::*;
use lamin::db::schema::{derivatives, pictures};
use lamin::identity::{Actor, Role};
use lamin::kernel::Digest;
use lamin::media::derive;
use lamin::publish::model::Mode;
use serde_json::{Value, json};

use super::{Tree, assert_whole, build, current, lingering, text, tree};
use crate::live_rows::{Live, Portal};
use crate::on_both;
use crate::support::{Call, TestApp};

on_both!(
    a_page_shows_every_width_when_all_are_ready_and_is_the_same_when_made_at_once,
    the_public_api_names_a_file_that_the_release_holds,
    a_picture_that_nothing_live_places_makes_no_release,
    a_focus_cuts_cards_around_it,
    a_focus_is_refused_where_it_means_nothing,
    two_sites_share_what_was_made_of_one_picture,
    a_picture_that_cannot_be_read_keeps_no_other_waiting,
);

/// Of too many colours to be a drawing.
fn photograph(width: u32, height: u32) -> Vec<u8> {
    let image = image::RgbImage::from_fn(width, height, |x, y| {
        let wave = ((x * x / 9 + y * 5) % 64) as u8;
        image::Rgb([(x * 255 / width) as u8, (y * 255 / height) as u8 / 2 + wave, 255 - wave])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// A page that places a picture in its text and on its card, and one that places none.
fn entries(digest: &str) -> [Live; 2] {
    let on = "2026-11-23T10:00:00+08:00";
    let body = format!("Lihat:\n\n![Dermaga & lama](asset:{digest})");
    [
        Live::new("berita", "dermaga").on(on).field("image", digest).field("image_alt", "Dermaga").long("body", body),
        Live::new("halaman", "profil").on(on).long("body", "Tentang kami."),
    ]
}

async fn upload(app: &TestApp, actor: &Actor, site: &str, bytes: &[u8]) -> String {
    let path = format!("/api/v1/sites/{site}/assets");
    let reply = Call::post(&path).token(&app.token(actor)).file("Dermaga Baru.jpg", bytes).send(app).await.assert_ok();
    reply.json()["items"][0]["digest"].as_str().unwrap().to_owned()
}

/// Does what a server does until nothing is left to do.
fn work(app: &TestApp) {
    derive::service::follow(app).unwrap();
    let handlers = lamin::boot::handlers();
    while lamin::jobs::run_due(app, &handlers).unwrap() > 0 {}
}

fn without_seal(app: &TestApp) -> Tree {
    let root = current(app);
    let old = lingering(&root);
    let mut tree = tree(&root);
    tree.retain(|path, _| !old.contains(path) && !path.ends_with(".gz") && !path.ends_with(".br"));
    tree
}

async fn a_page_shows_every_width_when_all_are_ready_and_is_the_same_when_made_at_once(app: TestApp) {
    let portal = Portal::open(&app, "portal").await;
    let ani = app.user("ani", &[(Role::Author, Some(portal.site))]);
    let digest = upload(&app, &ani, "portal", &photograph(1000, 600)).await;
    portal.show(&app, &entries(&digest)).await;
    build(&app, Mode::Changed);
    let before = tree(&current(&app));
    let original = format!("/media/{}/dermaga-baru.jpg", &digest[..16]);
    assert!(text(&before, "berita/dermaga/index.html").contains(&format!("<img src=\"{original}\"")));
    work(&app);
    let after = without_seal(&app);
    let page = text(&after, "berita/dermaga/index.html");
    assert!(page.contains("alt=\"Dermaga &amp; lama\""), "{page}");
    assert_eq!(page.contains("<picture><source type=\"image/avif\""), cfg!(feature = "avif"));
    for part in ["400w", "800w", "1000w", "width=\"1000\" height=\"600\""] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let named: Vec<&str> = page.split(['"', ' ']).filter(|part| part.starts_with("/media/")).collect();
    assert!(named.iter().all(|path| after.contains_key(&path[1..])), "{named:?}");
    let home = text(&after, "index.html");
    assert!(home.contains("srcset=") && !home.contains(&original), "a card shows it too");
    assert!(before.contains_key(&original[1..]) && !after.contains_key(&original[1..]), "nothing names the original");
    let naming = after.iter().filter(|(_, bytes)| String::from_utf8_lossy(bytes).contains(&original));
    assert_eq!(naming.map(|(path, _)| path).collect::<Vec<_>>(), Vec::<&String>::new());
    for file in ["sitemap.xml", "feed.json"] {
        let named = text(&after, file).split("/media/").nth(1).unwrap().split(['"', '<']).next().unwrap();
        assert!(after.contains_key(&format!("media/{named}")), "{file}: {named}");
    }
    assert!(before["profil/index.html"] == after["profil/index.html"]);
    assert_whole(&current(&app));
    build(&app, Mode::Fresh);
    let fresh = without_seal(&app);
    let differing: Vec<_> = fresh.keys().chain(after.keys()).filter(|p| fresh.get(*p) != after.get(*p)).collect();
    assert!(differing.is_empty(), "{differing:?}");
    assert!(build(&app, Mode::Changed).skipped);
}

async fn the_public_api_names_a_file_that_the_release_holds(app: TestApp) {
    let portal = Portal::open(&app, "portal").await;
    let ani = app.user("ani", &[(Role::Author, Some(portal.site))]);
    let digest = upload(&app, &ani, "portal", &photograph(1600, 900)).await;
    portal.show(&app, &entries(&digest)).await;
    build(&app, Mode::Changed);
    let asked = async || {
        let entry = Call::get("/delivery/v1/sites/portal/entries/berita/dermaga").send(&app).await.assert_ok().json();
        entry["fields"].clone()
    };
    let held = |url: &Value| {
        let path = url.as_str().unwrap().split_once("/media/").unwrap().1;
        tree(&current(&app)).get(&format!("media/{path}")).map(Vec::len)
    };
    let original = asked().await;
    assert_eq!((&original["image"]["width"], held(&original["image"]["url"]).is_some()), (&json!(1600), true));
    work(&app);
    let fields = asked().await;
    let image = &fields["image"];
    assert_eq!(
        (&image["width"], &image["height"], &image["media_type"]),
        (&json!(1280), &json!(720), &json!("image/jpeg"))
    );
    assert_eq!(json!(held(&image["url"])), image["size_bytes"]);
    assert!(held(&image["large"]).is_some() && image["large"] != image["url"], "{image}");
    assert!(fields["body"].as_str().unwrap().contains(image["url"].as_str().unwrap()), "{fields}");
}

async fn a_picture_that_nothing_live_places_makes_no_release(app: TestApp) {
    let portal = Portal::open(&app, "portal").await;
    let ani = app.user("ani", &[(Role::Author, Some(portal.site))]);
    portal.show(&app, &entries(Digest::of("lain").as_str())).await;
    build(&app, Mode::Changed);
    upload(&app, &ani, "portal", &photograph(500, 400)).await;
    work(&app);
    let states: Vec<String> = app.db.read_blocking(|c| Ok(pictures::table.select(pictures::state).load(c)?)).unwrap();
    assert_eq!(states, ["ready"]);
    assert!(build(&app, Mode::Changed).skipped);
}

async fn describe(app: &TestApp, actor: &Actor, digest: &str, body: &Value) -> crate::support::Reply {
    let path = format!("/api/v1/sites/portal/assets/{digest}");
    let version = Call::get(&path).token(&app.token(actor)).send(app).await.assert_ok().json()["version"].clone();
    Call::new("PATCH", &path).token(&app.token(actor)).seen(&version).json(body).send(app).await
}

async fn a_focus_cuts_cards_around_it(app: TestApp) {
    let portal = Portal::open(&app, "portal").await;
    let ani = app.user("ani", &[(Role::Author, Some(portal.site))]);
    let digest = upload(&app, &ani, "portal", &photograph(900, 900)).await;
    portal.show(&app, &entries(&digest)).await;
    work(&app);
    build(&app, Mode::Changed);
    let before = text(&tree(&current(&app)), "index.html").to_owned();
    let answer = describe(&app, &ani, &digest, &json!({"focus": {"x": 0.5, "y": 0.1}})).await.assert_ok().json();
    assert_eq!(
        (&answer["picture"]["state"], &answer["picture"]["focus"]),
        (&json!("waiting"), &json!({"x": 0.5, "y": 0.1}))
    );
    assert!(build(&app, Mode::Changed).skipped, "what was ready stays until the crops are");
    work(&app);
    let path = format!("/api/v1/sites/portal/assets/{digest}");
    let asset = Call::get(&path).token(&app.token(&ani)).send(&app).await.assert_ok().json();
    let cards = asset["picture"]["derivatives"].as_array().unwrap().iter().filter(|file| file["card"] == json!(true));
    let sizes: std::collections::BTreeSet<_> =
        cards.map(|file| (file["width"].as_i64(), file["height"].as_i64())).collect();
    assert_eq!(sizes, [(Some(400), Some(225)), (Some(800), Some(450))].into());
    let home = text(&tree(&current(&app)), "index.html").to_owned();
    assert!(home != before && home.contains("width=\"800\" height=\"450\""), "{home}");
}

async fn a_focus_is_refused_where_it_means_nothing(app: TestApp) {
    let portal = Portal::open(&app, "portal").await;
    let ani = app.user("ani", &[(Role::Author, Some(portal.site))]);
    let picture = upload(&app, &ani, "portal", &photograph(50, 40)).await;
    describe(&app, &ani, &picture, &json!({"focus": {"x": 1.5, "y": 0.1}})).await.assert_refused(422, "invalid");
    let asset = "/api/v1/sites/portal/assets";
    let note = Call::post(asset).token(&app.token(&ani)).file("a.txt", b"teks").send(&app).await.assert_ok().json();
    let note = note["items"][0]["digest"].as_str().unwrap().to_owned();
    describe(&app, &ani, &note, &json!({"focus": {"x": 0.5, "y": 0.1}})).await.assert_refused(422, "invalid");
}

async fn two_sites_share_what_was_made_of_one_picture(app: TestApp) {
    let sites = [Portal::open(&app, "portal").await, Portal::open(&app, "dinas").await];
    let ani = app.user("ani", &sites.each_ref().map(|site| (Role::Author, Some(site.site))));
    let bytes = photograph(700, 500);
    let count = || app.db.read_blocking(|c| Ok(derivatives::table.count().get_result::<i64>(c)?)).unwrap();
    upload(&app, &ani, "portal", &bytes).await;
    work(&app);
    let first = count();
    assert!(first >= 2, "each width, and AVIF where it is smaller");
    upload(&app, &ani, "dinas", &bytes).await;
    work(&app);
    let shown: Vec<Option<String>> =
        app.db.read_blocking(|c| Ok(pictures::table.select(pictures::shown).load(c)?)).unwrap();
    assert_eq!(count(), first);
    assert!(shown.len() == 2 && shown[0].is_some() && shown[0] == shown[1]);
}

#[expect(clippy::disallowed_methods, reason = "a test damages a stored file")]
async fn a_picture_that_cannot_be_read_keeps_no_other_waiting(app: TestApp) {
    let portal = Portal::open(&app, "portal").await;
    let ani = app.user("ani", &[(Role::Author, Some(portal.site))]);
    let broken = upload(&app, &ani, "portal", &photograph(500, 400)).await;
    // A disk that lost it afterwards.
    let stored = app.config.data.join("assets").join(&broken[..2]).join(&broken[2..4]).join(&broken);
    std::fs::remove_file(&stored).unwrap();
    std::fs::write(&stored, b"\xff\xd8\xff nothing that could be read").unwrap();
    let whole = upload(&app, &ani, "portal", &photograph(600, 400)).await;
    portal.show(&app, &entries(&broken)).await;
    work(&app);
    build(&app, Mode::Changed);
    let state = |digest: &str| {
        let path = format!("/api/v1/sites/portal/assets/{digest}");
        let call = Call::get(&path).token(&app.token(&ani));
        let app = &app;
        async move { call.send(app).await.assert_ok().json()["picture"].clone() }
    };
    let failed = state(&broken).await;
    assert!(failed["state"] == json!("failed") && failed["fault"].is_string(), "{failed}");
    assert_eq!(state(&whole).await["state"], json!("ready"));
    let page = text(&tree(&current(&app)), "berita/dermaga/index.html").to_owned();
    assert!(page.contains(&format!("<img src=\"/media/{}/", &broken[..16])), "it is shown as it is");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads the migrations")]
fn both_engines_have_the_same_tables_of_pictures() {
    let read = |engine: &str| {
        let text = std::fs::read_to_string(format!("migrations/{engine}/2026-11-21-040000_pictures/up.sql")).unwrap();
        text.replace(" COLLATE \"C\"", "").replace("BIGINT", "INTEGER").replace(") STRICT;", ");")
    };
    assert_eq!(read("sqlite"), read("postgres"));
}
