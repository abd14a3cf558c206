//! Older releases that are made live again.

use lamin::identity::Role;
use lamin::kernel::Code;
use lamin::kernel::page::Limit;
use lamin::publish::model::{Mode, Named, Release};
use lamin::publish::{back, service};

use super::{assert_whole, build, current, portal, tree};
use crate::live_rows::{Live, Portal};
use crate::on_both;
use crate::support::TestApp;

on_both!(
    an_older_release_comes_back_to_the_byte,
    what_was_withdrawn_does_not_come_back,
    a_release_of_that_time_comes_without_what_was_withdrawn_since,
    going_back_tells_what_goes_from_view_before_and_after,
    only_a_publisher_activates,
    a_build_that_died_after_its_swap_is_made_up_for,
    old_releases_go_and_the_kept_ones_stay,
);

fn releases(app: &TestApp) -> Vec<Release> {
    let site = app.db.read_blocking(|c| lamin::sites::store::find_by_key(c, "portal")).unwrap().unwrap().id;
    app.db.read_blocking(|c| lamin::publish::service::releases(c, site, Limit::new(Some(100))?, None)).unwrap().items
}

async fn an_older_release_comes_back_to_the_byte(app: TestApp) {
    let portal = portal(&app).await;
    let publisher = app.user("penerbit", &[(Role::Publisher, Some(portal.site))]);
    build(&app, Mode::Fresh);
    let first = tree(&current(&app));
    portal.show(&app, &[Live::new("berita", "baru")]).await;
    build(&app, Mode::Changed);
    assert!(tree(&current(&app)) != first);
    let older = releases(&app).pop().unwrap();
    let active = back::activate(&app, &publisher, older.id).unwrap();
    assert_eq!((active.number, active.state.as_str()), (1, "active"));
    assert!(tree(&current(&app)) == first);
    assert_whole(&current(&app));
    let states: Vec<_> = releases(&app).iter().map(|release| release.state.as_str()).collect();
    assert_eq!(states, ["kept", "active"]);
    assert!(!build(&app, Mode::Changed).skipped, "what is live is newer than the release that is shown");
}

async fn what_was_withdrawn_does_not_come_back(app: TestApp) {
    let portal = portal(&app).await;
    let publisher = app.user("penerbit", &[(Role::Publisher, Some(portal.site))]);
    build(&app, Mode::Fresh);
    let gone = Live::new("berita", "berita-7");
    portal.hide(&app, &gone).await;
    build(&app, Mode::Changed);
    let before = tree(&current(&app));
    let older = releases(&app).pop().unwrap();
    let error = back::activate(&app, &publisher, older.id).unwrap_err();
    let refusal = error.refusal().unwrap();
    assert_eq!(refusal.code(), Code::InUse);
    assert_eq!(refusal.field_refusals().len(), 1);
    assert_eq!(refusal.field_refusals()[0].detail, "berita/berita-7");
    assert!(tree(&current(&app)) == before);
}

async fn only_a_publisher_activates(app: TestApp) {
    let portal = portal(&app).await;
    let author = app.user("petugas", &[(Role::Author, Some(portal.site))]);
    build(&app, Mode::Fresh);
    let release = releases(&app).pop().unwrap();
    let error = back::activate(&app, &author, release.id).unwrap_err();
    assert_eq!(error.refusal().unwrap().code(), Code::Forbidden);
    let error = service::request(&app, &author, portal.site, false).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().code(), Code::Forbidden);
}

async fn a_build_that_died_after_its_swap_is_made_up_for(app: TestApp) {
    use diesel::prelude::*;
    use lamin::db::schema::releases as table;
    let portal = portal(&app).await;
    build(&app, Mode::Fresh);
    portal.show(&app, &[Live::new("berita", "baru")]).await;
    build(&app, Mode::Changed);
    // As it would stand had the process been killed between the rename and the last transaction.
    app.db
        .write(|tx| {
            diesel::update(table::table.filter(table::number.eq(2)))
                .set(table::state.eq("building"))
                .execute(&mut **tx)?;
            diesel::update(table::table.filter(table::number.eq(1)))
                .set(table::state.eq("active"))
                .execute(&mut **tx)?;
            Ok(())
        })
        .await
        .unwrap();
    assert!(build(&app, Mode::Changed).skipped, "release 2 is live and is taken for what it is");
    let states: Vec<_> = releases(&app).iter().map(|release| (release.number, release.state.as_str())).collect();
    assert_eq!(states, [(2, "active"), (1, "kept")]);
}

async fn old_releases_go_and_the_kept_ones_stay(app: TestApp) {
    let app = TestApp::with(app.db.engine(), &[("releases_kept", "2")]);
    portal(&app).await;
    for _ in 0..4 {
        build(&app, Mode::Fresh);
    }
    let folder = app.config.public.join("portal/releases");
    assert!(folder.join("4").is_dir() && folder.join("3").is_dir());
    assert!(!folder.join("2").exists() && !folder.join("1").exists());
    let states: Vec<_> = releases(&app).iter().map(|release| release.state.as_str()).collect();
    assert_eq!(states, ["active", "kept", "removed", "removed"]);
}

