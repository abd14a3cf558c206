//! Notices, preferences and members in the database.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::model::{About, Chosen, Happening, Kind, Member, Notice, Preferences, Recipient, Way, When};
use crate::db::rows::insert_all;
use crate::db::schema::{incidents, memberships, notice_preferences, notices, sites, users};
use crate::db::{Conn, Tx};
use crate::identity::account::scope_text;
use crate::identity::model::in_force;
use crate::identity::{Role, UseCase as _, cases};
use crate::kernel::id::{CaseId, SecurityIncidentId, SiteId, UserId};
use crate::kernel::page::{Cursor, Limit, Page};
use crate::kernel::{Code, Error, Refusal, Result, Timestamp, Words};

/// Everybody with an appointment in force on a site, or for the whole installation, whose account is not disabled.
pub fn members(connection: &mut Conn, site: Option<SiteId>, now: Timestamp) -> Result<Vec<Member>> {
    type Row = (UserId, String, String, Option<Timestamp>, Option<Timestamp>);
    let mut scopes = vec![scope_text(None)];
    scopes.extend(site.map(|site| scope_text(Some(site))));
    let rows = memberships::table
        .inner_join(users::table)
        .filter(memberships::scope.eq_any(scopes))
        .filter(users::disabled.eq(false))
        .order(users::id)
        .select((users::id, users::email, memberships::role, memberships::valid_from, memberships::valid_until))
        .load::<Row>(connection)?;
    let mut members: BTreeMap<UserId, Member> = BTreeMap::new();
    for (user, email, role, from, until) in rows {
        if in_force(from, until, now) {
            let role = Role::parse(&role).map_err(|_| Error::broken("read a membership", format!("{role:?}")))?;
            members.entry(user).or_insert(Member { user, email, roles: Vec::new() }).roles.push(role);
        }
    }
    Ok(members.into_values().collect())
}

/// Writes what each of them is told of one event.
pub fn insert(
    tx: &mut Tx,
    happening: &Happening,
    recipients: &[Recipient],
    (event, now): (i64, Timestamp),
) -> Result<()> {
    let step = happening.step.as_ref().map(|step| serde_json::json!(step).to_string());
    let row = |one: &Recipient| {
        (
            notices::user_id.eq(one.user),
            notices::event.eq(event),
            notices::kind.eq(one.kind.as_str()),
            notices::waits.eq(one.waits),
            notices::site_id.eq(happening.site),
            notices::subject.eq(happening.subject.clone()),
            notices::title.eq(super::rules::title(&happening.title)),
            notices::actor_id.eq(happening.by),
            notices::said.eq(super::rules::said(&happening.said)),
            notices::step.eq(step.clone()),
            notices::at.eq(now),
        )
    };
    insert_all!(tx, notices::table, recipients.iter().map(row));
    Ok(())
}

type Row = (
    i64,
    String,
    bool,
    Option<String>,
    String,
    String,
    Option<String>,
    String,
    Option<String>,
    Timestamp,
    Option<Timestamp>,
);

fn from_row(row: Row) -> Result<Notice> {
    let (id, kind, waits, site, subject, title, by, said, step, at, read_at) = row;
    let kind = Kind::parse(&kind).ok_or_else(|| Error::broken("read a notice", format!("{kind:?} is no kind")))?;
    let step = step.and_then(|text| serde_json::from_str::<Words>(&text).ok());
    Ok(Notice { id, kind, waits, site, about: About::of(&subject), incident: None, title, by, said, step, at, read_at })
}

/// Which of somebody's notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    All,
    Unread,
    /// Unread ones that nothing by this way told of yet, of this time or later.
    Untold(Way, Timestamp),
}

