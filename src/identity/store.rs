//! Accounts, sessions, appointments and set-up links in the database.

use diesel::prelude::*;

use super::account::{Appointment, Email, RosterLine, Session, User, scope_text};
use super::model::{Actor, Grant, Role, in_force};
use crate::db::schema::{memberships, sessions, setup_links, sites, users};
use crate::db::{Conn, Tx};
use crate::kernel::id::{SessionId, SiteId, UserId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Digest, Error, Locale, Result, Timestamp};

type UserRow = (UserId, String, String, Locale, bool, i32, i32, Timestamp, Timestamp);

const USER: (
    users::id,
    users::email,
    users::name,
    users::locale,
    users::disabled,
    users::epoch,
    users::version,
    users::created_at,
    users::updated_at,
) = (
    users::id,
    users::email,
    users::name,
    users::locale,
    users::disabled,
    users::epoch,
    users::version,
    users::created_at,
    users::updated_at,
);

fn user_from_row(row: UserRow) -> User {
    let (id, email, name, locale, disabled, epoch, version, created_at, updated_at) = row;
    User { id, email, name, locale, disabled, epoch, version, created_at, updated_at }
}

/// `None` when there is no such account.
pub fn find_user(connection: &mut Conn, id: UserId) -> Result<Option<User>> {
    Ok(users::table.find(id).select(USER).first::<UserRow>(connection).optional()?.map(user_from_row))
}

/// `None` when no account has that address.
pub fn find_user_by_email(connection: &mut Conn, email: &Email) -> Result<Option<User>> {
    let query = users::table.filter(users::email.eq(email.as_str())).select(USER);
    Ok(query.first::<UserRow>(connection).optional()?.map(user_from_row))
}

/// The account of a folded address with its password's hash (empty: it has no password).
pub fn credentials(connection: &mut Conn, folded: &str) -> Result<Option<(User, String)>> {
    let query = users::table.filter(users::email.eq(folded)).select((USER, users::password_hash));
    let found = query.first::<(UserRow, String)>(connection).optional()?;
    Ok(found.map(|(row, hash)| (user_from_row(row), hash)))
}

/// The hash of a user's password.
pub fn password_hash(connection: &mut Conn, id: UserId) -> Result<Option<String>> {
    Ok(users::table.find(id).select(users::password_hash).first(connection).optional()?)
}

/// Accounts by e-mail address.
pub fn list_users(connection: &mut Conn, limit: Limit, after: Option<&Cursor>) -> Result<Page<User>> {
    let mut query = users::table.select(USER).into_boxed();
    if let Some(cursor) = after {
        query = query.filter(users::email.gt(&cursor.key));
    }
    let rows = query.order(users::email).limit(limit.probe()).load::<UserRow>(connection)?;
    let page = rows.into_iter().map(user_from_row).collect();
    Ok(Page::cut(page, limit, |user| Cursor { key: user.email.clone(), id: user.id.to_string() }))
}

/// Whether the installation has any account.
pub fn any_user(connection: &mut Conn) -> Result<bool> {
    Ok(users::table.select(users::id).first::<UserId>(connection).optional()?.is_some())
}

