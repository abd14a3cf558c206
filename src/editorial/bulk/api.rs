//! `/api/v1/sites/{site}/entries/bulk`.

use actix_web::{HttpResponse, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::rules::{Change, One, Wish};
use super::service;
use crate::app::App;
use crate::editorial::api::{digest, named, withdrawal};
use crate::editorial::model::{Move, Times};
use crate::http::{Answer, Json};
use crate::identity::Actor;
use crate::kernel::id::{EntryId, JobId};
use crate::kernel::{Code, Digest, Refusal, Result};

/// One command to many entries.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BulkCommand {
    /// A command of the procedure (`submit`, `claim`, `return`, `forward`, `approve`, `reject`, `decline`, `publish`, `unschedule`,
    /// `revise`, `withdraw`), or `trash`, `restore`, `set_category`, `add_tags`, `remove_tags`.
    command: String,
    /// 1 to 100, each once.
    entries: Vec<BulkEntry>,
    /// For commands of the procedure: the same for each.
    #[serde(default)]
    comment: String,
    /// With `withdraw`: why, as citizens are told.
    reason: Option<String>,
    /// With `withdraw`: the same in words.
    notice: Option<String>,
    /// With `set_category`; `null` takes it away.
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<String>)]
    category: Option<Option<String>>,
    /// With `add_tags` and `remove_tags`.
    tags: Option<Vec<String>>,
}

/// An entry as the caller has seen it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BulkEntry {
    id: EntryId,
    /// What `If-Match` is to the single command.
    version: i32,
    /// The `digest` of the entry that was looked at; for `approve` and `publish`.
    digest: Option<String>,
}

impl BulkCommand {
    fn read(self) -> Result<(Wish, Vec<One>), Refusal> {
        let entries = self.entries.into_iter().enumerate().map(|(at, one)| {
            let field = format!("entries[{at}].digest");
            let digest = one.digest.as_deref().map(|text| digest(&field, text)).transpose()?;
            Ok(One { id: one.id, version: one.version, digest })
        });
        let entries = entries.collect::<Result<Vec<One>, Refusal>>()?;
        let command = self.command.as_str();
        let taken = |member: &str, by: &[&str], is_there: bool| match is_there && !by.contains(&command) {
            true => Err(not_taken(member, command)),
            false => Ok(()),
        };
        taken("category", &["set_category"], self.category.is_some())?;
        taken("tags", &["add_tags", "remove_tags"], self.tags.is_some())?;
        let wish = match command {
            "trash" => Wish::Trash,
            "restore" => Wish::Restore,
            "set_category" => Wish::Describe(Change::Category(self.category.ok_or_else(|| required("category"))?)),
            "add_tags" => Wish::Describe(Change::AddTags(some_tags(self.tags)?)),
            "remove_tags" => Wish::Describe(Change::RemoveTags(some_tags(self.tags)?)),
            _ => {
                let withdrawal = withdrawal(self.reason.as_deref(), self.notice)?;
                let (command, comment) = (self.command, self.comment);
                let asked = Move { command, comment, digest: None, times: Times::default(), withdrawal };
                return Ok((Wish::Move(asked), entries));
            }
        };
        taken("comment", &[], !self.comment.is_empty())?;
        taken("reason", &[], self.reason.is_some())?;
        taken("notice", &[], self.notice.is_some())?;
        Ok((wish, entries))
    }
}

fn not_taken(member: &str, command: &str) -> Refusal {
    Refusal::new(Code::Invalid).field(member, "not_taken", format!("{command} takes none"))
}

fn required(member: &str) -> Refusal {
    Refusal::new(Code::Invalid).field(member, "required", "say which")
}

fn some_tags(tags: Option<Vec<String>>) -> Result<Vec<String>, Refusal> {
    tags.filter(|tags| !tags.is_empty()).ok_or_else(|| required("tags"))
}

/// The entries after the command, in the order in which they were named.
#[derive(Serialize, ToSchema)]
struct BulkAnswer {
    items: Vec<BulkItem>,
    /// The one build that follows, when what citizens see has changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<JobId>,
}

#[derive(Serialize, ToSchema)]
struct BulkItem {
    id: EntryId,
    title: String,
    step: String,
    version: i32,
    /// Of the closure.
    digest: Digest,
    /// Whether the command changed it; not where it was so already.
    changed: bool,
}

/// Gives one command to many entries: all of them or none. Each is asked as by the single command; when one refuses,
/// nothing is changed, and 409 `bulk_refused` names each that refused under `refused`, with its id, title, code, words in both languages, detail,
/// errors and whatever else the single command would have told. Category and tags change only where the
/// content changes in its step.
#[utoipa::path(tag = "entries", params(("site" = String, Path)), request_body = BulkCommand,
    responses((status = 200, body = BulkAnswer), (status = 400), (status = 403), (status = 404), (status = 409),
        (status = 422)))]
#[post("/api/v1/sites/{site}/entries/bulk")]
async fn bulk_command(app: web::Data<App>, actor: Actor, site: web::Path<String>, body: Json<BulkCommand>) -> Answer {
    let (wish, entries) = body.0.read()?;
    let done = service::command(&app, &actor, site.into_inner(), wish, entries).await?;
    let item = |item: service::Item| BulkItem {
        id: item.row.id,
        title: item.row.title,
        step: item.row.step,
        version: item.row.version,
        digest: item.row.closure,
        changed: item.changed,
    };
    let items = done.items.into_iter().map(item).collect();
    Ok(HttpResponse::Ok().json(BulkAnswer { items, job: done.job }))
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(bulk_command);
}
