//! Checks before publication, by the API: what is found, what blocks, who answers for it.

mod external;
mod figures;

use lamin::identity::Role;
use serde_json::{Value, json};

use crate::editorial::{Item, Newsroom};
use crate::on_both;
use crate::support::{Call, TestApp};

on_both!(
    what_blocks_holds_an_entry_until_it_is_mended,
    a_confirmation_is_about_one_revision_and_stands_in_history_and_ledger,
    a_confirmation_needs_a_reason_the_revision_and_something_to_confirm,
    what_is_found_beyond_what_is_shown_holds_back_too,
    what_blocks_is_asked_again_when_it_is_approved_and_published,
    a_site_says_what_blocks_and_what_only_warns,
    everything_else_that_is_found_only_warns,
    what_a_document_says_is_looked_over_as_well,
    a_document_that_was_not_read_whole_is_told,
    links_that_lead_somewhere_are_not_found,
);

const NIK: &str = "6472995205870003";

impl Item<'_> {
    async fn checks(&self) -> Value {
        self.room.get(Role::Auditor, &self.path("/checks")).await.assert_ok().json()
    }

    async fn found(&self) -> Vec<String> {
        let report = self.checks().await;
        let checks = report["findings"].as_array().unwrap().iter();
        checks.map(|finding| finding["check"].as_str().unwrap().to_owned()).collect()
    }

    async fn confirms(&self, role: Role, digest: &Value, reason: &str) -> crate::support::Reply {
        let blocking = self.checks().await["blocking_digest"].clone();
        self.confirms_these(role, (digest, &blocking), reason).await
    }

    async fn confirms_these(&self, role: Role, seen: (&Value, &Value), reason: &str) -> crate::support::Reply {
        let call = Call::post(&self.path("/checks/confirm")).token(&self.room.token(role));
        let body = json!({"digest": seen.0, "blocking": seen.1, "reason": reason});
        call.json(&body).send(&self.room.app).await
    }
}

async fn written<'n>(room: &'n Newsroom, type_key: &str, fields: Value, tags: Value) -> Item<'n> {
    let body = json!({"type": type_key, "fields": fields, "tags": tags});
    let entry = room.create(Role::Author, body).await.assert_ok().json();
    Item { room, id: entry["id"].as_str().unwrap().to_owned() }
}

async fn with_body<'n>(room: &'n Newsroom, body: &str) -> Item<'n> {
    written(room, "berita", json!({"title": "Bantuan disalurkan", "body": body}), json!([])).await
}

async fn what_blocks_holds_an_entry_until_it_is_mended(app: TestApp) {
    let room = Newsroom::open(app);
    let item = with_body(&room, &format!("Penerima **Siti**, NIK {NIK}, warga desa.")).await;
    let report = item.checks().await;
    assert_eq!(report["blocked"], true);
    let finding = &report["findings"][0];
    assert_eq!((&finding["check"], &finding["severity"]), (&json!("nik"), &json!("block")));
    assert_eq!((&finding["field"], &finding["excerpt"]), (&json!("fields.body"), &json!(NIK)));
    assert_eq!(finding["offset"], "Penerima **Siti**, NIK ".chars().count());
    assert!(finding["detail"]["id"].as_str().unwrap().contains("NIK"));

    let refused = item.does(Role::Author, json!({"command": "submit"})).await;
    refused.assert_refused(409, "findings_block");
    let told = refused.json();
    assert_eq!((&told["errors"][0]["field"], &told["errors"][0]["code"]), (&json!("fields.body"), &json!("nik")));
    assert!(!told["errors"].to_string().contains(NIK), "what goes to logs does not repeat it");
    assert_eq!(told["findings"][0]["place"]["offset"], finding["offset"]);
    assert_eq!(item.now().await["step"], "draft", "nothing moved");

    item.edits(Role::Author, json!({"body": "Penerima **Siti**, warga desa."})).await.assert_ok();
    assert_eq!(item.checks().await["blocked"], false);
    item.goes_to("published").await;
}