/// Stores a new account. That its address is free is the caller's to check, in this transaction.
/// An empty hash means that nobody can sign in with a password.
pub fn insert_user(tx: &mut Tx, user: &User, password_hash: &str) -> Result<()> {
    diesel::insert_into(users::table)
        .values((
            users::id.eq(user.id),
            users::email.eq(&user.email),
            users::name.eq(&user.name),
            users::password_hash.eq(password_hash),
            users::epoch.eq(user.epoch),
            users::disabled.eq(user.disabled),
            users::locale.eq(&user.locale),
            users::version.eq(user.version),
            users::created_at.eq(user.created_at),
            users::updated_at.eq(user.updated_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Stores everything of an account but its password.
pub fn update_user(tx: &mut Tx, user: &User) -> Result<()> {
    diesel::update(users::table.find(user.id))
        .set((
            users::email.eq(&user.email),
            users::name.eq(&user.name),
            users::epoch.eq(user.epoch),
            users::disabled.eq(user.disabled),
            users::locale.eq(&user.locale),
            users::version.eq(user.version),
            users::updated_at.eq(user.updated_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn set_password_hash(tx: &mut Tx, user: UserId, password_hash: &str) -> Result<()> {
    diesel::update(users::table.find(user)).set(users::password_hash.eq(password_hash)).execute(&mut **tx)?;
    Ok(())
}

/// What a request's session says of whoever sends it.
pub struct Standing {
    pub user: User,
    pub session: Session,
    /// Appointments in force now.
    pub grants: Vec<Grant>,
}

impl Standing {
    /// Whether the session is good: neither ended nor expired, of an account that is not disabled.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.session.ended_at.is_none() && self.session.expires_at > now && !self.user.disabled
    }

    pub fn actor(self) -> Actor {
        Actor::person(self.user.id, self.session.id, self.user.name, self.grants)
    }
}

type SessionRow = (SessionId, UserId, String, Timestamp, Timestamp, Timestamp, Option<Timestamp>);

const SESSION: (
    sessions::id,
    sessions::user_id,
    sessions::client,
    sessions::created_at,
    sessions::refreshed_at,
    sessions::expires_at,
    sessions::ended_at,
) = (
    sessions::id,
    sessions::user_id,
    sessions::client,
    sessions::created_at,
    sessions::refreshed_at,
    sessions::expires_at,
    sessions::ended_at,
);

fn session_from_row(row: SessionRow) -> Session {
    let (id, user, client, created_at, refreshed_at, expires_at, ended_at) = row;
    Session { id, user, client, created_at, refreshed_at, expires_at, ended_at }
}

type MembershipRow = (String, String, Option<Timestamp>, Option<Timestamp>);

/// Session, user and appointments in one query, because every request asks it.
pub fn standing(connection: &mut Conn, session: SessionId, now: Timestamp) -> Result<Option<Standing>> {
    let rows = sessions::table
        .inner_join(users::table)
        .left_join(memberships::table.on(memberships::user_id.eq(users::id)))
        .filter(sessions::id.eq(session))
        .select((
            SESSION,
            USER,
            (memberships::scope, memberships::role, memberships::valid_from, memberships::valid_until).nullable(),
        ))
        .load::<(SessionRow, UserRow, Option<MembershipRow>)>(connection)?;
    let mut standing: Option<Standing> = None;
    for (session, user, membership) in rows {
        let standing = standing.get_or_insert_with(|| Standing {
            user: user_from_row(user),
            session: session_from_row(session),
            grants: Vec::new(),
        });
        if let Some((scope, role, from, until)) = membership
            && in_force(from, until, now)
        {
            standing.grants.push(Grant { role: stored_role(&role)?, site: stored_scope(&scope)? });
        }
    }
    Ok(standing)
}

fn stored_role(text: &str) -> Result<Role> {
    Role::parse(text).map_err(|_| Error::broken("read a membership", format!("{text:?} is no role")))
}

fn stored_scope(text: &str) -> Result<Option<SiteId>> {
    if text == "*" {
        return Ok(None);
    }
    let site = SiteId::parse(text);
    site.map(Some).map_err(|_| Error::broken("read a membership", format!("{text:?} is no scope")))
}

/// The digest of a refresh token that another one took the place of, and when.
pub type Replaced = (String, Timestamp);

/// Begins a session.
pub fn insert_session(tx: &mut Tx, session: &Session, refresh_hash: &Digest) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(session.id),
            sessions::user_id.eq(session.user),
            sessions::refresh_hash.eq(refresh_hash.as_str()),
            sessions::client.eq(&session.client),
            sessions::created_at.eq(session.created_at),
            sessions::refreshed_at.eq(session.refreshed_at),
            sessions::expires_at.eq(session.expires_at),
            sessions::ended_at.eq(session.ended_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Digest of the newest refresh token of a session, and of those that were replaced lately, with the times of that.
pub fn refresh_hashes(connection: &mut Conn, session: SessionId) -> Result<Option<(String, Vec<Replaced>)>> {
    let hashes = (sessions::refresh_hash, sessions::replaced);
    let found = sessions::table.find(session).select(hashes).first::<(String, String)>(connection).optional()?;
    // What cannot be read is none.
    Ok(found.map(|(newest, replaced)| (newest, serde_json::from_str(&replaced).unwrap_or_default())))
}

/// Puts another refresh token in the place of the newest.
pub fn rotate(tx: &mut Tx, session: &Session, refresh_hash: &Digest, replaced: &[Replaced]) -> Result<()> {
    diesel::update(sessions::table.find(session.id))
        .set((
            sessions::replaced.eq(serde_json::json!(replaced).to_string()),
            sessions::refresh_hash.eq(refresh_hash.as_str()),
            sessions::refreshed_at.eq(session.refreshed_at),
            sessions::expires_at.eq(session.expires_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Ends one session; `false` when it had ended before or does not exist.
pub fn end_session(tx: &mut Tx, session: SessionId, now: Timestamp) -> Result<bool> {
    let open = sessions::table.filter(sessions::id.eq(session)).filter(sessions::ended_at.is_null());
    Ok(diesel::update(open).set(sessions::ended_at.eq(now)).execute(&mut **tx)? > 0)
}

/// Ends all sessions of a user.
pub fn end_sessions(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<()> {
    let open = sessions::table.filter(sessions::user_id.eq(user)).filter(sessions::ended_at.is_null());
    diesel::update(open).set(sessions::ended_at.eq(now)).execute(&mut **tx)?;
    Ok(())
}

/// Sessions that are neither ended nor expired, newest first.
pub fn open_sessions(connection: &mut Conn, user: UserId, now: Timestamp) -> Result<Vec<Session>> {
    let rows = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::ended_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .order((sessions::created_at.desc(), sessions::id.desc()))
        .select(SESSION)
        .load::<SessionRow>(connection)?;
    Ok(rows.into_iter().map(session_from_row).collect())
}

type AppointmentRow = (String, String, Option<Timestamp>, Option<Timestamp>);

fn appointment_from_row((role, decree, from, until): AppointmentRow) -> Result<Appointment> {
    Ok(Appointment { role: stored_role(&role)?, decree, from, until })
}

/// All appointments of a user for a site (`None`: for the installation), in force or not, by role.
pub fn appointments(connection: &mut Conn, user: UserId, site: Option<SiteId>) -> Result<Vec<Appointment>> {
    let rows = memberships::table
        .filter(memberships::user_id.eq(user))
        .filter(memberships::scope.eq(scope_text(site)))
        .order(memberships::role)
        .select((memberships::role, memberships::decree, memberships::valid_from, memberships::valid_until))
        .load::<AppointmentRow>(connection)?;
    rows.into_iter().map(appointment_from_row).collect()
}

/// Puts these in the place of all appointments of a user for a site (`None`: for the installation).
pub fn replace_appointments(
    tx: &mut Tx,
    user: UserId,
    site: Option<SiteId>,
    appointments: &[Appointment],
    now: Timestamp,
) -> Result<()> {
    let scope = scope_text(site);
    let old = memberships::table.filter(memberships::user_id.eq(user)).filter(memberships::scope.eq(&scope));
    diesel::delete(old).execute(&mut **tx)?;
    for appointment in appointments {
        diesel::insert_into(memberships::table)
            .values((
                memberships::user_id.eq(user),
                memberships::scope.eq(&scope),
                memberships::role.eq(appointment.role.as_str()),
                memberships::decree.eq(&appointment.decree),
                memberships::valid_from.eq(appointment.from),
                memberships::valid_until.eq(appointment.until),
                memberships::created_at.eq(now),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Whether somebody administers the installation now.
pub fn is_administrator(connection: &mut Conn, user: UserId, now: Timestamp) -> Result<bool> {
    Ok(administrators(connection, now)?.contains(&user))
}

/// Whether somebody else does.
pub fn other_administrator(connection: &mut Conn, user: UserId, now: Timestamp) -> Result<bool> {
    Ok(administrators(connection, now)?.iter().any(|other| *other != user))
}

fn administrators(connection: &mut Conn, now: Timestamp) -> Result<Vec<UserId>> {
    let rows = memberships::table
        .inner_join(users::table)
        .filter(memberships::scope.eq(scope_text(None)))
        .filter(memberships::role.eq(Role::Admin.as_str()))
        .filter(users::disabled.eq(false))
        .select((users::id, memberships::valid_from, memberships::valid_until))
        .load::<(UserId, Option<Timestamp>, Option<Timestamp>)>(connection)?;
    Ok(rows.into_iter().filter(|(_, from, until)| in_force(*from, *until, now)).map(|(user, _, _)| user).collect())
}

/// Whoever has an appointment for a site (`None`: for the installation), in force or not, by address.
pub fn members(
    connection: &mut Conn,
    site: Option<SiteId>,
    limit: Limit,
    after: Option<&Cursor>,
) -> Result<Page<(User, Vec<Appointment>)>> {
    let here = memberships::table.filter(memberships::scope.eq(scope_text(site))).select(memberships::user_id);
    let mut query = users::table.filter(users::id.eq_any(here)).select(USER).into_boxed();
    if let Some(cursor) = after {
        query = query.filter(users::email.gt(cursor.key.clone()));
    }
    let rows = query.order(users::email).limit(limit.probe()).load::<UserRow>(connection)?;
    let mut members = Vec::with_capacity(rows.len());
    for user in rows.into_iter().map(user_from_row) {
        let appointments = appointments(connection, user.id, site)?;
        members.push((user, appointments));
    }
    Ok(Page::cut(members, limit, |(user, _)| Cursor { key: user.email.clone(), id: user.id.to_string() }))
}

/// Keys of sites by id: what appointments are shown with. The table is of a higher feature; it is read
/// here because whoever asks who they are wants names.
pub fn site_keys(connection: &mut Conn) -> Result<Vec<(SiteId, String)>> {
    Ok(sites::table.order(sites::key).select((sites::id, sites::key)).load(connection)?)
}

/// Every account with the roles that are in force.
pub fn roster(connection: &mut Conn, now: Timestamp) -> Result<Vec<RosterLine>> {
    let keys = site_keys(connection)?;
    let users = users::table.order(users::email).select(USER).load::<UserRow>(connection)?;
    let memberships = memberships::table
        .order((memberships::role, memberships::scope))
        .select((
            memberships::user_id,
            (memberships::scope, memberships::role, memberships::valid_from, memberships::valid_until),
        ))
        .load::<(UserId, MembershipRow)>(connection)?;
    let place = |scope: &str| keys.iter().find(|(id, _)| id.as_str() == scope).map(|(_, key)| format!("@{key}"));
    let line = |user: User| {
        let own = memberships.iter().filter(|(id, (_, _, from, until))| *id == user.id && in_force(*from, *until, now));
        let roles = own.map(|(_, (scope, role, _, _))| format!("{role}{}", place(scope).unwrap_or_default())).collect();
        RosterLine { email: user.email, name: user.name, disabled: user.disabled, roles }
    };
    Ok(users.into_iter().map(user_from_row).map(line).collect())
}

/// Puts a set-up link in force, and every other out of it.
pub fn replace_setup_link(tx: &mut Tx, hash: &Digest, now: Timestamp, expires_at: Timestamp) -> Result<()> {
    diesel::delete(setup_links::table).execute(&mut **tx)?;
    diesel::insert_into(setup_links::table)
        .values((
            setup_links::hash.eq(hash.as_str()),
            setup_links::created_at.eq(now),
            setup_links::expires_at.eq(expires_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Whether a set-up link is in force.
pub fn setup_link_holds(connection: &mut Conn, hash: &Digest, now: Timestamp) -> Result<bool> {
    let found = setup_links::table
        .find(hash.as_str())
        .filter(setup_links::used_at.is_null())
        .filter(setup_links::expires_at.gt(now))
        .select(setup_links::hash)
        .first::<String>(connection)
        .optional()?;
    Ok(found.is_some())
}

pub fn use_setup_link(tx: &mut Tx, hash: &Digest, now: Timestamp) -> Result<()> {
    diesel::update(setup_links::table.find(hash.as_str())).set(setup_links::used_at.eq(now)).execute(&mut **tx)?;
    Ok(())
}