/// A release, then one entry edited, one withdrawn, one added and one moved; and the release of that.
async fn moved_on(app: &TestApp) -> (Portal, lamin::kernel::id::ReleaseId) {
    let portal = portal(app).await;
    build(app, Mode::Fresh);
    let first = releases(app).pop().unwrap().id;
    portal.show(app, &[Live::new("berita", "berita-3").titled("Another title")]).await;
    portal.hide(app, &Live::new("berita", "berita-7")).await;
    portal.show(app, &[Live::new("berita", "added-later")]).await;
    portal.move_live(app, "berita-5", "berita-lima").await;
    build(app, Mode::Changed);
    (portal, first)
}

fn page<'t>(tree: &'t super::Tree, slug: &str) -> Option<&'t str> {
    tree.get(&format!("berita/{slug}/index.html")).map(|bytes| std::str::from_utf8(bytes).unwrap())
}

async fn a_release_of_that_time_comes_without_what_was_withdrawn_since(app: TestApp) {
    let (portal, first) = moved_on(&app).await;
    let publisher = app.user("penerbit", &[(Role::Publisher, Some(portal.site))]);
    let author = app.user("petugas", &[(Role::Author, Some(portal.site))]);
    let newest = tree(&current(&app));
    let refused = back::activate(&app, &publisher, first).unwrap_err();
    assert!(refused.refusal().unwrap().detail_text().contains(&format!("{first}/restore")), "{refused}");
    let refused = back::restore(&app, &author, first).await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), Code::Forbidden);
    back::restore(&app, &publisher, first).await.unwrap();
    lamin::jobs::run_due(&app, &lamin::boot::handlers()).unwrap();
    let restored = tree(&current(&app));
    assert_whole(&current(&app));
    assert!(page(&restored, "berita-3").is_some_and(|page| !page.contains("Another title")));
    let gone = page(&restored, "berita-7").unwrap();
    assert!(gone.contains("telah ditarik") && !gone.contains("ke-7"), "what was withdrawn stays away: {gone}");
    assert!(page(&restored, "added-later").is_none());
    assert!(page(&restored, "berita-5").is_some_and(|page| !page.contains("http-equiv=\"refresh\"")));
    assert!(page(&restored, "berita-lima").is_none());
    assert!(!restored.values().any(|bytes| String::from_utf8_lossy(bytes).contains("/berita/added-later/")));
    let active = releases(&app).into_iter().next().unwrap();
    assert_eq!((active.number, active.state.as_str(), active.created_by), (3, "active", publisher.user()));
    build(&app, Mode::Changed);
    assert!(tree(&current(&app)) == newest, "the next publication shows what is live now");
}

async fn going_back_tells_what_goes_from_view_before_and_after(app: TestApp) {
    let (portal, first) = moved_on(&app).await;
    let publisher = app.user("penerbit", &[(Role::Publisher, Some(portal.site))]);
    let author = app.user("petugas", &[(Role::Author, Some(portal.site))]);
    let refused = back::consequences(&app, &author, first).unwrap_err();
    assert_eq!(refused.refusal().unwrap().code(), Code::Forbidden);
    let told = back::consequences(&app, &publisher, first).unwrap();
    let slugs = |named: &[Named]| named.iter().map(|entry| entry.slug.clone()).collect::<Vec<_>>();
    assert_eq!(slugs(&told.withdrawn), ["berita-7"]);
    assert_eq!(slugs(&told.hidden), ["added-later"]);
    assert!(slugs(&told.older).contains(&"berita-3".to_owned()));
    assert_eq!((told.counts.withdrawn, told.counts.hidden), (1, 1));
    // What was withdrawn is shown again by its own procedure, so that nothing stands in the way.
    portal.show(&app, &[Live::new("berita", "berita-7")]).await;
    build(&app, Mode::Changed);
    back::activate(&app, &publisher, first).unwrap();
    let event = app.db.read_blocking(newest_activation).unwrap();
    assert_eq!(event["hidden"], serde_json::json!(["berita/added-later"]));
    assert!(event["older"].as_array().unwrap().contains(&"berita/berita-3".into()));
}

fn newest_activation(connection: &mut lamin::db::Conn) -> lamin::kernel::Result<serde_json::Value> {
    use diesel::prelude::*;
    use lamin::db::schema::ledger;
    let detail: String = ledger::table
        .filter(ledger::action.eq("publish.activate"))
        .order(ledger::sequence.desc())
        .select(ledger::detail)
        .first(connection)?;
    Ok(serde_json::from_str(&detail).unwrap())
}
