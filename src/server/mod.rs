//! The HTTP server: routes, what surrounds every request, the OpenAPI document.

mod admin;
mod docs;
mod fallback;
mod finding;
mod health;
mod idempotency;
mod jobs;
mod ledger;
mod packing;
mod request;
mod run;

pub use docs::openapi;
pub use run::{Running, Serving, app, start};

use actix_web::guard::fn_guard;
use actix_web::http::Method;
use actix_web::web;
use utoipa_actix_web::service_config::ServiceConfig;

/// Every route of the API. The permission matrix and the OpenAPI document are read from here.
pub fn routes(config: &mut ServiceConfig<'_>) {
    // First, because it is asked most and routes are tried in order; before it, what readers without a script get there.
    for method in [Method::GET, Method::HEAD] {
        let page = web::method(method).guard(fn_guard(finding::wants_a_page)).to(finding::at_the_api);
        config.route("/delivery/v1/sites/{site}/search", page);
    }
    crate::delivery::routes(config);
    health::routes(config);
    ledger::routes(config);
    jobs::routes(config);
    crate::identity::api::routes(config);
    crate::sites::api::routes(config);
    crate::notices::api::routes(config);
    crate::media::api::routes(config);
    crate::media::uploads::api::routes(config);
    crate::content::api::routes(config);
    crate::content::checks::api::routes(config);
    crate::editorial::api::routes(config);
    crate::import::api::routes(config);
    crate::themes::api::routes(config);
    crate::publish::api::routes(config);
    crate::deploy::api::routes(config);
    crate::verify::api::routes(config);
    crate::evidence::api::routes(config);
    crate::preview::api::routes(config);
    crate::procedure::api::routes(config);
    crate::monitoring::sites::api::routes(config);
    crate::monitoring::baselines::api::routes(config);
    crate::monitoring::discovery::api::routes(config);
    crate::monitoring::states::api::routes(config);
    crate::monitoring::recap::api::routes(config);
}
