//! `/api/v1/monitored/discover`.

use actix_web::{HttpResponse, post, web};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::model::Proposal;
use super::service;
use crate::app::App;
use crate::http::{Answer, Json};
use crate::identity::Actor;

/// A website that might be watched.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DiscoverMonitored {
    /// Without a scheme it is read as HTTPS.
    #[serde(default)]
    url: String,
}

/// Finds out what a website tells of itself. Nothing is stored.
#[utoipa::path(tag = "monitoring", request_body = DiscoverMonitored,
    responses((status = 200, body = Proposal), (status = 403), (status = 422), (status = 429), (status = 503)))]
#[post("/api/v1/monitored/discover")]
async fn discover_monitored(app: web::Data<App>, actor: Actor, body: Json<DiscoverMonitored>) -> Answer {
    Ok(HttpResponse::Ok().json(service::discover(&app, &actor, &body.0.url).await?))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(discover_monitored);
}
