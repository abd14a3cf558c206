//! Reports by the public form: `/delivery/v1/sites/{site}/reports`. Anybody may tell that a website shows what it should not.
//!
//! Who reported is sealed, shown to those who handle the incident alone, in no log and not in the ledger, and forgotten in time.

use std::sync::PoisonError;

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError, get, post, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{CitizenReport, Finding, Person, ReportKind, Source, Standing};
use super::rules::{self, Told};
use super::service::{self, Ids};
use super::{TIDY_JOB, store};
use crate::app::App;
use crate::db::{Conn, Tx};
use crate::http::{Json, Problem};
use crate::identity::{Actor, Permit, Scope, cases};
use crate::jobs::{self, Job, NewJob, Outcome};
use crate::kernel::id::{JobId, MonitorId};
use crate::kernel::time::{DAY, SECOND};
use crate::kernel::{Code, Digest, Error, Refusal, Result, Timestamp};
use crate::sites::{self, Site};

/// Of what one network may send, all together may send so many times.
const ALL_FACTOR: usize = 20;
const PURPOSE: &str = "lamin incidents: who reported, version 1";
/// However long an incident stays open.
const PERSON_DAYS_MAX: i64 = 365;

/// What somebody outside tells.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCitizenReport {
    kind: ReportKind,
    /// Of the page that shows it; on a website that is published or watched here.
    url: String,
    /// 10 letters to 4,000 bytes.
    description: String,
    #[serde(default)]
    name: String,
    /// A telephone or an address by which somebody may ask.
    #[serde(default)]
    contact: String,
}

/// The number by which its sender asks how it stands.
#[derive(Serialize, ToSchema)]
struct CitizenReportTaken {
    /// `LAP-7K3F-9QTM`
    reference: String,
}

/// How a report stands; nothing else is told.
#[derive(Serialize, ToSchema)]
struct CitizenReportStanding {
    reference: String,
    state: Standing,
}

/// Tells that a website was attacked or is out of order.
#[utoipa::path(tag = "delivery", params(("site" = String, Path)), request_body = NewCitizenReport,
    responses((status = 201, body = CitizenReportTaken), (status = 404), (status = 422), (status = 429)))]
#[post("/delivery/v1/sites/{site}/reports")]
async fn tell_report(
    app: web::Data<App>,
    site: web::Path<String>,
    request: HttpRequest,
    body: Result<Json<NewCitizenReport>, Problem>,
) -> HttpResponse {
    let network = crate::identity::api::caller(&app, &request).network;
    let told = body.map(|body| {
        let NewCitizenReport { kind, url, description, name, contact } = body.0;
        Told { kind, url, description, name, contact }
    });
    let taken = match told {
        Ok(told) => take(&app, site.into_inner(), told, &network).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    let taken = taken.map(|reference| HttpResponse::Created().json(CitizenReportTaken { reference }));
    for_any_origin(taken.unwrap_or_else(|problem| problem.error_response()))
}

/// How a report stands: `received`, `handling`, `done`.
#[utoipa::path(tag = "delivery", params(("site" = String, Path), ("reference" = String, Path)),
    responses((status = 200, body = CitizenReportStanding), (status = 404), (status = 429)))]
#[get("/delivery/v1/sites/{site}/reports/{reference}")]
async fn read_standing(app: web::Data<App>, path: web::Path<(String, String)>, request: HttpRequest) -> HttpResponse {
    let network = crate::identity::api::caller(&app, &request).network;
    let (site, typed) = path.into_inner();
    let found = match ask(&app, site, rules::read_reference(&typed), &network).await {
        Ok((reference, state)) => HttpResponse::Ok()
            .insert_header(("Cache-Control", "no-store"))
            .json(CitizenReportStanding { reference, state }),
        Err(error) => Problem::from(error).error_response(),
    };
    for_any_origin(found)
}

