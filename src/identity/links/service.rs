//! Making a link, looking at it, and setting a password by it.

use serde_json::json;

use super::store::{self as links, OpenLink};
use crate::app::App;
use crate::db::Conn;
use crate::identity::account::{Caller, Email, Password, User};
use crate::identity::limits::Attempt;
use crate::identity::model::Actor;
use crate::identity::permits::{Permit, Scope, cases};
use crate::identity::rules::StrongPassword;
use crate::identity::service::{Beginning, SignedIn, replace_password};
use crate::identity::{passwords, store, tokens};
use crate::kernel::id::UserId;
use crate::kernel::time::{DAY, HOUR, SECOND};
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};

/// How long a link serves.
pub const LINK_LIFE: i64 = 3 * DAY;
/// Of one account within an hour: more would be letters that nobody wants.
const LINKS_PER_HOUR_MAX: usize = 10;
/// Links that ended are kept so long.
const ENDED_KEPT: i64 = 30 * DAY;

/// A link as it is shown or sent: the only time that it can be read.
pub struct NewLink {
    pub user: User,
    /// The whole address.
    pub url: String,
    pub expires_at: Timestamp,
    /// The account has a password already, so somebody works with it.
    pub replaces_password: bool,
}

/// Makes a link for an account, which puts the one before out of force. The password that is set stays until the link
/// is used. 409 `account_disabled`; 429 when too many were made.
pub async fn make_link(app: &App, actor: &Actor, _permit: Permit<cases::ManageUsers>, id: UserId) -> Result<NewLink> {
    let (token, digest) = tokens::one_time(app);
    let (now, by) = (app.now(), actor.ledger_name());
    let (user, replaces_password) = app
        .db
        .write(move |tx| {
            let user = store::find_user(tx, id)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
            if user.disabled {
                return Err(Refusal::new(Code::AccountDisabled).into());
            }
            let made = links::made_since(tx, id, now.plus(-HOUR))?;
            if let (Some(oldest), true) = (made.first(), made.len() >= LINKS_PER_HOUR_MAX) {
                let wait = (oldest.plus(HOUR).micros() - now.micros()) / SECOND;
                return Err(Refusal::new(Code::TooManyRequests).extra("retry_after_s", wait.max(1)).into());
            }
            links::forget(tx, now.plus(-ENDED_KEPT))?;
            let link = OpenLink { user: id, made_by: by.clone(), expires_at: now.plus(LINK_LIFE) };
            links::replace(tx, &digest, &link, now)?;
            let event = Event::new(&by, "identity.make_link", format!("user:{id}"));
            ledger::record(tx, &event.detail(json!({ "expires_at": link.expires_at })), now)?;
            let hash = store::password_hash(tx, id)?.unwrap_or_default();
            Ok((user, !hash.is_empty()))
        })
        .await?;
    // Behind the #, so that it reaches neither a server's log nor a Referer header.
    let url = format!("{}/admin/link#token={token}", app.config.server_url.as_str());
    Ok(NewLink { user, url, expires_at: now.plus(LINK_LIFE), replaces_password })
}

/// From the command line: [`make_link`] by address. `actor` must be the system.
pub async fn make_link_by_email(app: &App, actor: &Actor, email: &str) -> Result<NewLink> {
    let permit = Permit::system(actor, Scope::Installation)?;
    let email = Email::parse(email)?;
    let found = app.db.read(move |connection| store::find_user_by_email(connection, &email)).await?;
    let user = found.ok_or_else(|| Refusal::new(Code::NotFound).detail("no account has that address"))?;
    make_link(app, actor, permit, user.id).await
}

fn holder(connection: &mut Conn, digest: &Digest, now: Timestamp) -> Result<(User, OpenLink)> {
    let bad = || Refusal::new(Code::BadLink);
    let link = links::find_open(connection, digest, now)?.ok_or_else(bad)?;
    let user = store::find_user(connection, link.user)?.filter(|user| !user.disabled).ok_or_else(bad)?;
    Ok((user, link))
}

/// Whose link it is, and until when it serves. 401 `bad_link` alike for one that is unknown, used, revoked or too old;
/// 429 when that was asked too often from one network.
pub async fn look(app: &App, token: &str, caller: &Caller) -> Result<(User, Timestamp)> {
    let attempt = Attempt::of_link(app, &caller.network)?;
    let (digest, now) = (Digest::of(token), app.now());
    let (user, link) = app.db.read(move |connection| holder(connection, &digest, now)).await?;
    attempt.withdraw(app);
    Ok((user, link.expires_at))
}

/// Sets the password of the account that the link is of, ends its sessions and begins a new one. 401 and 429 as for
/// [`look`]; a `weak_password` leaves the link as it is.
pub async fn follow(app: &App, token: &str, password: Password, caller: &Caller) -> Result<SignedIn> {
    let attempt = Attempt::of_link(app, &caller.network)?;
    let (digest, now) = (Digest::of(token), app.now());
    // Before the password is hashed, so that only who holds a link can make this server work.
    let (user, _) = app.db.read(move |connection| holder(connection, &digest, now)).await?;
    attempt.withdraw(app);
    let strong = StrongPassword::check(password, &Email::parse(&user.email)?, &user.name, "password")?;
    let hash = passwords::hash(app, strong).await?;
    let beginning = Beginning::new(app, caller)?;
    let now = app.now();
    let (session, refresh) = beginning.session(user.id, now);
    let user = app
        .db
        .write(move |tx| {
            let (user, link) = holder(tx, &digest, now)?;
            // Of two at once one finds it unused.
            if !links::take(tx, &digest, now)? {
                return Err(Refusal::new(Code::BadLink).into());
            }
            let user = replace_password(tx, user, hash.reveal(), now)?;
            store::insert_session(tx, &session, &refresh)?;
            let subject = format!("user:{}", user.id);
            let detail = json!({ "session": session.id, "made_by": link.made_by });
            ledger::record(tx, &Event::new(subject.clone(), "identity.use_link", subject).detail(detail), now)?;
            Ok(user)
        })
        .await?;
    beginning.into_signed_in(app, user)
}
