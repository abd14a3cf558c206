//! The official report of an incident: each save is a version of its own, and none is ever lost.

use serde_json::json;

use super::model::{Account, Happened, Incident, Line, SavedAccount};
use super::{rules, service, store};
use crate::app::App;
use crate::db::Conn;
use crate::http::etag;
use crate::identity::Actor;
use crate::kernel::id::SecurityIncidentId;
use crate::kernel::time::{self, ZONE_DEFAULT};
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};
use crate::ledger;

/// Saves a version; `seen` is the one that the caller began with, 0 for the first.
pub async fn save(
    app: &App,
    actor: &Actor,
    (id, seen): (SecurityIncidentId, i32),
    fields: Account,
) -> Result<SavedAccount> {
    rules::check_account(&fields)?;
    let (now, actor) = (app.now(), actor.clone());
    app.db
        .write(move |tx| {
            let incident = service::open_handled(tx, &actor, id)?;
            let before = store::newest_account(tx, id)?;
            etag::current(seen, before.as_ref().map_or(0, |before| before.version))?;
            if before.is_some_and(|before| before.fields == fields) {
                return Err(Refusal::new(Code::NothingChanged).into());
            }
            let saved_by = actor.user().ok_or_else(|| Refusal::new(Code::Forbidden))?;
            let saved = SavedAccount { version: seen + 1, fields: fields.clone(), saved_by, saved_at: now };
            store::insert_account(tx, id, &saved)?;
            let detail = json!({ "version": saved.version });
            service::write(
                tx,
                &incident,
                service::line(Happened::ReportSaved, &actor, (now, now)).detail(detail.clone()),
            )?;
            let event = service::event(&actor.ledger_name(), "save_report", &incident).detail(detail);
            let event = event.digest(digest(&saved.fields));
            ledger::record(tx, &event, now)?;
            Ok(saved)
        })
        .await
}

/// By which the ledger knows what was saved.
pub fn digest(fields: &Account) -> Digest {
    Digest::of(json!(fields).to_string())
}

/// Whether a report tells of such a line: not of calls, nor of itself.
pub fn is_told(kind: Happened) -> bool {
    !matches!(kind, Happened::Called | Happened::ReportSaved | Happened::BundleMade)
}

/// What a first version begins with: what is known of the incident, and its timeline as chronology.
pub fn draft(connection: &mut Conn, incident: &Incident) -> Result<Account> {
    let zone = time::zone(ZONE_DEFAULT)?;
    let clock = |at: Timestamp| at.in_zone(&zone).strftime("%Y-%m-%d %H:%M %:z").to_string();
    let lines = store::timeline(connection, incident.id)?;
    let spoken = |line: &Line| format!("{} {}{}", clock(line.at), words(line.kind), said(&line.said));
    let chronology = lines.iter().filter(|line| is_told(line.kind)).map(spoken).collect::<Vec<_>>().join("\n");
    Ok(Account {
        systems: incident.place.url.clone(),
        description: incident.summary.clone(),
        chronology,
        ..Account::default()
    })
}

fn said(words: &str) -> String {
    let first = words.lines().next().unwrap_or_default();
    if first.is_empty() { String::new() } else { format!(": {first}") }
}

/// A line of the timeline in the language of official papers.
pub fn words(kind: Happened) -> &'static str {
    match kind {
        Happened::Detected => "Terdeteksi",
        Happened::Reported => "Dilaporkan",
        Happened::DetectedAgain => "Terdeteksi kembali",
        Happened::Received => "Laporan diterima",
        Happened::Called => "Petugas piket dihubungi",
        Happened::Taken => "Ditangani petugas",
        Happened::Assigned => "Tim ditugaskan",
        Happened::Contained => "Terkendali",
        Happened::Recovered => "Pulih; tim melapor",
        Happened::Returned => "Laporan dikembalikan",
        Happened::Approved => "Laporan disetujui",
        Happened::Closed => "Dinyatakan aman; website siap pakai",
        Happened::ReportSaved => "Laporan insiden disimpan",
        Happened::ReleaseRestored => "Rilis yang baik dipulihkan",
        Happened::PageWithdrawn => "Halaman ditarik dari tayangan",
        Happened::AccountLocked => "Akun dikunci",
        Happened::MaintenanceAnnounced => "Pemeliharaan diumumkan",
        Happened::SeverityChanged => "Tingkat keparahan diubah",
        Happened::BundleMade => "Berkas bukti diserahkan",
        Happened::Note => "Catatan",
    }
}

/// The head of a field, in the language of official papers.
pub fn label(field: &str) -> &'static str {
    match field {
        "contact_name" => "Nama narahubung",
        "contact_position" => "Jabatan narahubung",
        "contact_phone" => "Telepon narahubung",
        "contact_email" => "Surel narahubung",
        "incident_kind" => "Jenis insiden",
        "systems" => "Sistem yang terdampak",
        "description" => "Deskripsi insiden",
        "chronology" => "Kronologi",
        "impact" => "Dampak",
        "actions" => "Tindakan yang telah dilakukan",
        "cause" => "Penyebab",
        "indicators" => "Indikator",
        "prevention" => "Pencegahan selanjutnya",
        _ => "Bantuan yang diperlukan",
    }
}
