//! The official report on paper.

use lamin::identity::Role;
use lamin::kernel::time::MINUTE;
use serde_json::{Value, json};

use super::{Watch, account, path};
use crate::on_both;
use crate::support::{Call, TestApp, golden, text_of};

/// The words of a version on paper, as one line.
async fn printed(watch: &Watch, id: &Value, query: &str) -> String {
    let paper = watch.get(Role::Monitor, &path(id, &format!("/report.pdf{query}"))).await.assert_ok();
    text_of(&paper.bytes).replace('\n', " ")
}

on_both!(
    a_report_is_printed_as_it_was_saved_with_who_handed_it_in_and_approved_it,
    a_report_that_nobody_saved_is_printed_as_a_draft,
);

async fn a_report_is_printed_as_it_was_saved_with_who_handed_it_in_and_approved_it(app: TestApp) {
    let watch = Watch::open(app);
    watch.found("https://arsip.go.id/", "Perjudian di situs arsip").await;
    let id = watch.incidents().await[0]["id"].clone();
    let minutes = |minutes: i64| watch.app.clock.advance(minutes * MINUTE);
    let received = watch.incident(&id).await["proposed"].clone();
    minutes(10);
    watch.moves(Role::SubCoordinator, &id, "receive", received).await.assert_ok();
    watch.moves(Role::Head, &id, "assign", json!({ "disposition": "Segera" })).await.assert_ok();
    minutes(30);
    let report = path(&id, "/report");
    let mut first = account();
    first["impact"] = json!("Belum diketahui");
    watch.send(Role::Monitor, "PUT", (&report, &json!(0)), first).await.assert_ok();
    let done = json!({ "work_done": "Dibersihkan" });
    watch.moves(Role::Monitor, &id, "report", done.clone()).await.assert_ok();
    minutes(5);
    watch.moves(Role::Head, &id, "reject", json!({})).await.assert_ok();
    let mut second = account();
    // What cannot be broken between words must stay on the paper all the same.
    second["indicators"] = json!(format!("https://jahat.example/{}/raja777", "a1b2".repeat(40)));
    watch.send(Role::Monitor, "PUT", (&report, &json!(1)), second).await.assert_ok();
    let version = watch.incident(&id).await["version"].clone();
    let weighed = json!({ "severity": "critical", "note": "Data warga terlihat" });
    watch.send(Role::Head, "PUT", (&path(&id, "/severity"), &version), weighed).await.assert_ok();
    minutes(20);
    watch.moves(Role::Monitor, &id, "report", done).await.assert_ok();
    minutes(5);
    watch.moves(Role::Head, &id, "approve", json!({})).await.assert_ok();
    let paper = watch.get(Role::Auditor, &path(&id, "/report.pdf")).await.assert_ok();
    assert_eq!(&paper.bytes[..5], b"%PDF-");
    assert_eq!(paper.header("content-disposition"), "attachment; filename=\"INS-2026-0001.pdf\"");
    let again = watch.get(Role::Monitor, &path(&id, "/report.pdf?version=2")).await.assert_ok();
    assert!(again.bytes == paper.bytes, "printing says nothing of its own time");
    golden("incidents/report.pdf.txt", &text_of(&paper.bytes));
    let older = printed(&watch, &id, "?version=1").await;
    assert!(older.contains("Belum diketahui") && !older.contains("Nama baik"), "{older}");
    assert!(older.contains("Dilaporkan secara elektronik") && older.contains("Menunggu persetujuan"), "{older}");
    assert!(older.contains("Pulih : 23 November 2026, 09.40 WITA"), "the first time that it was handed in: {older}");
    assert!(older.contains("Tingkat keparahan : Tinggi"), "it was weighed anew later: {older}");
    assert!(older.contains("Sebabnya belum jelas.") && !older.contains("Disetujui secara"), "{older}");
    watch.get(Role::Monitor, &path(&id, "/report.pdf?version=3")).await.assert_refused(404, "not_found");
    watch.get(Role::Monitor, &path(&id, "/report.pdf?version=dua")).await.assert_refused(400, "malformed");
    watch.get(Role::Author, &path(&id, "/report.pdf")).await.assert_refused(403, "forbidden");
    Call::get(&path(&id, "/report.pdf")).send(&watch.app).await.assert_refused(401, "unauthenticated");
}

async fn a_report_that_nobody_saved_is_printed_as_a_draft(app: TestApp) {
    let watch = Watch::open(app);
    watch.found("https://arsip.go.id/", "Diserang").await;
    let id = watch.incidents().await[0]["id"].clone();
    let draft = printed(&watch, &id, "").await;
    assert!(draft.contains("Konsep, belum disimpan") && draft.contains("Belum dilaporkan"), "{draft}");
    assert!(draft.contains("Tautan perjudian tersembunyi") && !draft.contains("Sidik isi"), "{draft}");
    watch.send(Role::Monitor, "PUT", (&path(&id, "/report"), &json!(0)), account()).await.assert_ok();
    let saved = printed(&watch, &id, "").await;
    assert!(saved.contains("Versi laporan : 1, disimpan oleh monitor"), "{saved}");
    let draft = printed(&watch, &id, "?version=0").await;
    assert!(draft.contains("Konsep, belum disimpan"), "{draft}");
}