async fn a_confirmation_is_about_one_revision_and_stands_in_history_and_ledger(app: TestApp) {
    let room = Newsroom::open(app);
    let item = with_body(&room, &format!("NIK {NIK}")).await;
    let first = item.checks().await["revision_digest"].clone();
    let reason = "Pemilik data meminta dimuat, surat 12/2026.";
    let after = item.confirms(Role::Author, &first, reason).await.assert_ok().json();
    assert_eq!((&after["blocked"], &after["findings"][0]["confirmed"]), (&json!(false), &json!(true)));
    assert_eq!(
        (&after["confirmations"][0]["reason"], &after["confirmations"][0]["holds"]),
        (&json!(reason), &json!(true))
    );
    item.goes_to("editing").await;

    item.edits(Role::Editor, json!({"body": format!("NIK {NIK}.")})).await.assert_ok();
    let report = item.checks().await;
    assert_eq!((&report["blocked"], &report["confirmations"][0]["holds"]), (&json!(true), &json!(false)));
    item.does(Role::Editor, json!({"command": "forward"})).await.assert_refused(409, "findings_block");
    item.confirms(Role::Editor, &first, reason).await.assert_refused(409, "digest_mismatch");
    item.confirms(Role::Editor, &report["revision_digest"], reason).await.assert_ok();
    item.goes_to("published").await;

    let history = room.get(Role::Auditor, &item.path("/history")).await.assert_ok().json();
    let answered: Vec<&Value> =
        history["items"].as_array().unwrap().iter().filter(|one| one["kind"] == "confirmation").collect();
    assert_eq!(answered.len(), 2);
    assert_eq!((&answered[0]["reason"], &answered[0]["by"]["name"]), (&json!(reason), &json!("author")));
    let ledger = room.get(Role::Auditor, &format!("/api/v1/ledger?subject=entry:{}", item.id)).await;
    let ledger = ledger.assert_ok().json();
    let events: Vec<&Value> =
        ledger["items"].as_array().unwrap().iter().filter(|one| one["action"] == "content.confirm_findings").collect();
    assert_eq!((events.len(), &events[0]["detail"]["reason"]), (2, &json!(reason)));
    assert!(!json!(events).to_string().contains(NIK), "the ledger does not repeat it");
}

async fn a_confirmation_needs_a_reason_the_revision_and_something_to_confirm(app: TestApp) {
    let room = Newsroom::open(app);
    let item = with_body(&room, &format!("NIK {NIK}")).await;
    let digest = item.checks().await["revision_digest"].clone();
    item.confirms(Role::Author, &digest, " ok ").await.assert_refused(422, "comment_required");
    item.confirms(Role::Author, &json!(""), "Sudah diperiksa.").await.assert_refused(422, "digest_required");
    item.confirms(Role::Auditor, &digest, "Sudah diperiksa.").await.assert_refused(403, "forbidden");
    item.confirms(Role::Author, &digest, "Sudah diperiksa.").await.assert_ok();
    item.confirms(Role::Author, &digest, "Sudah diperiksa.").await.assert_refused(409, "nothing_changed");
}

async fn what_is_found_beyond_what_is_shown_holds_back_too(app: TestApp) {
    let room = Newsroom::open(app);
    let many = format!("Daftar:\n\n{}\n![Kartu Ani, NIK {NIK}](/gambar.jpg)\n", format!("- NIK {NIK}\n").repeat(250));
    let item = with_body(&room, &many).await;
    let report = item.checks().await;
    assert_eq!(report["findings"].as_array().unwrap().len() as u64 + report["more"].as_u64().unwrap(), 251);
    item.does(Role::Author, json!({"command": "submit"})).await.assert_refused(409, "findings_block");
    item.confirms(Role::Author, &report["revision_digest"], "Data contoh pada pelatihan.").await.assert_ok();
    let report = item.checks().await;
    assert_eq!((&report["blocked"], &report["confirmations"][0]["findings"]), (&json!(false), &json!(251)));
}