/// A form on a site of any host may send it; there are no credentials.
fn for_any_origin(mut response: HttpResponse) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After, X-Request-Id"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Answers the question that a browser asks before it sends JSON.
async fn preflight() -> HttpResponse {
    let mut response = HttpResponse::NoContent();
    response.insert_header((header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"));
    response.insert_header((header::ACCESS_CONTROL_ALLOW_HEADERS, "Accept, Accept-Language, Content-Type"));
    response.insert_header((header::ACCESS_CONTROL_MAX_AGE, "86400"));
    for_any_origin(response.finish())
}

/// Counts a report of a network before it is looked at; `verb` keeps sending and asking apart.
fn count(app: &App, (verb, factor): (&str, usize), network: &str) -> Result<(), Refusal> {
    let most = app.config.citizen_reports_max.max(1).saturating_mul(factor);
    let own = (Digest::of(format!("{verb}\n{network}")), most);
    let all = (Digest::of(format!("{verb} of all")), most.saturating_mul(ALL_FACTOR));
    let now = app.now();
    let mut tally = app.citizen_reports.lock().unwrap_or_else(PoisonError::into_inner);
    for (key, most) in [own, all] {
        if tally.number(&key, now) >= most {
            let wait = tally.forgets_at(&key, now).micros() - now.micros();
            let seconds = (wait + SECOND - 1) / SECOND;
            return Err(Refusal::new(Code::TooManyRequests).extra("retry_after_s", seconds.max(1)));
        }
    }
    for (key, _) in [own, all] {
        tally.add(key, now);
    }
    Ok(())
}

/// Takes a report: an incident begins, or the one that is open for the website gets a line.
pub async fn take(app: &App, site: String, told: Told, network: &str) -> Result<String> {
    rules::check_told(&told)?;
    count(app, ("report", 1), network)?;
    let (ids, now, server) = (Ids::draw(app), app.now(), app.config.server_url.as_str().to_owned());
    let reference = rules::citizen_reference(app.random());
    let person = seal(app, &reference, &told)?;
    let (tidy, answered) = (app.id(JobId::new), reference.clone());
    app.db
        .write(move |tx| {
            let site = sites::store::find_by_key(tx, &site)?.ok_or_else(service::missing)?;
            let actor = Actor::system("public_form");
            let _permit: Permit<cases::ReportIncident> = Permit::system(&actor, Scope::Site(site.id))?;
            let finding = finding(tx, (&site, &server), &told, now)?;
            let opened = service::open_in(tx, &actor, ids, &finding, now)?;
            let report = CitizenReport {
                reference: reference.clone(),
                site_id: site.id,
                incident_id: opened.incident.id,
                kind: told.kind,
                url: told.url.trim().to_owned(),
                description: told.description.trim().to_owned(),
                person: person.clone(),
                created_at: now,
            };
            store::insert_citizen_report(tx, &report)?;
            enqueue_tidy(tx, tidy, now)
        })
        .await?;
    app.job_waiting.notify_one();
    Ok(answered)
}

/// What a report says, as a finding. Only websites of this house, published or watched, are taken: others are not ours to secure.
fn finding(connection: &mut Conn, (site, server): (&Site, &str), told: &Told, now: Timestamp) -> Result<Finding> {
    let (monitor, agency) = known(connection, (site, server), &told.url)?;
    let own = own_hosts(site, server).contains(&rules::website(&told.url).unwrap_or_default());
    let url = told.url.trim().to_owned();
    let host = rules::website(&url).unwrap_or_default();
    Ok(Finding {
        source: Source::Report,
        severity: rules::severity(Source::Report),
        title: format!("{}: {host}", words(told.kind)),
        url,
        agency,
        site: own.then_some(site.id),
        monitor,
        summary: told.description.trim().to_owned(),
        evidence: Vec::new(),
        report: None,
        detected_at: now,
    })
}

fn own_hosts(site: &Site, server: &str) -> Vec<String> {
    let hosts = site.hosts.iter().map(|host| format!("https://{host}/"));
    hosts.chain([server.to_owned()]).filter_map(|url| rules::website(&url)).collect()
}

fn known(connection: &mut Conn, (site, server): (&Site, &str), url: &str) -> Result<(Option<MonitorId>, String)> {
    let website = rules::website(url).unwrap_or_default();
    let all = store::known_websites(connection)?;
    let watched = all.iter().find(|(known, monitor, _)| *known == website && monitor.is_some());
    let found = watched.or_else(|| all.iter().find(|(known, _, _)| *known == website));
    if let Some((_, monitor, agency)) = found {
        return Ok((*monitor, agency.clone()));
    }
    if own_hosts(site, server).contains(&website) {
        return Ok((None, site.name.clone()));
    }
    let why = "a website that is published or watched here";
    Err(Refusal::new(Code::Invalid).field("url", "not_watched", why).into())
}

/// The beginning of a title, in the language of official papers.
fn words(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::Gambling => "Konten perjudian",
        ReportKind::Defacement => "Halaman diubah peretas",
        ReportKind::Malware => "Perangkat lunak berbahaya",
        ReportKind::Phishing => "Penipuan daring",
        ReportKind::Data => "Data terbuka",
        ReportKind::Unavailable => "Tidak dapat diakses",
        ReportKind::Other => "Laporan gangguan",
    }
}

fn seal(app: &App, reference: &str, told: &Told) -> Result<Option<String>> {
    let person = Person { name: told.name.trim().to_owned(), contact: told.contact.trim().to_owned() };
    if person == Person::default() {
        return Ok(None);
    }
    let sealed = app.secrets.seal((PURPOSE, reference), json!(person).to_string().as_bytes(), app.random());
    sealed.map(Some).ok_or_else(|| Error::broken("seal who reported", "the cipher refused"))
}

/// Who reported; `None` where nobody is known any more.
pub fn person(app: &App, report: &CitizenReport) -> Option<Person> {
    let clear = app.secrets.unseal((PURPOSE, &report.reference), report.person.as_deref()?)?;
    serde_json::from_slice(&clear).ok()
}

async fn ask(app: &App, site: String, reference: String, network: &str) -> Result<(String, Standing)> {
    // Asking is cheaper than reporting, and people ask often; guessing is still hopeless.
    count(app, ("ask", 20), network)?;
    app.db
        .read(move |c| {
            let site = sites::store::find_by_key(c, &site)?.ok_or_else(service::missing)?;
            let report = store::find_citizen_report(c, &reference)?.filter(|report| report.site_id == site.id);
            let report = report.ok_or_else(service::missing)?;
            let incident = store::find(c, report.incident_id)?.ok_or_else(service::missing)?;
            Ok((report.reference, rules::standing(&incident.times)))
        })
        .await
}

fn enqueue_tidy(tx: &mut Tx, id: JobId, now: Timestamp) -> Result<()> {
    let job =
        NewJob { kind: TIDY_JOB, payload: json!({}), unique_key: Some(TIDY_JOB.to_owned()), run_at: now.plus(DAY) };
    jobs::enqueue(tx, id, &job, now).map(drop)
}

/// Does the job `security.tidy`: forgets who reported what is long over, and comes back tomorrow while anybody is known.
pub fn tidy(app: &App, _job: &Job) -> Outcome {
    let (now, next) = (app.now(), app.id(JobId::new));
    let days = i64::try_from(app.config.citizen_contact_days).unwrap_or(PERSON_DAYS_MAX).min(PERSON_DAYS_MAX);
    let forgotten = app.db.write_blocking(|tx| {
        let forgotten = store::forget_people(tx, (now.plus(-days * DAY), now.plus(-PERSON_DAYS_MAX * DAY)))?;
        if store::knows_anybody(tx)? {
            enqueue_tidy(tx, next, now)?;
        }
        Ok(forgotten)
    })?;
    Ok(json!({ "forgotten": forgotten }))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(tell_report).service(read_standing);
    for path in ["reports", "reports/{reference}"] {
        config.route(&format!("/delivery/v1/sites/{{site}}/{path}"), web::method(Method::OPTIONS).to(preflight));
    }
}
