//! Requests and answers about sites and their members.

mod members;
mod sites;

use utoipa_actix_web::service_config::ServiceConfig;

/// The routes of sites and members.
pub fn routes(config: &mut ServiceConfig) {
    sites::routes(config);
    members::routes(config);
}
