//! Signing in, staying signed in, signing out.

use serde_json::json;

use crate::app::App;
use crate::db::Tx;
use crate::identity::account::{Caller, Email, Password, Session, User};
use crate::identity::limits::Attempt;
use crate::identity::model::Actor;
use crate::identity::rules::StrongPassword;
use crate::identity::tokens::RefreshToken;
use crate::identity::{links, passwords, store, tokens};
use crate::kernel::id::{SessionId, UserId};
use crate::kernel::{Code, Digest, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};

/// What somebody gets who signed in or refreshed.
pub struct SignedIn {
    pub access_token: String,
    pub refresh: RefreshToken,
    pub user: User,
}

impl SignedIn {
    fn new(app: &App, user: User, refresh: RefreshToken) -> Result<Self> {
        let access_token = tokens::access(app, user.id, refresh.session, user.epoch)?;
        Ok(SignedIn { access_token, refresh, user })
    }
}

/// A session that is about to begin, with its first refresh token.
pub(in crate::identity) struct Beginning {
    id: SessionId,
    client: String,
    pub(in crate::identity) refresh: RefreshToken,
    digest: Digest,
}

impl Beginning {
    pub(in crate::identity) fn new(app: &App, caller: &Caller) -> Result<Self> {
        let id = app.id(SessionId::new);
        let refresh = RefreshToken::new(app, id)?;
        let digest = refresh.digest();
        Ok(Beginning { id, client: caller.client.clone(), refresh, digest })
    }

    pub(in crate::identity) fn session(&self, user: UserId, now: Timestamp) -> (Session, Digest) {
        let session = Session {
            id: self.id,
            user,
            client: self.client.clone(),
            created_at: now,
            refreshed_at: now,
            expires_at: tokens::session_end(now),
            ended_at: None,
        };
        (session, self.digest)
    }

    pub(in crate::identity) fn into_signed_in(self, app: &App, user: User) -> Result<SignedIn> {
        SignedIn::new(app, user, self.refresh)
    }
}

fn event(user: UserId, verb: &str, session: SessionId) -> Event {
    let subject = format!("user:{user}");
    Event::new(subject.clone(), &format!("identity.{verb}"), subject).detail(json!({"session": session}))
}

/// Signs in. 401 `bad_credentials` alike for an unknown account, a wrong password and a disabled
/// account; 429 when it failed too often.
pub async fn login(app: &App, email: &str, password: Password, caller: &Caller) -> Result<SignedIn> {
    let folded = Email::fold(email);
    let attempt = Attempt::begin(app, &folded, &caller.network)?;
    let wanted = folded.clone();
    let found = app.db.read(move |connection| store::credentials(connection, &wanted)).await?;
    let (user, stored) = found.map_or((None, None), |(user, hash)| (Some(user), Some(hash)));
    let fits = match passwords::verify(app, password, stored.clone()).await {
        Ok(fits) => fits,
        Err(error) => {
            attempt.withdraw(app);
            return Err(error);
        }
    };
    let refused = || Refusal::new(Code::BadCredentials);
    let Some((user, verified)) = user.zip(stored).filter(|(user, _)| fits && !user.disabled) else {
        tracing::info!(network = caller.network, "a sign-in failed");
        return Err(refused().into());
    };
    let beginning = Beginning::new(app, caller)?;
    let now = app.now();
    let (session, digest) = beginning.session(user.id, now);
    let begun = app
        .db
        .write(move |tx| {
            // Between the hash and here the account may have been disabled or got another password.
            let current = store::find_user(tx, session.user)?.filter(|user| !user.disabled);
            let same = store::password_hash(tx, session.user)?.as_deref() == Some(verified.as_str());
            let Some(user) = current.filter(|_| same) else { return Err(Refusal::new(Code::BadCredentials).into()) };
            store::insert_session(tx, &session, &digest)?;
            ledger::record(tx, &event(user.id, "login", session.id), now)?;
            Ok(user)
        })
        .await?;
    attempt.succeeded(app);
    beginning.into_signed_in(app, begun)
}

