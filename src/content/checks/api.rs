//! `/api/v1/entries/{id}/checks` and what a site makes of each check.

use std::collections::BTreeMap;

use actix_web::http::header::ETAG;
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::{Check, FINDINGS_MAX, Finding, Place, Policy, Severity};
use super::service::{self, Look};
use super::{external, store, wording};
use crate::app::App;
use crate::http::{Answer, Json, etag};
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{EntryId, SiteId};
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp, Words};
use crate::procedure::views::{People, Person};
use crate::sites;

/// What the checks say of the newest revision of an entry.
#[derive(Serialize, ToSchema)]
struct CheckReport {
    /// The number of the revision.
    revision: i32,
    /// Its digest: what `confirm` asks for.
    revision_digest: Digest,
    /// Whether something keeps the entry where it is.
    blocked: bool,
    /// Names what does: what `confirm` asks for beside the revision.
    blocking_digest: Digest,
    /// By place, at most 200.
    findings: Vec<FindingView>,
    /// How many there are beyond those.
    more: usize,
    /// Whether links to other hosts are being asked in the background: a later look tells of them.
    asks_links: bool,
    /// The newest first; those of older revisions hold no more.
    confirmations: Vec<ConfirmationView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContentFinding)]
struct FindingView {
    check: Check,
    severity: Severity,
    title: Words,
    detail: Words,
    #[serde(flatten)]
    place: Place,
    /// What stands there, at most 80 letters.
    excerpt: String,
    /// Whether somebody has answered for it.
    confirmed: bool,
    /// Whether a reason can take the place of mending.
    can_be_confirmed: bool,
}

/// Somebody has answered for findings.
#[derive(Serialize, ToSchema)]
#[schema(as = FindingsConfirmed)]
struct ConfirmationView {
    reason: String,
    by: Person,
    at: Timestamp,
    /// How many findings it is about.
    findings: usize,
    /// Whether it is about the newest revision.
    holds: bool,
}

fn report(look: &Look, people: &People) -> CheckReport {
    let finding = |finding: &Finding| FindingView {
        check: finding.check,
        severity: look.policy.of(finding.check),
        title: wording::title(finding.check),
        detail: wording::sentence(finding),
        place: finding.place.clone(),
        excerpt: finding.excerpt.clone(),
        confirmed: look.is_confirmed(finding),
        can_be_confirmed: finding.check.can_be_confirmed(),
    };
    let confirmations = look.confirmations.iter().rev().map(|one| ConfirmationView {
        reason: one.reason.clone(),
        by: people.person(one.by),
        at: one.at,
        findings: one.confirmed.len(),
        holds: one.revision == look.row.digest,
    });
    CheckReport {
        revision: look.row.revision,
        revision_digest: look.row.digest,
        blocked: look.found.more > 0 || look.blocking().next().is_some(),
        blocking_digest: look.blocking_digest(),
        findings: look.found.findings.iter().take(FINDINGS_MAX).map(finding).collect(),
        more: look.found.findings.len().saturating_sub(FINDINGS_MAX) + look.found.more,
        asks_links: look.asks_links,
        confirmations: confirmations.collect(),
    }
}

async fn look(app: &App, actor: Actor, id: EntryId) -> Result<CheckReport> {
    let now = app.now();
    let report = app
        .db
        .read(move |connection| {
            let look = service::read(connection, &actor, id, now)?;
            let people = People::read(connection, look.confirmations.iter().map(|one| one.by))?;
            Ok(report(&look, &people))
        })
        .await?;
    if report.asks_links {
        external::service::want(app, id).await?;
    }
    Ok(report)
}

/// What the checks before publication find in the newest revision of an entry.
#[utoipa::path(tag = "checks", params(("id" = EntryId, Path)),
    responses((status = 200, body = CheckReport), (status = 404)))]
#[get("/api/v1/entries/{id}/checks")]
async fn entry_checks(app: web::Data<App>, actor: Actor, id: web::Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(look(&app, actor, EntryId::parse(&id)?).await?))
}

/// Which revision somebody answers for, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConfirmFindings {
    /// The `revision_digest` that was looked at.
    #[serde(default)]
    digest: String,
    /// The `blocking_digest` that was looked at.
    #[serde(default)]
    blocking: String,
    /// 10 to 1,000 letters; the ledger keeps it.
    #[serde(default)]
    reason: String,
}

/// Answers for everything that blocks this revision. A changed text has to be confirmed anew.
#[utoipa::path(tag = "checks", params(("id" = EntryId, Path)), request_body = ConfirmFindings,
    responses((status = 200, body = CheckReport), (status = 403), (status = 404), (status = 409), (status = 422)))]
