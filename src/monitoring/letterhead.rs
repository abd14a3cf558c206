//! Whose report it is: the office that runs this installation, by the settings of its own site.

use serde_json::Value;

use crate::app::App;
use crate::config::Config;
use crate::content::{live, store as content};
use crate::db::Conn;
use crate::delivery::rules::SETTINGS_TYPE;
use crate::kernel::{Digest, Result};
use crate::media;
use crate::reports::Picture;
use crate::sites;

/// Kinds of pictures that reports can hold, with the endings of their names.
const PICTURES: &[(&str, &str)] = &[
    ("image/png", "png"),
    ("image/jpeg", "jpg"),
    ("image/svg+xml", "svg"),
    ("image/webp", "webp"),
    ("image/gif", "gif"),
];

/// The head of an official letter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Letterhead {
    pub name: String,
    pub address: String,
    pub contact: String,
    /// With the ending of its name.
    pub seal: Option<(Digest, &'static str)>,
}

/// Of the default site, or else of the first; empty where there is none yet.
pub fn of_installation(connection: &mut Conn, config: &Config) -> Result<Letterhead> {
    let named = sites::store::find_by_key(connection, &config.default_site)?;
    let site = match named {
        Some(site) => Some(site),
        None => sites::store::list(connection)?.into_iter().next(),
    };
    let Some(site) = site else { return Ok(Letterhead::default()) };
    let entries = live::list_of_type(connection, site.id, SETTINGS_TYPE)?;
    let own = entries.iter().find(|entry| entry.locale == site.default_locale).or(entries.first());
    let Some(entry) = own else { return Ok(Letterhead { name: site.name, ..Letterhead::default() }) };
    let fields = content::content(connection, entry.entry_id, entry.revision)?.fields;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let seal = match Digest::parse(&text("seal")) {
        Some(digest) => media::store::find(connection, site.id, &digest)?,
        None => None,
    };
    let ending = |kind: &str| PICTURES.iter().find(|(known, _)| *known == kind).map(|(_, ending)| *ending);
    let contact =
        [text("phone"), text("email")].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    Ok(Letterhead {
        name: text("title"),
        address: text("address"),
        contact,
        seal: seal.and_then(|asset| Some((asset.digest, ending(&asset.media_type)?))),
    })
}

impl Letterhead {
    /// The seal as a report places it.
    pub fn picture(&self, app: &App) -> Result<Option<Picture>> {
        let Some((digest, ending)) = self.seal else { return Ok(None) };
        Ok(app.storage.get(&digest)?.map(|bytes| Picture { name: format!("seal.{ending}"), bytes }))
    }
}