enum Refreshed {
    Yes(User),
    /// A token that had been used before: either its owner or a thief holds a copy.
    Reused,
}

/// Gives another access token and another refresh token for the newest one, or for one that has only just been
/// replaced. 401 `unauthenticated` when it is none of ours; `session_ended` when its session has ended,
/// also because an old token was used again, which ends it.
pub async fn refresh(app: &App, cookie: &str) -> Result<SignedIn> {
    let used = RefreshToken::read(app, cookie).ok_or_else(|| Refusal::new(Code::Unauthenticated))?;
    let next = RefreshToken::new(app, used.session)?;
    let (session, used, digest, now) = (used.session, used.digest(), next.digest(), app.now());
    let outcome = app
        .db
        .write(move |tx| {
            let ended = || Refusal::new(Code::SessionEnded);
            let standing = store::standing(tx, session, now)?.ok_or_else(ended)?;
            if !standing.is_open(now) {
                return Err(ended().into());
            }
            let (newest, mut replaced) = store::refresh_hashes(tx, session)?.ok_or_else(ended)?;
            replaced.retain(|(_, at)| now < at.plus(tokens::REFRESH_LEEWAY_MICROS));
            if newest != used.as_str() && replaced.iter().all(|(hash, _)| hash != used.as_str()) {
                store::end_session(tx, session, now)?;
                let told = event(standing.user.id, "end_session", session);
                let told = told.detail(json!({"session": session, "reason": "refresh_token_reused"}));
                ledger::record(tx, &told, now)?;
                return Ok(Refreshed::Reused);
            }
            let prolonged =
                Session { refreshed_at: now, expires_at: tokens::session_end(now), ..standing.session.clone() };
            replaced.push((newest, now));
            let old = replaced.len().saturating_sub(tokens::REPLACED_MAX);
            replaced.drain(..old);
            store::rotate(tx, &prolonged, &digest, &replaced)?;
            Ok(Refreshed::Yes(standing.user))
        })
        .await?;
    match outcome {
        Refreshed::Yes(user) => SignedIn::new(app, user, next),
        Refreshed::Reused => {
            tracing::warn!(%session, "a used refresh token came again; its session was ended");
            Err(Refusal::new(Code::SessionEnded).into())
        }
    }
}

/// Ends the session of an access token; when that has run out or there is none, of a refresh token, so
/// that who has waited too long can still leave. 401 without a good one of either.
pub async fn logout(app: &App, access_token: Option<&str>, cookie: Option<&str>) -> Result<()> {
    let unauthenticated = || Refusal::new(Code::Unauthenticated);
    if let Some(token) = access_token {
        match authenticate(app, token).await {
            Ok(actor) => {
                let (user, session) = actor.user().zip(actor.session()).ok_or_else(unauthenticated)?;
                return end(app, user, session, "logout").await.map(|_| ());
            }
            Err(error) if cookie.is_none() || error.refusal().is_none() => return Err(error),
            Err(_) => {}
        }
    }
    let token = cookie.and_then(|cookie| RefreshToken::read(app, cookie)).ok_or_else(unauthenticated)?;
    let (session, now) = (token.session, app.now());
    let standing = app.db.read(move |connection| store::standing(connection, session, now)).await?;
    match standing {
        Some(standing) => end(app, standing.user.id, session, "logout").await.map(|_| ()),
        None => Ok(()),
    }
}

/// Ends one of one's own sessions; `not_found` when it is no open one.
pub async fn end_session(app: &App, actor: &Actor, session: SessionId) -> Result<()> {
    let not_found = || Refusal::new(Code::NotFound);
    let user = actor.user().ok_or_else(not_found)?;
    let now = app.now();
    let own = app.db.read(move |connection| store::open_sessions(connection, user, now)).await?;
    let own = own.iter().any(|open| open.id == session);
    if own && end(app, user, session, "end_session").await? { Ok(()) } else { Err(not_found().into()) }
}

