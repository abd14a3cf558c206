//! `/api/v1/permissions`: who may do what.

use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{Answer, Params};
use crate::identity::{Actor, Role, USE_CASES};

/// The table by which this server gives permits: what is not in it nobody may do.
#[derive(Serialize, ToSchema)]
struct Permissions {
    /// Every role, in the order of the table.
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
    items: Vec<Permission>,
}

/// A use case, and the roles that may do it.
#[derive(Serialize, ToSchema)]
struct Permission {
    /// `move_entry`
    permission: &'static str,
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
}

/// Who may do what: the table of roles and use cases. What the procedure asks for beside it, stands in the procedure.
#[utoipa::path(tag = "identity", responses((status = 200, body = Permissions), (status = 401)))]
#[get("/api/v1/permissions")]
async fn list_permissions(_actor: Actor, request: HttpRequest) -> Answer {
    Params::parse(request.query_string())?.finish()?;
    let item = |(permission, roles): &(&'static str, &'static [Role])| Permission { permission, roles: roles.to_vec() };
    let items = USE_CASES.iter().map(item).collect();
    Ok(HttpResponse::Ok().json(Permissions { roles: Role::ALL.to_vec(), items }))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_permissions);
}
