//! `/api/v1/calendar`: service hours and holidays.

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::service::{self, Standing};
use crate::app::App;
use crate::calendar::model::{Holiday, HolidayKind};
use crate::calendar::rules::{Wanted, WantedHoliday, WantedHours};
use crate::http::{Answer, Json, Params, etag};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::{Timestamp, Words};
use crate::procedure::model::Hours;
use crate::procedure::views::ServiceSpan;

/// A day off; no service time runs on it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DayOff {
    /// `2026-08-17`
    date: String,
    /// In Indonesian.
    name: String,
    /// In English; empty where nobody has translated it.
    #[serde(default)]
    name_en: String,
    #[schema(inline)]
    kind: HolidayKind,
}

/// The hours that a procedure names.
#[derive(Serialize, ToSchema)]
struct ProcedureHours {
    key: String,
    title: Words,
    /// `weekly`: hours that are set here take the place of its own; `calendar_days`, `always`: they do not.
    kind: &'static str,
    days: Vec<ServiceSpan>,
}

/// Service hours and holidays.
#[derive(Serialize, ToSchema)]
struct CalendarView {
    /// 0: nobody has changed anything yet.
    version: i32,
    /// Since when it holds; absent while nobody has changed anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_at: Option<Timestamp>,
    /// `null`: each procedure's own.
    #[schema(required)]
    hours: Option<Vec<ServiceSpan>>,
    holidays: Vec<DayOff>,
    /// The holidays of the file, which hold until somebody changes them.
    shipped: Vec<DayOff>,
    procedures: Vec<ProcedureHours>,
}

fn day_off(holiday: &Holiday) -> DayOff {
    let Holiday { date, name, name_en, kind } = holiday;
    DayOff { date: date.to_string(), name: name.clone(), name_en: name_en.clone(), kind: *kind }
}

fn answer(standing: &Standing) -> HttpResponse {
    let procedures = standing.procedures.iter().map(|(key, title, hours)| {
        let (kind, days) = match hours {
            Hours::Always => ("always", Vec::new()),
            Hours::CalendarDays => ("calendar_days", Vec::new()),
            Hours::Weekly { days } => ("weekly", days.iter().map(ServiceSpan::from).collect()),
        };
        ProcedureHours { key: key.clone(), title: Words::from(title), kind, days }
    });
    let view = CalendarView {
        version: standing.head.version,
        changed_at: standing.head.changed_at,
        hours: standing.newest.weekly.as_ref().map(|hours| hours.iter().map(ServiceSpan::from).collect()),
        holidays: standing.newest.holidays().map(day_off).collect(),
        shipped: standing.shipped.iter().map(day_off).collect(),
        procedures: procedures.collect(),
    };
    HttpResponse::Ok().insert_header(("ETag", etag::etag(view.version))).json(view)
}

/// What is to hold from now on; it replaces what holds whole.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WantedCalendar {
    /// `null`: each procedure's own.
    #[schema(required)]
    hours: Option<Vec<ServiceSpan>>,
    holidays: Vec<DayOff>,
}

/// Service hours and holidays that hold now. Whoever is signed in may read them.
#[utoipa::path(tag = "procedures", responses((status = 200, body = CalendarView), (status = 401)))]
#[get("/api/v1/calendar")]
async fn read_calendar(app: web::Data<App>, _actor: Actor, request: HttpRequest) -> Answer {
    Params::parse(request.query_string())?.finish()?;
    Ok(answer(&app.db.read(service::standing).await?))
}

/// Set service hours and holidays from now on; `If-Match: "0"` while nobody has changed anything. What is left of the
/// time of running cases is counted by them; what has passed stays as it was counted.
#[utoipa::path(tag = "procedures", params(("If-Match" = String, Header)), request_body = WantedCalendar,
    responses((status = 200, body = CalendarView), (status = 403), (status = 412), (status = 422), (status = 428)))]
#[put("/api/v1/calendar")]
async fn change_calendar(
    app: web::Data<App>,
    actor: Actor,
    request: HttpRequest,
    body: Json<WantedCalendar>,
) -> Answer {
    let permit: Permit<cases::ChangeServiceHours> = actor.permit_installation()?;
    let seen = etag::if_match(&request)?;
    let WantedCalendar { hours, holidays } = body.0;
    let span = |ServiceSpan { day, from, to }| WantedHours { day, from, to };
    let day = |DayOff { date, name, name_en, kind }| WantedHoliday { date, name, name_en, kind };
    let wanted = Wanted {
        hours: hours.map(|hours| hours.into_iter().map(span).collect()),
        holidays: holidays.into_iter().map(day).collect(),
    };
    Ok(answer(&service::change(&app, &actor, permit, (seen, wanted)).await?))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(read_calendar).service(change_calendar);
}
