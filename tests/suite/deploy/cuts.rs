//! A connection that is cut at every twentieth of the bytes; what the target shows then, and what the next deploy sends.

use std::collections::BTreeSet;

use lamin::deploy::model::Outcome;
use lamin::kernel::Digest;

use super::{On, Place, Stage, assert_same, copy_folder, empty_folder};
use crate::live_rows::Live;
use crate::publish::Tree;
use crate::support::in_torture;

/// Text that does not get smaller when it is packed.
fn noise(seed: usize, bytes: usize) -> String {
    let digests = (0..bytes / 64).map(|at| Digest::of(format!("{seed} {at}")).to_string());
    digests.collect::<Vec<_>>().join(" ")
}

/// Fifty pages more, about 3 MB with their copies.
async fn large_release(stage: &Stage) -> Tree {
    let entry = |number| {
        let slug = format!("besar-{number}");
        Live::new("berita", &slug).titled(&slug).long("body", noise(number, 30_000))
    };
    stage.portal.show(&stage.app, &(0..50).map(entry).collect::<Vec<_>>()).await;
    stage.release()
}

/// Bytes of files that the target has got so far without showing them.
fn arrived(place: &Place, new: &Tree) -> u64 {
    let ours = place.root().join(".lamin");
    let (names, folder) = match place.on {
        On::Ssh => (None, ours.join("in")),
        _ => (Some(new), ours.join("new")),
    };
    let known: BTreeSet<String> = names
        .into_iter()
        .flatten()
        .map(|(path, bytes)| Digest::of(format!("{path}\n{}", Digest::of(bytes))).to_string())
        .collect();
    let files = crate::publish::tree(&folder);
    let whole = files.iter().filter(|(path, bytes)| match place.on {
        On::Ssh => new.get(*path) == Some(*bytes),
        _ => known.contains(*path) && new.values().any(|known| known == *bytes),
    });
    whole.map(|(_, bytes)| bytes.len() as u64).sum()
}

async fn a_cut_at_any_twentieth(on: On) {
    let stage = Stage::new().await;
    let place = Place::new(on);
    let key = stage.target(&place).await;
    let wire = place.wire.as_ref().unwrap();
    let old = stage.release();
    stage.deploy(&key);
    let base = tempfile::tempdir().unwrap();
    copy_folder(&place.root(), base.path());
    let new = large_release(&stage).await;
    wire.count();
    assert_eq!(stage.deploy(&key).outcome, Outcome::Done);
    let (total, _) = wire.count();
    let payload: u64 =
        new.iter().filter(|(path, bytes)| old.get(*path) != Some(*bytes)).map(|(_, b)| b.len() as u64).sum();
    // Names, digests, the manifest and what encryption adds: not part of what can be missing.
    let fixed = total.saturating_sub(payload) + 64 * 1024;
    let mut cut_short = 0;
    for twentieth in 1..20 {
        empty_folder(&place.root());
        copy_folder(base.path(), &place.root());
        wire.cut_after(total * twentieth / 20);
        let done = stage.try_deploy(&key);
        cut_short += usize::from(done.outcome == Outcome::Failed);
        wire.mend();
        let when = format!("cut at {} %", twentieth * 5);
        place.settle();
        let shown = place.shown();
        let journal = place.moves() && place.has_journal();
        assert!(shown == old || shown == new || journal, "{when}: neither the old nor the new release");
        let missing = if journal || shown == new { 0 } else { payload - arrived(&place, &new) };
        stage.deploy(&key);
        let (again, _) = wire.count();
        assert!(again <= missing * 11 / 10 + fixed, "{when}: {again} bytes for {missing} missing (of {payload})");
        assert_same(&place.shown(), &new, &when);
        assert!(place.is_tidy(), "{when}");
    }
    assert!(cut_short >= 17, "{cut_short} of 19 were cut");
}

#[actix_web::test]
async fn ssh_is_old_or_new_after_a_cut_and_goes_on_where_it_was() {
    a_cut_at_any_twentieth(On::Ssh).await;
}

#[actix_web::test]
async fn sftp_is_old_or_new_after_a_cut_and_goes_on_where_it_was() {
    a_cut_at_any_twentieth(On::Sftp).await;
}

/// A bucket begins empty each time: its pointer is there, with everything, or it is not there.
#[actix_web::test]
async fn a_bucket_points_at_a_whole_release_or_at_none_after_a_cut() {
    let stage = Stage::new().await;
    let place = Place::new(On::S3);
    let key = stage.target(&place).await;
    let wire = place.wire.as_ref().unwrap();
    let release = place.expected(&stage.release());
    wire.count();
    stage.deploy(&key);
    let (total, _) = wire.count();
    let super::Server::S3(bucket) = &place.server else { panic!("a bucket") };
    for twentieth in 1..20 {
        bucket.reset();
        wire.cut_after(total * twentieth / 20);
        let done = stage.try_deploy(&key);
        wire.mend();
        let when = format!("cut at {} % ({:?})", twentieth * 5, done.outcome);
        let names = bucket.names();
        if names.iter().any(|name| name == ".well-known/lamin/release.json") {
            assert_same(&place.shown(), &release, &when);
        }
        stage.deploy(&key);
        assert_same(&place.shown(), &release, &when);
        assert!(place.is_tidy(), "{when}");
    }
}

/// One changed page of a large site: what goes over the wire, and how long it takes.
#[actix_web::test]
async fn one_changed_page_is_all_that_is_sent() {
    let pages: usize = if in_torture() { 10_000 } else { 1_000 };
    let stage = Stage::new().await;
    let place = Place::new(On::Ssh);
    let key = stage.target(&place).await;
    let day = |number: usize| {
        format!("{:04}-{:02}-{:02}T08:00:00+08:00", 2000 + number / 336, 1 + number / 28 % 12, 1 + number % 28)
    };
    let entry = |number: usize| {
        let slug = format!("lama-{number}");
        Live::new("berita", &slug).titled(&slug).on(&day(number)).long("body", noise(number, 600))
    };
    stage.portal.show(&stage.app, &(0..pages).map(entry).collect::<Vec<_>>()).await;
    stage.release();
    stage.deploy(&key);
    stage.portal.show(&stage.app, &[entry(500).titled("Judul yang lain")]).await;
    let new = stage.release();
    let wire = place.wire.as_ref().unwrap();
    wire.count();
    let begun = std::time::Instant::now();
    let done = stage.deploy(&key);
    let took = begun.elapsed();
    let (up, down) = wire.count();
    println!(
        "{pages} pages, {} files: {up} bytes up, {down} down, {} files sent, {took:?}",
        new.len(),
        done.moved.files_sent
    );
    assert_same(&place.shown(), &new, "one changed page");
    assert!(done.moved.files_sent > 3, "{:?}", done.moved);
    assert!(up + down < 200_000, "{up} bytes up, {down} down");
}