async fn end(app: &App, user: UserId, session: SessionId, verb: &'static str) -> Result<bool> {
    let now = app.now();
    app.db
        .write(move |tx| {
            let ended = store::end_session(tx, session, now)?;
            if ended {
                ledger::record(tx, &event(user, verb, session), now)?;
            }
            Ok(ended)
        })
        .await
}

/// What a change of one's own password needs.
pub struct NewPassword {
    pub current: Password,
    pub new: Password,
}

/// Changes one's own password, ends every session, and begins a new one for whoever asked.
/// 422 on `current` when it is wrong (429 when that happens too often); `weak_password` on `new`.
pub async fn change_password(app: &App, actor: &Actor, change: NewPassword, caller: &Caller) -> Result<SignedIn> {
    let (id, session) = actor.user().zip(actor.session()).ok_or_else(|| Refusal::new(Code::Forbidden))?;
    let found = app
        .db
        .read(move |connection| Ok(store::find_user(connection, id)?.zip(store::password_hash(connection, id)?)))
        .await?;
    let (user, stored) = found.ok_or_else(|| Refusal::new(Code::SessionEnded))?;
    let unchanged = change.current.reveal() == change.new.reveal();
    let strong = StrongPassword::check(change.new, &Email::parse(&user.email)?, &user.name, "new")?;
    let attempt = Attempt::begin(app, &user.email, &caller.network)?;
    match passwords::verify(app, change.current, Some(stored.clone())).await {
        Ok(true) => attempt.succeeded(app),
        Ok(false) => return Err(Refusal::new(Code::Invalid).field("current", "wrong", "not the current one").into()),
        Err(error) => {
            attempt.withdraw(app);
            return Err(error);
        }
    }
    if unchanged {
        return Err(Refusal::new(Code::Invalid).field("new", "same", "the same as the current one").into());
    }
    let hash = passwords::hash(app, strong).await?;
    let beginning = Beginning::new(app, caller)?;
    let now = app.now();
    let (fresh, digest) = beginning.session(id, now);
    let user = app
        .db
        .write(move |tx| {
            let ended = || Refusal::new(Code::SessionEnded);
            let standing = store::standing(tx, session, now)?.filter(|s| s.is_open(now)).ok_or_else(ended)?;
            if store::password_hash(tx, id)?.as_deref() != Some(stored.as_str()) {
                return Err(ended().into());
            }
            let user = replace_password(tx, standing.user, hash.reveal(), now)?;
            store::insert_session(tx, &fresh, &digest)?;
            ledger::record(tx, &event(id, "change_password", fresh.id), now)?;
            Ok(user)
        })
        .await?;
    beginning.into_signed_in(app, user)
}

/// Puts another hash in the place of the old one and ends all that rested on that.
pub(in crate::identity) fn replace_password(tx: &mut Tx, user: User, hash: &str, now: Timestamp) -> Result<User> {
    let user = user.changed(now).revoked();
    store::update_user(tx, &user)?;
    store::set_password_hash(tx, user.id, hash)?;
    store::end_sessions(tx, user.id, now)?;
    links::store::revoke(tx, user.id, now)?;
    Ok(user)
}

/// The actor of an access token, with the appointments that are in force now.
///
/// 401: `unauthenticated` when it is no token of ours, `token_expired` when a refresh helps,
/// `session_ended` when only signing in again does.
pub async fn authenticate(app: &App, token: &str) -> Result<Actor> {
    let claims = tokens::read_access(app, token)?;
    let now = app.now();
    let standing = app.db.read(move |connection| store::standing(connection, claims.sid, now)).await?;
    let open = standing.filter(|standing| standing.user.id == claims.sub && standing.is_open(now));
    let standing = open.ok_or_else(|| Refusal::new(Code::SessionEnded))?;
    if claims.epoch != standing.user.epoch {
        return Err(Refusal::new(Code::TokenExpired).into());
    }
    Ok(standing.actor())
}