async fn what_blocks_is_asked_again_when_it_is_approved_and_published(app: TestApp) {
    let room = Newsroom::open(app);
    let change = |severity: &str, version: i32| {
        let call = Call::new("PUT", "/api/v1/sites/portal/checks").token(&room.token(Role::Head)).seen(&json!(version));
        call.json(&json!({"severities": {"nik": severity}})).send(&room.app)
    };
    change("warn", 0).await.assert_ok();
    let item = with_body(&room, &format!("NIK {NIK}")).await;
    item.goes_to("filtering").await;
    change("block", 1).await.assert_ok();
    item.with_digest(Role::Approver, json!({"command": "approve"})).await.assert_refused(409, "findings_block");
    item.does(Role::Approver, json!({"command": "reject", "comment": "Hapus NIK"})).await.assert_ok();
    change("off", 2).await.assert_ok();
    item.goes_to("approved").await;
    let before = item.checks().await;
    change("block", 3).await.assert_ok();
    item.with_digest(Role::Publisher, json!({"command": "publish"})).await.assert_refused(409, "findings_block");
    let digest = before["revision_digest"].clone();
    let stale =
        item.confirms_these(Role::Publisher, (&digest, &before["blocking_digest"]), "Data contoh pada pelatihan.");
    stale.await.assert_refused(409, "digest_mismatch");
    item.confirms(Role::Publisher, &digest, "Data contoh pada pelatihan.").await.assert_ok();
    item.goes_to("published").await;
}

async fn a_site_says_what_blocks_and_what_only_warns(app: TestApp) {
    let room = Newsroom::open(app);
    let path = "/api/v1/sites/portal/checks";
    let before = room.get(Role::Author, path).await.assert_ok();
    assert_eq!(before.header("etag"), "\"0\"");
    let of = |answer: &Value, check: &str| {
        let mut items = answer["items"].as_array().unwrap().iter();
        items.find(|item| item["check"] == check).unwrap()["severity"].as_str().unwrap().to_owned()
    };
    let before = before.json();
    for check in ["nik", "family_card", "tax_number", "mobile_number", "private_email", "bank_account", "gambling"] {
        assert_eq!(of(&before, check), "block", "{check}");
    }
    assert_eq!((of(&before, "missing_alt"), of(&before, "link_text")), ("block".into(), "warn".into()));

    let put = |role: Role, version: i32, severities: Value| {
        let call = Call::new("PUT", path).token(&room.token(role)).seen(&json!(version));
        call.json(&json!({"severities": severities})).send(&room.app)
    };
    put(Role::Editor, 0, json!({})).await.assert_refused(403, "forbidden");
    put(Role::Head, 7, json!({"nik": "off"})).await.assert_refused(412, "stale");
    put(Role::Head, 0, json!({"nix": "off"})).await.assert_refused(400, "unknown_field");
    let changed = put(Role::Head, 0, json!({"mobile_number": "warn", "link_text": "block"})).await.assert_ok().json();
    assert_eq!((changed["version"].clone(), of(&changed, "mobile_number")), (json!(1), "warn".into()));
    let item = with_body(&room, "Hubungi Pak Yusuf 081200001234. [klik di sini](https://contoh.go.id/a/)").await;
    let refused = item.does(Role::Author, json!({"command": "submit"})).await;
    refused.assert_refused(409, "findings_block");
    assert_eq!(refused.json()["findings"].as_array().unwrap().len(), 1);
    let ledger = room.get(Role::Auditor, "/api/v1/ledger").await.assert_ok().json().to_string();
    assert!(ledger.contains("content.change_checks"));
}

async fn everything_else_that_is_found_only_warns(app: TestApp) {
    let room = Newsroom::open(app);
    written(&room, "berita", json!({"title": "Lama", "body": "Isi"}), json!(["pelayanan publik"])).await;
    let body = "### Terlalu dalam\n\n[klik di sini](/berita/tidak-ada/)\n\n| | |\n|---|---|\n| a | b |\n";
    let item = written(
        &room,
        "berita",
        json!({"title": "Baru", "summary": "Pendek", "body": body}),
        json!(["layanan publik"]),
    );
    let item = item.await;
    let mut found = item.found().await;
    found.sort();
    assert_eq!(found, ["broken_link", "heading_order", "link_text", "near_tag", "summary_length", "table_header"]);
    assert_eq!(item.checks().await["blocked"], false);
    item.goes_to("published").await;
    let past = json!({"title": "Rapat", "start": "2026-11-01T08:00:00+08:00"});
    assert_eq!(written(&room, "agenda", past, json!([])).await.found().await, ["past_event"]);
}

