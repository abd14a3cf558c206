//! Coming to an entry and going away from it.

use super::rules::{self, Presence, Wish};
use super::store;
use crate::app::App;
use crate::content::store::require;
use crate::identity::{Actor, Permit, cases};
use crate::kernel::id::{EntryId, UserId};
use crate::kernel::{Code, Refusal, Result};
use crate::procedure::views::People;

/// Says that the caller has an entry open. Everybody who is there, the caller last, and their names.
pub async fn attend(app: &App, actor: &Actor, id: EntryId, wish: Wish) -> Result<(Vec<Presence>, People)> {
    let (now, actor, me) = (app.now(), actor.clone(), person(actor)?);
    app.db
        .write(move |tx| {
            let site = require(tx, id)?.site_id;
            let _: Permit<cases::ReadContent> = actor.permit(site)?;
            if wish != Wish::Read {
                let _: Permit<cases::WriteContent> = actor.permit(site)?;
            }
            let all = rules::attended(&store::of(tx, id)?, me, wish, now);
            store::replace(tx, id, &all)?;
            let people = People::read(tx, all.iter().map(|one| one.user))?;
            Ok((all, people))
        })
        .await
}

/// Says that the caller has gone; to go from where one is not does nothing.
pub async fn leave(app: &App, actor: &Actor, id: EntryId) -> Result<()> {
    let (actor, me) = (actor.clone(), person(actor)?);
    app.db
        .write(move |tx| {
            let _: Permit<cases::ReadContent> = actor.permit(require(tx, id)?.site_id)?;
            store::remove(tx, id, me)
        })
        .await
}

fn person(actor: &Actor) -> Result<UserId, Refusal> {
    actor.user().ok_or_else(|| Refusal::new(Code::Forbidden).detail("only people are present"))
}
