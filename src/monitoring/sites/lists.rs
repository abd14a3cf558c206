//! Use cases of whole lists: they come in as files and go out as files.

use serde_json::json;

use super::importing::{self, Deed, Difference, Effect, Plan};
use super::list::{self, COLUMNS, Reading, Wrong};
use super::model::{Wanted, Watched};
use super::{service, store, table};
use crate::app::App;
use crate::db::Tx;
use crate::http::body::too_large;
use crate::http::off_the_loop;
use crate::http::upload::Upload;
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::MonitorId;
use crate::kernel::{Code, Context as _, Digest, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};
use crate::media::judge;
use crate::media::model::Accepted;
use crate::media::service::accept_one;
use crate::monitoring::decoding::text_of;
use crate::reports;

/// Differences and mistakes that an answer names; all are counted.
const TOLD_MAX: usize = 500;

/// What a workbook is served as.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const SHEET: &str = "Situs";

/// What came of a list.
pub struct Imported {
    /// Names what would be done; absent while anything is wrong.
    pub digest: Option<Digest>,
    pub is_done: bool,
    pub new: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// The first of them.
    pub differences: Vec<Difference>,
    pub wrong: Vec<Wrong>,
    pub wrong_count: usize,
    /// Columns whose names mean nothing.
    pub ignored: Vec<String>,
}

impl Imported {
    fn of(plan: Plan, ignored: Vec<String>, is_done: bool) -> Self {
        let (new, changed) = (plan.count(Effect::New), plan.count(Effect::Changed));
        let digest = plan.wrong.is_empty().then(|| plan.digest());
        let Plan { mut differences, mut wrong, unchanged, deeds: _ } = plan;
        let wrong_count = wrong.len();
        differences.truncate(TOLD_MAX);
        wrong.truncate(TOLD_MAX);
        Imported { digest, is_done, new, changed, unchanged, differences, wrong, wrong_count, ignored }
    }
}

/// Takes a list in. Without a `digest` nothing is changed: the answer says what would be, and by which digest. With it just that is done,
/// or nothing: 409 `digest_mismatch` when the list would do something else by now, 422 when anything in it is wrong.
pub async fn import(app: &App, actor: &Actor, file: Upload, digest: Option<Digest>) -> Result<Imported> {
    let _permit: Permit<cases::ManageMonitored> = actor.permit_installation()?;
    let accepted = accept_one(app, file).await?;
    let Reading { sites, wrong, ignored } = off_the_loop("read a list of websites", move || read(&accepted)).await?;
    let planned = move |watched: &[Watched]| {
        let mut plan = importing::plan(&sites, watched);
        plan.wrong.extend(wrong.iter().cloned());
        plan.wrong.sort_by_key(|one| one.line);
        plan
    };
    let Some(digest) = digest else {
        let plan = app.db.read(move |c| Ok(planned(&store::all(c)?))).await?;
        return Ok(Imported::of(plan, ignored, false));
    };
    let (now, by) = (app.now(), actor.ledger_name());
    let ids: Vec<MonitorId> = (0..list::SITES_MAX).map(|_| app.id(MonitorId::new)).collect();
    let plan = app
        .db
        .write(move |tx| {
            let watched = store::all(tx)?;
            let plan = planned(&watched);
            if !plan.wrong.is_empty() {
                return Err(refusal(&plan.wrong).into());
            }
            if plan.digest() != digest {
                return Err(Refusal::new(Code::DigestMismatch).into());
            }
            carry_out(tx, &plan, (watched, &ids), now)?;
            if !plan.deeds.is_empty() {
                let detail = json!({
                    "new": plan.count(Effect::New), "changed": plan.count(Effect::Changed), "digest": digest,
                });
                ledger::record(tx, &Event::new(&by, "monitoring.import", "monitors").detail(detail), now)?;
            }
            Ok(plan)
        })
        .await?;
    Ok(Imported::of(plan, ignored, true))
}

fn refusal(wrong: &[Wrong]) -> Refusal {
    let named = wrong.iter().take(TOLD_MAX);
    named.fold(Refusal::new(Code::Invalid), |refusal, one| {
        refusal.field(format!("lines[{}].{}", one.line, one.column), &one.code, one.what.clone())
    })
}

/// What the file says, whatever kind of list it is. Takes a while.
fn read(file: &Accepted) -> Result<Reading> {
    if file.size_bytes > table::LIST_BYTES_MAX {
        return Err(too_large(usize::try_from(table::LIST_BYTES_MAX).unwrap_or(usize::MAX)).into());
    }
    let mut opened = file.file.reopen().context("read a list of websites")?;
    match file.media_type.as_str() {
        "text/csv" | "text/plain" => {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut opened, &mut bytes).context("read a list of websites")?;
            Ok(list::read_csv(&text_of(&bytes)))
        }
        XLSX => {
            let expanded = judge::expanded_bytes(&opened)?;
            if expanded > table::LIST_EXPANDED_BYTES_MAX {
                let most = format!("at most {} bytes unpacked", table::LIST_EXPANDED_BYTES_MAX);
                return Err(Refusal::new(Code::TooLarge).detail(most).into());
            }
            Ok(list::read_lines(&table::read_xlsx(std::io::BufReader::new(opened))?))
        }
        _ => Err(Refusal::new(Code::UnsupportedMedia).detail("a list is CSV or XLSX").into()),
    }
}

fn carry_out(tx: &mut Tx, plan: &Plan, (watched, ids): (Vec<Watched>, &[MonitorId]), now: Timestamp) -> Result<()> {
    let mut known: std::collections::HashMap<MonitorId, Watched> =
        watched.into_iter().map(|one| (one.id, one)).collect();
    let mut ids = ids.iter().copied();
    let mut new = Vec::new();
    for deed in &plan.deeds {
        match deed.clone() {
            Deed::Add(wanted) => {
                let Some(id) = ids.next() else { break };
                let Wanted { agency, url, profile, interval_seconds, active } = wanted;
                new.push(Watched { profile, interval_seconds, active, ..Watched::new(id, agency, url, now) });
            }
            Deed::Change(id, wanted) => {
                let Some(before) = known.remove(&id) else { continue };
                let url = before.url.clone();
                service::save(tx, &before.changed(wanted, url, now), now)?;
            }
        }
    }
    store::insert_many(tx, &new)
}

/// All that are watched, as CSV.
pub async fn as_csv(app: &App, actor: &Actor) -> Result<Vec<u8>> {
    reports::csv(COLUMNS, rows(app, actor).await?)
}

/// The same as a workbook.
pub async fn as_xlsx(app: &App, actor: &Actor) -> Result<Vec<u8>> {
    let rows = rows(app, actor).await?;
    off_the_loop("write a workbook", move || table::write_xlsx(SHEET, &COLUMNS, &rows)).await
}

async fn rows(app: &App, actor: &Actor) -> Result<Vec<Vec<String>>> {
    let _permit: Permit<cases::SeeMonitored> = actor.permit_installation()?;
    let all = app.db.read(store::all).await?;
    Ok(all.iter().map(|one| list::cells(&Wanted::of(one))).collect())
}