async fn sent(room: &Newsroom, name: &str, bytes: &[u8]) -> String {
    let call = Call::post("/api/v1/sites/portal/assets").token(&room.token(Role::Author));
    let file = call.file(name, bytes).send(&room.app).await.assert_ok().json();
    file["items"][0]["digest"].as_str().unwrap().to_owned()
}

fn documents_are_read(room: &Newsroom) {
    lamin::media::derive::service::follow(&room.app).unwrap();
    lamin::jobs::run_due(&room.app, &lamin::boot::handlers()).unwrap();
}

async fn a_document_that_was_not_read_whole_is_told(app: TestApp) {
    let room = Newsroom::open(app);
    let digest = sent(&room, "lampiran.txt", "kata biasa ".repeat(7_000).as_bytes()).await;
    let item = with_body(&room, &format!("[Lampiran keputusan](asset:{digest})")).await;
    let finding = item.checks().await["findings"][0].clone();
    assert_eq!((&finding["check"], &finding["severity"]), (&json!("unread_document"), &json!("warn")));
    assert_eq!((&finding["excerpt"], &finding["document"]), (&json!("lampiran.txt"), &json!(digest)));
    assert!(finding["detail"]["en"].as_str().unwrap().contains("still being read"), "{finding}");
    documents_are_read(&room);
    let finding = item.checks().await["findings"][0].clone();
    assert!(finding["detail"]["en"].as_str().unwrap().contains("Only the beginning"), "{finding}");
    let short = sent(&room, "ringkas.txt", b"kata biasa").await;
    documents_are_read(&room);
    let whole = with_body(&room, &format!("[Lampiran ringkas](asset:{short})")).await;
    assert!(whole.found().await.is_empty());

    let docx = include_bytes!("../../../admin/src/features/entry/paste/fixtures/tabel.docx");
    let docx = sent(&room, "tabel.docx", docx).await;
    documents_are_read(&room);
    let office = with_body(&room, &format!("[Lampiran tabel](asset:{docx})")).await;
    let finding = office.checks().await["findings"][0].clone();
    assert!(finding["detail"]["en"].as_str().unwrap().contains("not read automatically"), "{finding}");

    let call = Call::new("PUT", "/api/v1/sites/portal/checks").token(&room.token(Role::Head)).seen(&json!(0));
    call.json(&json!({"severities": {"unread_document": "block"}})).send(&room.app).await.assert_ok();
    item.does(Role::Author, json!({"command": "submit"})).await.assert_refused(409, "findings_block");
    whole.does(Role::Author, json!({"command": "submit"})).await.assert_ok();
}

async fn what_a_document_says_is_looked_over_as_well(app: TestApp) {
    let room = Newsroom::open(app);
    let digest = &sent(&room, "penerima.csv", format!("nama;nik\nSiti;{NIK}\n").as_bytes()).await;
    documents_are_read(&room);
    let item = with_body(&room, &format!("[Daftar penerima bantuan](asset:{digest})")).await;
    let finding = item.checks().await["findings"][0].clone();
    assert_eq!((&finding["check"], &finding["document"]), (&json!("nik"), &json!(digest)));
    assert_eq!((&finding["field"], &finding["offset"]), (&json!("fields.body"), &json!(14)));
    item.does(Role::Author, json!({"command": "submit"})).await.assert_refused(409, "findings_block");
}

async fn links_that_lead_somewhere_are_not_found(app: TestApp) {
    let room = Newsroom::open(app);
    let there = room.written("Ada").await;
    let slug = there.now().await["slug"].as_str().unwrap().to_owned();
    written(&room, "halaman", json!({"title": "Profil"}), json!([])).await;
    let body = format!(
        "[Berita itu](/berita/{slug}/) [profil](/profil/#visi) [semua berita](/berita/) [tag](/tag/a/) [berkas](/media/a.pdf) \
         [lain](https://contoh.go.id/x/) [hilang](/berita/hilang/) [kosong](/hilang/) [jauh](/a/b/c/)"
    );
    let item = with_body(&room, &body).await;
    let report = item.checks().await;
    let found: Vec<&str> =
        report["findings"].as_array().unwrap().iter().map(|finding| finding["excerpt"].as_str().unwrap()).collect();
    assert_eq!(found, ["/berita/hilang/", "/hilang/", "/a/b/c/"]);
}
