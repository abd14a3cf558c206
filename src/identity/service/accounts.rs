//! Accounts: made, changed, disabled; by administrators and from the command line.

use serde_json::{Value, json};

use super::appointments::keep_an_administrator;
use super::sessions::replace_password;
use crate::app::App;
use crate::db::Tx;
use crate::http::etag;
use crate::identity::account::{Appointment, Email, Password, RosterLine, User, person_name};
use crate::identity::links;
use crate::identity::model::{Actor, Role};
use crate::identity::passwords::{self, PasswordHash};
use crate::identity::permits::{Permit, Scope, cases};
use crate::identity::rules::StrongPassword;
use crate::identity::store;
use crate::kernel::id::UserId;
use crate::kernel::{Code, Locale, Refusal, Result, Timestamp};
use crate::ledger::{self, Event};

/// An account to be. Without a password nobody can sign in to it until one is set.
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub password: Option<Password>,
    /// Absent: Indonesian.
    pub locale: Option<String>,
}

/// Makes an account without any role. 409 `taken` when its address is in use.
pub async fn create_user(app: &App, actor: &Actor, _permit: Permit<cases::ManageUsers>, new: NewUser) -> Result<User> {
    let (email, name) = (Email::parse(&new.email)?, person_name(&new.name)?);
    let locale = new.locale.as_deref().map_or(Ok(Locale::indonesian()), Locale::parse)?;
    let hash = match new.password {
        Some(password) => {
            let strong = StrongPassword::check(password, &email, &name, "password")?;
            Some(passwords::hash(app, strong).await?)
        }
        None => None,
    };
    let now = app.now();
    let user = User { locale, ..User::new(app.id(UserId::new), &email, name, now) };
    let ledger_name = actor.ledger_name();
    app.db
        .write(move |tx| {
            if store::find_user_by_email(tx, &email)?.is_some() {
                return Err(Refusal::new(Code::Taken).field("email", "taken", "another account has it").into());
            }
            store::insert_user(tx, &user, hash.as_ref().map_or("", PasswordHash::reveal))?;
            record(tx, &ledger_name, "create_user", &user, json!({}))?;
            Ok(user.clone())
        })
        .await
}

fn record(tx: &mut Tx, by: &str, verb: &str, user: &User, detail: Value) -> Result<()> {
    let event = Event::new(by, &format!("identity.{verb}"), format!("user:{}", user.id)).detail(detail);
    ledger::record(tx, &event, user.updated_at).map(|_| ())
}

/// What shall be different; what is absent stays.
#[derive(Clone, Default)]
pub struct UserChange {
    pub name: Option<String>,
    pub locale: Option<String>,
    /// `true` ends every session at once.
    pub disabled: Option<bool>,
}

/// Changes an account that the caller has `seen` in its present version.
pub async fn change_user(
    app: &App,
    actor: &Actor,
    _permit: Permit<cases::ManageUsers>,
    id: UserId,
    (seen, change): (i32, UserChange),
) -> Result<User> {
    let name = change.name.as_deref().map(person_name).transpose()?;
    let locale = change.locale.as_deref().map(Locale::parse).transpose()?;
    let (ledger_name, now) = (actor.ledger_name(), app.now());
    app.db
        .write(move |tx| {
            let before = store::find_user(tx, id)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
            etag::current(seen, before.version)?;
            let mut after = before.clone();
            after.name = name.clone().unwrap_or(after.name);
            after.locale = locale.clone().unwrap_or(after.locale);
            after.disabled = change.disabled.unwrap_or(after.disabled);
            save_changed(tx, &ledger_name, &before, after, now)
        })
        .await
}

/// Changes the language in which the caller is spoken and written to; `seen` is the version of the account.
pub async fn choose_language(app: &App, actor: &Actor, seen: i32, locale: &str) -> Result<User> {
    let id = actor.user().ok_or_else(|| Refusal::new(Code::Unauthenticated))?;
    let locale = Locale::parse(locale)?;
    let (ledger_name, now) = (actor.ledger_name(), app.now());
    app.db
        .write(move |tx| {
            let before = store::find_user(tx, id)?.ok_or_else(|| Refusal::new(Code::SessionEnded))?;
            etag::current(seen, before.version)?;
            let after = User { locale: locale.clone(), ..before.clone() };
            save_changed(tx, &ledger_name, &before, after, now)
        })
        .await
}

fn save_changed(tx: &mut Tx, by: &str, before: &User, after: User, now: Timestamp) -> Result<User> {
    if after == *before {
        return Ok(after);
    }
    let mut after = after.changed(now);
    if after.disabled && !before.disabled {
        keep_an_administrator(tx, after.id, &[], now)?;
        after = after.revoked();
        store::end_sessions(tx, after.id, now)?;
        links::store::revoke(tx, after.id, now)?;
    }
    store::update_user(tx, &after)?;
    let changed: Vec<_> = [
        ("name", after.name != before.name),
        ("locale", after.locale != before.locale),
        ("disabled", after.disabled != before.disabled),
    ]
    .into_iter()
    .filter_map(|(field, changed)| changed.then_some(field))
    .collect();
    record(tx, by, "change_user", &after, json!({"changed": changed, "disabled": after.disabled}))?;
    Ok(after)
}

