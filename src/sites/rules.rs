//! What makes a site's key, host names, zone and locales good.

use super::model::Site;
use crate::kernel::time;
use crate::kernel::{FieldRefusal, Locale, Slug};

/// A key is a part of host names (`<key>.localhost`), which have at most 63 letters.
const KEY_BYTES_MAX: usize = 40;
const NAME_LETTERS_MAX: usize = 120;
const HOSTS_MAX: usize = 20;
const HOST_BYTES_MAX: usize = 253;
const LOCALES_MAX: usize = 20;
/// Names that the server keeps for addresses of its own.
const RESERVED_KEYS: &[&str] = &["api", "delivery", "admin", "staging", "docs"];

/// What shall be set; what is absent stays, or is the default for a new site.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub key: Option<String>,
    pub name: Option<String>,
    pub hosts: Option<Vec<String>>,
    pub zone: Option<String>,
    pub locales: Option<Vec<String>>,
    /// Absent with `locales` given: stays if it is among them, else the first of them.
    pub default_locale: Option<String>,
}

/// The site as wanted; or every field that breaks a rule. Host names are folded to lower case.
pub fn apply(site: &Site, wanted: &Wanted) -> Result<Site, Vec<FieldRefusal>> {
    let mut wrong = Vec::new();
    let mut changed = site.clone();
    if let Some(key) = &wanted.key {
        check_key(key, &mut wrong);
        changed.key = key.clone();
    }
    if let Some(name) = &wanted.name {
        changed.name = name.trim().to_owned();
        check_name(&changed.name, &mut wrong);
    }
    if let Some(hosts) = &wanted.hosts {
        changed.hosts = hosts.iter().map(|host| host.trim().trim_end_matches('.').to_ascii_lowercase()).collect();
        check_hosts(&changed.hosts, &mut wrong);
    }
    if let Some(zone) = &wanted.zone {
        if time::zone(zone).is_err() {
            wrong.push(flaw("zone", "not_a_zone", "such as Asia/Makassar"));
        }
        changed.zone = zone.clone();
    }
    apply_locales(&mut changed, wanted, &mut wrong);
    if wrong.is_empty() { Ok(changed) } else { Err(wrong) }
}

fn flaw(field: impl Into<String>, code: &str, detail: impl Into<String>) -> FieldRefusal {
    FieldRefusal { field: field.into(), code: code.into(), detail: detail.into() }
}

fn check_key(key: &str, wrong: &mut Vec<FieldRefusal>) {
    if Slug::parse(key).is_err() || key.len() > KEY_BYTES_MAX {
        let rule = format!("1 to {KEY_BYTES_MAX} of a-z, 0-9 and single hyphens between them");
        wrong.push(flaw("key", "not_a_slug", rule));
    } else if RESERVED_KEYS.contains(&key) {
        wrong.push(flaw("key", "reserved", format!("none of {}", RESERVED_KEYS.join(", "))));
    }
}

fn check_name(name: &str, wrong: &mut Vec<FieldRefusal>) {
    if name.is_empty() {
        wrong.push(flaw("name", "required", "a name is needed"));
    } else if name.chars().count() > NAME_LETTERS_MAX {
        wrong.push(flaw("name", "too_long", format!("at most {NAME_LETTERS_MAX} letters")));
    } else if name.chars().any(char::is_control) {
        wrong.push(flaw("name", "control_character", "no line breaks or control characters"));
    }
}

fn check_hosts(hosts: &[String], wrong: &mut Vec<FieldRefusal>) {
    if hosts.len() > HOSTS_MAX {
        wrong.push(flaw("hosts", "too_many", format!("at most {HOSTS_MAX}")));
    }
    for (at, host) in hosts.iter().enumerate() {
        let field = format!("hosts[{at}]");
        if !is_host(host) {
            wrong.push(flaw(field, "not_a_host", "a host name without a port, such as www.example.go.id"));
        } else if host == "localhost" || host.ends_with(".localhost") {
            wrong.push(flaw(field, "reserved", "a site has <key>.localhost by itself"));
        } else if hosts[..at].contains(host) {
            wrong.push(flaw(field, "repeated", "each host once"));
        }
    }
}

