//! Themes of sites in the database.

use diesel::prelude::*;
use serde_json::{Map, Value};

use super::model::{SiteTheme, ThemeState};
use crate::db::schema::{live_entries, revisions, site_themes};
use crate::db::{Conn, Tx};
use crate::kernel::id::{SiteId, ThemeId, UserId};
use crate::kernel::{Context, Digest, Error, Locale, Result, Timestamp};

/// The type and the field that hold what a site chooses.
const SETTINGS_TYPE: &str = "pengaturan";
const SETTINGS_FIELD: &str = "theme_settings";

type Row = (
    ThemeId,
    SiteId,
    String,
    Digest,
    String,
    String,
    Option<UserId>,
    Timestamp,
    Option<UserId>,
    Option<Timestamp>,
    String,
);

fn from_row(row: Row) -> Result<SiteTheme> {
    let (id, site, name, digest, state, note, proposed_by, proposed_at, decided_by, decided_at, reason) = row;
    let state = ThemeState::parse(&state)
        .ok_or_else(|| Error::broken("read a site's theme", format!("the state {state:?}")))?;
    Ok(SiteTheme { id, site, name, digest, state, note, proposed_by, proposed_at, decided_by, decided_at, reason })
}

/// The theme of a site that is in this state; there is at most one that is live and one that is proposed.
pub fn in_state(connection: &mut Conn, site: SiteId, state: ThemeState) -> Result<Option<SiteTheme>> {
    let row = site_themes::table
        .filter(site_themes::site_id.eq(site).and(site_themes::state.eq(state.as_str())))
        .select(site_themes::all_columns)
        .first::<Row>(connection)
        .optional()?;
    row.map(from_row).transpose()
}

pub fn insert(tx: &mut Tx, theme: &SiteTheme) -> Result<()> {
    diesel::insert_into(site_themes::table)
        .values((
            site_themes::id.eq(theme.id),
            site_themes::site_id.eq(theme.site),
            site_themes::name.eq(&theme.name),
            site_themes::digest.eq(theme.digest),
            site_themes::state.eq(theme.state.as_str()),
            site_themes::note.eq(&theme.note),
            site_themes::proposed_by.eq(theme.proposed_by),
            site_themes::proposed_at.eq(theme.proposed_at),
            site_themes::decided_by.eq(theme.decided_by),
            site_themes::decided_at.eq(theme.decided_at),
            site_themes::reason.eq(&theme.reason),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Has whatever of a site is in the one state be in the other.
pub fn move_on(tx: &mut Tx, site: SiteId, from: ThemeState, to: ThemeState) -> Result<()> {
    diesel::update(site_themes::table.filter(site_themes::site_id.eq(site).and(site_themes::state.eq(from.as_str()))))
        .set(site_themes::state.eq(to.as_str()))
        .execute(&mut **tx)?;
    Ok(())
}

/// Stores what was decided of a theme.
pub fn decide(tx: &mut Tx, theme: &SiteTheme) -> Result<()> {
    diesel::update(site_themes::table.find(theme.id))
        .set((
            site_themes::state.eq(theme.state.as_str()),
            site_themes::decided_by.eq(theme.decided_by),
            site_themes::decided_at.eq(theme.decided_at),
            site_themes::reason.eq(&theme.reason),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The digests of all themes that were ever proposed or live.
pub fn digests(connection: &mut Conn) -> Result<Vec<Digest>> {
    Ok(site_themes::table.select(site_themes::digest).distinct().load(connection)?)
}

/// What the live settings of a site choose of what its theme lets it choose, by language.
pub fn chosen(connection: &mut Conn, site: SiteId) -> Result<Vec<(Locale, Map<String, Value>)>> {
    #[derive(serde::Deserialize)]
    struct Body {
        fields: Map<String, Value>,
    }
    let of_type = live_entries::site_id.eq(site).and(live_entries::type_key.eq(SETTINGS_TYPE));
    let rows: Vec<(Locale, String)> = live_entries::table
        .inner_join(revisions::table.on(revisions::entry_id.eq(live_entries::entry_id)))
        .filter(of_type.and(revisions::number.eq(live_entries::revision)))
        .order(live_entries::locale)
        .select((live_entries::locale, revisions::body))
        .load(connection)?;
    let read = |(locale, body): (Locale, String)| {
        let mut body: Body = serde_json::from_str(&body).context("read the settings of a site")?;
        match body.fields.remove(SETTINGS_FIELD) {
            Some(Value::Object(chosen)) => Ok((locale, chosen)),
            _ => Ok((locale, Map::new())),
        }
    };
    rows.into_iter().map(read).collect()
}