/// Locks an account that was misused, in the caller's transaction: it is disabled, and its sessions end. Never one's own, and an
/// administrator's only by another. 409 `nothing_changed` when it is locked already.
pub fn lock_in(
    tx: &mut Tx,
    actor: &Actor,
    _permit: Permit<cases::LockAccount>,
    (id, now): (UserId, Timestamp),
) -> Result<User> {
    let before = store::find_user(tx, id)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
    let is_above = store::is_administrator(tx, id, now)? && !actor.holds(Role::Admin, None);
    if actor.user() == Some(id) || is_above {
        return Err(Refusal::new(Code::Forbidden).detail("not one's own account, nor an administrator's").into());
    }
    if before.disabled {
        return Err(Refusal::new(Code::NothingChanged).detail("it is locked already").into());
    }
    let after = User { disabled: true, ..before.clone() };
    save_changed(tx, &actor.ledger_name(), &before, after, now)
}

async fn by_email(app: &App, email: &str) -> Result<User> {
    let email = Email::parse(email)?;
    let found = app.db.read(move |connection| store::find_user_by_email(connection, &email)).await?;
    found.ok_or_else(|| Refusal::new(Code::NotFound).detail("no account has that address").into())
}

/// From the command line: [`create_user`] with a password. `actor` must be the system.
pub async fn add_user(app: &App, actor: &Actor, email: &str, name: &str, password: &str) -> Result<UserId> {
    let permit = Permit::system(actor, Scope::Installation)?;
    let new = NewUser {
        email: email.to_owned(),
        name: name.to_owned(),
        password: Some(Password::new(password)),
        locale: None,
    };
    Ok(create_user(app, actor, permit, new).await?.id)
}

/// From the command line: another password, which ends every session. `actor` must be the system;
/// nobody sets another person's password over the network, or approvals would prove nothing: what an administrator
/// makes is a link (`identity::links`), by which its owner sets one, and the ledger names both.
pub async fn reset_password(app: &App, actor: &Actor, email: &str, password: &str) -> Result<()> {
    let _permit: Permit<cases::ManageUsers> = Permit::system(actor, Scope::Installation)?;
    let user = by_email(app, email).await?;
    let strong = StrongPassword::check(Password::new(password), &Email::parse(&user.email)?, &user.name, "password")?;
    let hash = passwords::hash(app, strong).await?;
    let (ledger_name, now) = (actor.ledger_name(), app.now());
    app.db
        .write(move |tx| {
            let user = store::find_user(tx, user.id)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
            let user = replace_password(tx, user, hash.reveal(), now)?;
            record(tx, &ledger_name, "reset_password", &user, json!({}))
        })
        .await
}

/// From the command line: [`change_user`] by address. `actor` must be the system.
pub async fn set_disabled(app: &App, actor: &Actor, email: &str, disabled: bool) -> Result<()> {
    let permit = Permit::system(actor, Scope::Installation)?;
    let user = by_email(app, email).await?;
    let change = UserChange { disabled: Some(disabled), ..UserChange::default() };
    change_user(app, actor, permit, user.id, (user.version, change)).await.map(|_| ())
}

/// Every account with its roles, by address.
pub async fn roster(app: &App) -> Result<Vec<RosterLine>> {
    let now = app.now();
    app.db.read(move |connection| store::roster(connection, now)).await
}

/// Five groups of four letters that are not easily confused: 99 bits.
pub fn random_password(app: &App) -> String {
    const LETTERS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
    const LENGTH: usize = 20;
    let mut letters = Vec::new();
    while letters.len() < LENGTH {
        // A byte beyond the last whole multiple of 31 would favour the first letters.
        let fair = app.random::<LENGTH>().into_iter().filter(|byte| *byte < 248);
        letters.extend(fair.map(|byte| char::from(LETTERS[usize::from(byte % 31)])));
    }
    let groups: Vec<String> = letters[..LENGTH].chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// Makes the accounts of the demonstration with one password, each with its role for the whole
/// installation, and gives those that exist the password if theirs is another. Blocking. `actor` must
/// be the system.
pub fn ensure_demo_accounts(app: &App, actor: &Actor, accounts: &[(String, Role)], password: &str) -> Result<()> {
    let _permit: Permit<cases::ManageUsers> = Permit::system(actor, Scope::Installation)?;
    let password = Password::new(password);
    let strong = StrongPassword::of_demo(password.clone());
    let mut wanted = Vec::new();
    for (address, role) in accounts {
        wanted.push((app.id(UserId::new), Email::parse(address)?, *role));
    }
    let stored = app.db.read_blocking(|connection| {
        let mut hashes = Vec::new();
        for (_, email, _) in &wanted {
            hashes.push(store::credentials(connection, email.as_str())?.map(|(_, hash)| hash));
        }
        Ok(hashes)
    })?;
    // They share one hash, so that a start costs one verification and not fourteen.
    if let Some(Some(first)) = stored.first()
        && stored.iter().all(|hash| hash.as_ref() == Some(first))
        && passwords::verify_blocking(&password, first)?
    {
        return Ok(());
    }
    let hash = passwords::hash_blocking(app, &strong)?;
    let (ledger_name, now) = (actor.ledger_name(), app.now());
    app.db.write_blocking(|tx| {
        for (id, email, role) in &wanted {
            if let Some(user) = store::find_user_by_email(tx, email)? {
                let user = replace_password(tx, user, hash.reveal(), now)?;
                record(tx, &ledger_name, "reset_password", &user, json!({}))?;
                continue;
            }
            let user = User::new(*id, email, role.title_id().to_owned(), now);
            store::insert_user(tx, &user, hash.reveal())?;
            store::replace_appointments(tx, user.id, None, &[Appointment::of(*role)], now)?;
            record(tx, &ledger_name, "create_user", &user, json!({"role": role}))?;
        }
        Ok(())
    })
}