/// Somebody's notices, newest first.
pub fn list(
    connection: &mut Conn,
    user: UserId,
    which: Which,
    (limit, after): (Limit, Option<&Cursor>),
) -> Result<Page<Notice>> {
    let mut query = notices::table
        .left_join(sites::table.on(notices::site_id.eq(sites::id.nullable())))
        .left_join(users::table.on(notices::actor_id.eq(users::id.nullable())))
        .filter(notices::user_id.eq(user))
        .select((
            notices::event,
            notices::kind,
            notices::waits,
            sites::key.nullable(),
            notices::subject,
            notices::title,
            users::name.nullable(),
            notices::said,
            notices::step,
            notices::at,
            notices::read_at,
        ))
        .into_boxed();
    query = match which {
        Which::All => query,
        Which::Unread => query.filter(notices::read_at.is_null()),
        Which::Untold(way, since) => {
            let query = query.filter(notices::read_at.is_null().and(notices::at.ge(since)));
            match way {
                Way::Mail => query.filter(notices::mailed_at.is_null()),
                Way::Telegram => query.filter(notices::messaged_at.is_null()),
            }
        }
    };
    if let Some(cursor) = after {
        let event: i64 = cursor.id.parse().map_err(|_| Refusal::new(Code::BadCursor))?;
        query = query.filter(notices::event.lt(event));
    }
    let rows = query.order(notices::event.desc()).limit(limit.probe()).load::<Row>(connection)?;
    let mut found = rows.into_iter().map(from_row).collect::<Result<Vec<_>>>()?;
    name_incidents(connection, user, &mut found)?;
    Ok(Page::cut(found, limit, |notice| Cursor { key: String::new(), id: notice.id.to_string() }))
}

/// Names the incidents of those cases that have one, to whoever may see incidents there: others are led to the case.
fn name_incidents(connection: &mut Conn, user: UserId, found: &mut [Notice]) -> Result<()> {
    let case = |notice: &Notice| match notice.about.kind.as_str() {
        "case" => CaseId::parse(&notice.about.id).ok(),
        _ => None,
    };
    let cases: Vec<CaseId> = found.iter().filter_map(case).collect();
    if cases.is_empty() {
        return Ok(());
    }
    let of_cases = incidents::table.filter(incidents::case_id.eq_any(cases));
    let columns = (incidents::case_id, incidents::id, incidents::site_id);
    let rows = of_cases.select(columns).load::<(CaseId, SecurityIncidentId, Option<SiteId>)>(connection)?;
    if rows.is_empty() {
        return Ok(());
    }
    let seeing: Vec<&str> = cases::SeeIncidents::ROLES.iter().map(|role| role.as_str()).collect();
    let held = memberships::table.filter(memberships::user_id.eq(user).and(memberships::role.eq_any(seeing)));
    let scopes = held.select(memberships::scope).load::<String>(connection)?;
    let sees = |site: Option<SiteId>| [None, site].iter().any(|site| scopes.contains(&scope_text(*site)));
    let rows = rows.into_iter().filter(|(_, _, site)| sees(*site)).map(|(case, incident, _)| (case, incident));
    let incidents: BTreeMap<CaseId, SecurityIncidentId> = rows.collect();
    for notice in found {
        notice.incident = case(notice).and_then(|case| incidents.get(&case).copied());
    }
    Ok(())
}

pub fn unread(connection: &mut Conn, user: UserId) -> Result<i64> {
    let mine = notices::table.filter(notices::user_id.eq(user).and(notices::read_at.is_null()));
    Ok(mine.count().get_result(connection)?)
}

/// Marks one as read; `false` when there is none such. Reading twice changes nothing.
pub fn read_one(tx: &mut Tx, user: UserId, event: i64, now: Timestamp) -> Result<bool> {
    let one = notices::table.find((user, event));
    if one.select(notices::event).first::<i64>(&mut **tx).optional()?.is_none() {
        return Ok(false);
    }
    let unread = notices::table.filter(notices::user_id.eq(user).and(notices::event.eq(event)));
    let unread = unread.filter(notices::read_at.is_null());
    diesel::update(unread).set(notices::read_at.eq(now)).execute(&mut **tx)?;
    Ok(true)
}