#[post("/api/v1/entries/{id}/checks/confirm")]
async fn confirm_findings(
    app: web::Data<App>,
    actor: Actor,
    id: web::Path<String>,
    body: Json<ConfirmFindings>,
) -> Answer {
    let id = EntryId::parse(&id)?;
    let read = |field: &str, text: &str, detail: &str| {
        Digest::parse(text).ok_or_else(|| Refusal::new(Code::DigestRequired).field(field, "required", detail))
    };
    let revision = read("digest", &body.0.digest, "the revision_digest of the revision that you have looked at")?;
    let blocking = read("blocking", &body.0.blocking, "the blocking_digest of what you have looked at")?;
    service::confirm(&app, &actor, id, (revision, blocking), &body.0.reason).await?;
    Ok(HttpResponse::Ok().json(look(&app, actor, id).await?))
}

/// What a site makes of each check.
#[derive(Serialize, ToSchema)]
struct SiteChecks {
    /// For `If-Match`; 0 while the site has decided nothing.
    version: i32,
    items: Vec<SiteCheck>,
}

#[derive(Serialize, ToSchema)]
struct SiteCheck {
    check: Check,
    title: Words,
    severity: Severity,
    /// What a site has that has decided nothing.
    usual: Severity,
    /// Whether `block` is among what it may be.
    can_block: bool,
}

fn answer(policy: &Policy, version: i32) -> HttpResponse {
    let item = |(check, severity): (Check, Severity)| SiteCheck {
        check,
        title: wording::title(check),
        severity,
        usual: check.usual(),
        can_block: check.can_block(),
    };
    let body = SiteChecks { version, items: policy.each().map(item).collect() };
    HttpResponse::Ok().insert_header((ETAG, etag::etag(version))).json(body)
}

async fn visible(app: &App, actor: &Actor, site: String) -> Result<SiteId> {
    let actor = actor.clone();
    Ok(app.db.read(move |connection| sites::store::find_visible(connection, &site, &actor)).await?.id)
}

/// What a site makes of each check: whether it blocks, warns or is off.
#[utoipa::path(tag = "checks", params(("site" = String, Path)),
    responses((status = 200, body = SiteChecks), (status = 404)))]
#[get("/api/v1/sites/{site}/checks")]
async fn site_checks(app: web::Data<App>, actor: Actor, site: web::Path<String>) -> Answer {
    let site = visible(&app, &actor, site.into_inner()).await?;
    let _: Permit<cases::ReadContent> = actor.permit(site)?;
    let (policy, version) = app.db.read(move |connection| store::policy(connection, site)).await?;
    Ok(answer(&policy, version))
}

/// A severity for each check that is to be other than the usual.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeSiteChecks {
    /// Check → `block` (where it can), `warn` or `off`; what is not named has the usual.
    #[schema(value_type = std::collections::HashMap<String, Severity>)]
    severities: BTreeMap<String, Severity>,
}

impl ChangeSiteChecks {
    fn read(self) -> Result<Policy, Refusal> {
        let known = |(name, severity): (String, Severity)| match Check::parse(&name) {
            Some(check) if severity == Severity::Block && !check.can_block() => {
                let detail = "what a foreign host says holds nothing up";
                Err(Refusal::new(Code::Invalid).field(format!("severities.{name}"), "cannot_block", detail))
            }
            Some(check) => Ok((check, severity)),
            None => {
                Err(Refusal::new(Code::UnknownField).field(format!("severities.{name}"), "unknown", "no such check"))
            }
        };
        Ok(Policy::with(self.severities.into_iter().map(known).collect::<Result<Vec<_>, _>>()?))
    }
}

/// Changes what a site makes of the checks. Needs `If-Match`, with version 0 for the first change.
#[utoipa::path(tag = "checks", params(("site" = String, Path)), request_body = ChangeSiteChecks,
    responses((status = 200, body = SiteChecks), (status = 400), (status = 403), (status = 404), (status = 412),
        (status = 422), (status = 428)))]
#[put("/api/v1/sites/{site}/checks")]
async fn change_site_checks(
    app: web::Data<App>,
    actor: Actor,
    request: HttpRequest,
    site: web::Path<String>,
    body: Json<ChangeSiteChecks>,
) -> Answer {
    let site = visible(&app, &actor, site.into_inner()).await?;
    let _: Permit<cases::ChangeChecks> = actor.permit(site)?;
    let seen = etag::if_match(&request)?;
    let (policy, version) = service::change_policy(&app, &actor, site, body.0.read()?, seen).await?;
    Ok(answer(&policy, version))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(entry_checks).service(confirm_findings).service(site_checks).service(change_site_checks);
}