/// Labels of letters, digits and hyphens; the last one not a number, or it would be an address.
fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        let letters = label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        (1..=63).contains(&label.len()) && letters && !label.starts_with('-') && !label.ends_with('-')
    };
    let last_is_name = host.rsplit('.').next().is_some_and(|last| !last.bytes().all(|b| b.is_ascii_digit()));
    host.len() <= HOST_BYTES_MAX && host.split('.').all(label) && last_is_name
}

fn apply_locales(site: &mut Site, wanted: &Wanted, wrong: &mut Vec<FieldRefusal>) {
    let not_a_locale = |field: String| flaw(field, "not_a_locale", "such as id, en or zh-Hans");
    if let Some(texts) = &wanted.locales {
        if texts.is_empty() || texts.len() > LOCALES_MAX {
            wrong.push(flaw("locales", "wrong_number", format!("1 to {LOCALES_MAX}")));
        }
        let mut locales = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            match Locale::parse(text) {
                Err(_) => wrong.push(not_a_locale(format!("locales[{at}]"))),
                Ok(locale) if locales.contains(&locale) => {
                    wrong.push(flaw(format!("locales[{at}]"), "repeated", "each locale once"));
                }
                Ok(locale) => locales.push(locale),
            }
        }
        if let Some(first) = locales.first().filter(|_| !locales.contains(&site.default_locale)) {
            site.default_locale = first.clone();
        }
        site.locales = locales;
    }
    if let Some(text) = &wanted.default_locale {
        match Locale::parse(text) {
            Err(_) => wrong.push(not_a_locale("default_locale".into())),
            Ok(locale) if !site.locales.contains(&locale) => {
                wrong.push(flaw("default_locale", "not_among_locales", "it must be one of the site's locales"));
            }
            Ok(locale) => site.default_locale = locale,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Timestamp;
    use crate::kernel::id::SiteId;

    fn site() -> Site {
        let now = Timestamp::from_micros(0);
        Site {
            id: SiteId::new(now, [1; 10]),
            key: "portal".into(),
            name: "Portal".into(),
            hosts: Vec::new(),
            zone: "Asia/Makassar".into(),
            locales: vec![Locale::indonesian()],
            default_locale: Locale::indonesian(),
            live_sequence: 3,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    fn texts(texts: &[&str]) -> Option<Vec<String>> {
        Some(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    fn fields(wanted: &Wanted) -> Vec<(String, String)> {
        let wrong = apply(&site(), wanted).err().unwrap_or_default();
        wrong.into_iter().map(|flaw| (flaw.field, flaw.code)).collect()
    }

    fn pair(field: &str, code: &str) -> (String, String) {
        (field.into(), code.into())
    }

    #[test]
    fn every_wrong_field_is_told_at_once() {
        let wanted = Wanted {
            key: Some("Portal!".into()),
            name: Some("  ".into()),
            hosts: texts(&["www.example.go.id", "WWW.example.go.id", "10.0.0.1", "a.localhost", "x:80"]),
            zone: Some("Asia/Atlantis".into()),
            locales: texts(&["id", "id", "english"]),
            default_locale: Some("en".into()),
        };
        let expected = [
            pair("key", "not_a_slug"),
            pair("name", "required"),
            pair("hosts[1]", "repeated"),
            pair("hosts[2]", "not_a_host"),
            pair("hosts[3]", "reserved"),
            pair("hosts[4]", "not_a_host"),
            pair("zone", "not_a_zone"),
            pair("locales[1]", "repeated"),
            pair("locales[2]", "not_a_locale"),
            pair("default_locale", "not_among_locales"),
        ];
        assert_eq!(fields(&wanted), expected);
    }

    #[test]
    fn reserved_keys_are_nobodys() {
        for key in RESERVED_KEYS {
            let wanted = Wanted { key: Some((*key).into()), ..Wanted::default() };
            assert_eq!(fields(&wanted), [pair("key", "reserved")]);
        }
    }

    #[test]
    fn what_is_absent_stays_and_the_default_locale_follows_the_locales() {
        assert_eq!(apply(&site(), &Wanted::default()).unwrap(), site());
        let wanted =
            Wanted { locales: texts(&["en", "bjn"]), hosts: texts(&["Portal.Example.go.id."]), ..Wanted::default() };
        let changed = apply(&site(), &wanted).unwrap();
        assert_eq!(changed.default_locale.as_str(), "en");
        assert_eq!(changed.hosts, ["portal.example.go.id"]);
    }
}