/// Marks all up to and with one as read.
pub fn read_until(tx: &mut Tx, user: UserId, event: i64, now: Timestamp) -> Result<()> {
    let unread = notices::table.filter(notices::user_id.eq(user).and(notices::event.le(event)));
    let unread = unread.filter(notices::read_at.is_null());
    diesel::update(unread).set(notices::read_at.eq(now)).execute(&mut **tx)?;
    Ok(())
}

/// Notes of which of somebody's notices they were written to by one way.
pub fn set_told(tx: &mut Tx, (user, way): (UserId, Way), events: &[i64], now: Timestamp) -> Result<()> {
    let told = notices::table.filter(notices::user_id.eq(user).and(notices::event.eq_any(events)));
    match way {
        Way::Mail => diesel::update(told).set(notices::mailed_at.eq(now)).execute(&mut **tx)?,
        Way::Telegram => diesel::update(told).set(notices::messaged_at.eq(now)).execute(&mut **tx)?,
    };
    Ok(())
}

/// Whoever was told of something after an event.
pub fn told_since(connection: &mut Conn, event: i64) -> Result<Vec<UserId>> {
    Ok(notices::table.filter(notices::event.gt(event)).select(notices::user_id).distinct().load(connection)?)
}

/// Removes what was told before; says how many.
pub fn forget(tx: &mut Tx, before: Timestamp) -> Result<usize> {
    Ok(diesel::delete(notices::table.filter(notices::at.lt(before))).execute(&mut **tx)?)
}

/// What somebody chose, or what holds where they chose nothing.
pub fn preferences(connection: &mut Conn, user: UserId) -> Result<Preferences> {
    let row = notice_preferences::table
        .find(user)
        .select((
            notice_preferences::mail,
            notice_preferences::telegram,
            notice_preferences::telegram_chat,
            notice_preferences::digest_hour,
            notice_preferences::version,
        ))
        .first::<(String, String, Option<String>, i32, i32)>(connection)
        .optional()?;
    let Some((mail, telegram, telegram_chat, digest_hour, version)) = row else { return Ok(Preferences::default()) };
    let broken = || Error::broken("read preferences", format!("{mail:?} or {telegram:?} is no choice"));
    let (mail, telegram) = When::parse(&mail).zip(When::parse(&telegram)).ok_or_else(broken)?;
    Ok(Preferences { chosen: Chosen { mail, telegram, telegram_chat, digest_hour }, version })
}

pub fn save_preferences(tx: &mut Tx, user: UserId, wanted: &Preferences, now: Timestamp) -> Result<()> {
    let values = (
        notice_preferences::mail.eq(wanted.chosen.mail.as_str()),
        notice_preferences::telegram.eq(wanted.chosen.telegram.as_str()),
        notice_preferences::telegram_chat.eq(&wanted.chosen.telegram_chat),
        notice_preferences::digest_hour.eq(wanted.chosen.digest_hour),
        notice_preferences::version.eq(wanted.version),
        notice_preferences::updated_at.eq(now),
    );
    let changed = diesel::update(notice_preferences::table.find(user)).set(values).execute(&mut **tx)?;
    if changed == 0 {
        diesel::insert_into(notice_preferences::table)
            .values((notice_preferences::user_id.eq(user), values))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// The events of which somebody has neither read nor been written to by one way, of this time or later.
pub fn untold(connection: &mut Conn, (user, way): (UserId, Way), since: Timestamp) -> Result<Vec<i64>> {
    let mine = notices::table.filter(notices::user_id.eq(user).and(notices::at.ge(since)));
    let unread = mine.filter(notices::read_at.is_null()).select(notices::event);
    Ok(match way {
        Way::Mail => unread.filter(notices::mailed_at.is_null()).load(connection)?,
        Way::Telegram => unread.filter(notices::messaged_at.is_null()).load(connection)?,
    })
}
