//! What an entry is before its content is read: type, locale, slug, dates, and how others find it.

use jiff::tz::TimeZone;

use super::dates::Moment;
use super::front::Parted;
use super::keys::{Keys, texts};
use super::layout::{Grounds, Place};
use super::links::has_scheme;
use crate::import::ProblemCode;
use crate::import::model::Finding;
use crate::kernel::{Locale, Slug, Timestamp};

/// What a file will be.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    pub type_key: String,
    pub locale: Locale,
    pub slug: Slug,
    /// The folder, for files whose folder names no type.
    pub folder_category: Option<String>,
    pub draft: bool,
    pub date: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    /// Former addresses with a slash before and behind, each with its line.
    pub aliases: Vec<(String, u32)>,
    /// By these names the translations of an entry find one another.
    pub names: Vec<String>,
    pub former_address: String,
}

/// The site's side of it.
#[derive(Clone, Copy)]
pub struct Ground<'g> {
    pub grounds: Grounds<'g>,
    pub default_locale: &'g Locale,
    pub zone: &'g TimeZone,
}

/// Takes the keys that say what a file is. `is_field` tells whether its type has a field of that name,
/// which then keeps its key. An error means that the file cannot become an entry.
pub fn take(
    keys: &mut Keys,
    parted: &Parted,
    place: &Place,
    ground: Ground,
    is_field: &dyn Fn(&str) -> bool,
) -> Result<(Identity, Vec<Finding>), Finding> {
    let mut findings = Vec::new();
    let locale = locale(keys, parted, place, ground)?;
    let (former_path, slug) = slug(keys, parted, place, is_field, &mut findings)?;
    let date = date(keys, parted, "date", ground.zone, &mut findings);
    let date = date.or_else(|| place.date.as_deref().and_then(Moment::read)?.instant(ground.zone));
    let updated = date_of_change(keys, parted, ground.zone, &mut findings);
    let draft = keys.take("draft").is_some_and(|value| value == true || value.as_str() == Some("true"));
    let names = names(keys, place, &slug, &mut findings, parted);
    let mut aliases = aliases(keys, parted, place, &mut findings);
    aliases.extend(former_path);
    let identity = Identity {
        type_key: place.type_key.clone(),
        locale,
        slug,
        folder_category: place.category.clone(),
        draft,
        date,
        updated,
        aliases,
        names,
        former_address: place.former_address.clone(),
    };
    Ok((identity, findings))
}

fn locale(keys: &mut Keys, parted: &Parted, place: &Place, ground: Ground) -> Result<Locale, Finding> {
    let Some(said) = keys.take_text(&["lang"]) else {
        return Ok(place.locale.clone().unwrap_or_else(|| ground.default_locale.clone()));
    };
    let known = ground.grounds.locales.iter().find(|locale| locale.as_str().eq_ignore_ascii_case(&said));
    known.cloned().ok_or_else(|| {
        let text = format!("the site has no locale {said:?}");
        Finding::error(parted.line_of("lang"), ProblemCode::UnknownLocale, text)
    })
}

type FormerPath = Option<(String, u32)>;

fn slug(
    keys: &mut Keys,
    parted: &Parted,
    place: &Place,
    is_field: &dyn Fn(&str) -> bool,
    findings: &mut Vec<Finding>,
) -> Result<(FormerPath, Slug), Finding> {
    let is_path = |key: &str| {
        let text = keys.get(key).and_then(|value| value.as_str());
        text.is_some_and(|text| !has_scheme(text)) && !is_field(key)
    };
    let named = ["path", "url"].into_iter().find(|key| is_path(key));
    let former = named.and_then(|key| {
        let path = keys.take_text(&[key])?;
        Some((address(&path)?, parted.line_of(key)))
    });
    if let Some(said) = keys.take_text(&["slug"]) {
        let slug = match Slug::parse(&said) {
            Ok(slug) => slug,
            Err(_) => {
                let line = parted.line_of("slug");
                let slug = Slug::from_title(&said).ok_or_else(|| {
                    Finding::error(line, ProblemCode::EntryRefused, format!("{said:?} gives no slug"))
                })?;
                let text = format!("the slug {said:?} became {:?}", slug.as_str());
                findings.push(Finding::warning(line, ProblemCode::SlugChanged, text));
                slug
            }
        };
        return Ok((former, slug));
    }
    let from_path = former.as_ref().and_then(|(path, _)| {
        let last = path.trim_matches('/').rsplit('/').next()?;
        Slug::from_title(last.trim_end_matches(".html").trim_end_matches(".htm"))
    });
    let title = || keys.get("title").and_then(|value| value.as_str()).and_then(Slug::from_title);
    let slug = from_path.or_else(|| Slug::from_title(&place.stem)).or_else(title);
    let refused = || Finding::error(1, ProblemCode::EntryRefused, "neither name nor title gives a slug");
    Ok((former, slug.ok_or_else(refused)?))
}

fn date(
    keys: &mut Keys,
    parted: &Parted,
    key: &str,
    zone: &TimeZone,
    findings: &mut Vec<Finding>,
) -> Option<Timestamp> {
    let said = keys.take_text(&[key])?;
    let read = Moment::read(&said).and_then(|moment| moment.instant(zone));
    if read.is_none() {
        let text = format!("{said:?} is no date such as 2026-11-21 or 2026-11-21T08:00:00+08:00");
        findings.push(Finding::warning(parted.line_of(key), ProblemCode::BadDate, text));
    }
    read
}

fn date_of_change(keys: &mut Keys, parted: &Parted, zone: &TimeZone, findings: &mut Vec<Finding>) -> Option<Timestamp> {
    let (updated, lastmod) =
        (date(keys, parted, "updated", zone, findings), date(keys, parted, "lastmod", zone, findings));
    updated.or(lastmod)
}

/// Names with a prefix each, so that a path is never taken for a slug.
fn names(keys: &mut Keys, place: &Place, slug: &Slug, findings: &mut Vec<Finding>, parted: &Parted) -> Vec<String> {
    let mut names = vec![format!("slug:{}/{slug}", place.type_key), format!("path:{}", place.pair)];
    if let Some(said) = keys.take_text(&["translation_of"]) {
        match said.trim_matches('/').split_once('/') {
            Some((type_key, slug)) if !slug.contains('/') => names.push(format!("slug:{type_key}/{slug}")),
            Some(_) | None => {
                let text = format!("{said:?} is not <type>/<slug>");
                let line = parted.line_of("translation_of");
                findings.push(Finding::warning(line, ProblemCode::TranslationUnclear, text));
            }
        }
    }
    names.extend(keys.take_text(&["translationkey"]).map(|key| format!("key:{key}")));
    names
}

fn aliases(keys: &mut Keys, parted: &Parted, place: &Place, findings: &mut Vec<Finding>) -> Vec<(String, u32)> {
    let said = match keys.take("aliases") {
        Some(serde_json::Value::String(one)) => vec![one],
        Some(value) => texts(&value),
        None => Vec::new(),
    };
    let folder = place.former_address.trim_end_matches('/').rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut aliases = Vec::new();
    for alias in said {
        let line = line_of_text(parted, &alias);
        let relative = alias.starts_with("./") || alias.starts_with("../");
        let read = if relative { relative_address(folder, &alias) } else { address(&alias) };
        match read {
            Some(path) => aliases.push((path, line)),
            None => {
                let text = format!("{alias:?} is no address of this site");
                findings.push(Finding::warning(line, ProblemCode::AliasInvalid, text));
            }
        }
    }
    aliases
}

fn line_of_text(parted: &Parted, text: &str) -> u32 {
    let at = parted.source.lines().position(|line| line.contains(text));
    at.map_or_else(|| parted.line_of("aliases"), |at| parted.source_line.saturating_add(u32::try_from(at).unwrap_or(0)))
}

/// `/lama/` for `lama`, `/lama`, `lama/` and `/lama/index.html`; `/lama.html` stays.
fn address(written: &str) -> Option<String> {
    let written = written.trim();
    if has_scheme(written) || written.starts_with("//") || written.contains(['?', '#', ' ', '\\', '\n', '\t']) {
        return None;
    }
    let path = written.trim_start_matches('/');
    let path = path.strip_suffix("index.html").unwrap_or(path).trim_end_matches('/');
    let fits = !path.is_empty() && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    let is_file = path.rsplit('/').next().is_some_and(|last| last.ends_with(".html") || last.ends_with(".htm"));
    fits.then(|| if is_file { format!("/{path}") } else { format!("/{path}/") })
}

fn relative_address(folder: &str, written: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    address(&parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::front::part;
    use super::super::layout::{Part, place};
    use super::*;
    use crate::kernel::time::zone;

    fn read(path: &str, text: &str) -> Result<(Identity, Vec<Finding>), Finding> {
        let locales = ["id", "en"].map(|text| Locale::parse(text).unwrap());
        let types = ["berita", "layanan"].map(str::to_owned);
        let grounds = Grounds { locales: &locales, types: &types };
        let zone = zone("Asia/Makassar").unwrap();
        let ground = Ground { grounds, default_locale: &locales[0], zone: &zone };
        let Part::Page(place) = place(path, grounds) else { panic!("{path} is a page") };
        let parted = part(text).unwrap();
        let is_field = |key: &str| place.type_key == "layanan" && key == "url";
        take(&mut Keys::read(parted.values.clone()), &parted, &place, ground, &is_field)
    }

    fn identity(path: &str, text: &str) -> Identity {
        read(path, text).unwrap().0
    }

    #[test]
    fn a_slug_is_written_or_comes_from_path_or_name() {
        let slug = |path, text| identity(path, text).slug.as_str().to_owned();
        assert_eq!(slug("berita/a.md", "+++\nslug = \"b\"\n+++\n"), "b");
        assert_eq!(slug("berita/a.md", "---\nurl: /lama/c.html\n---\n"), "c");
        assert_eq!(slug("berita/2026-01-02-Rapat Kerja.md", ""), "rapat-kerja");
        assert_eq!(slug("berita/…/index.md", "---\ntitle: Judul\n---\n"), "judul");
        let (changed, findings) = read("berita/a.md", "---\nslug: Rapat Kerja\n---\n").unwrap();
        assert_eq!(
            (changed.slug.as_str(), findings[0].code, findings[0].line),
            ("rapat-kerja", ProblemCode::SlugChanged, 2)
        );
    }

    #[test]
    fn an_address_that_was_written_is_a_former_one_but_a_field_is_a_field() {
        assert_eq!(identity("berita/a.md", "---\nurl: /lama/c.html\n---\n").aliases, [("/lama/c.html".to_owned(), 2)]);
        assert!(identity("layanan/a.md", "---\nurl: /lama/\n---\n").aliases.is_empty());
        assert!(identity("berita/a.md", "---\nurl: https://x.example/\n---\n").aliases.is_empty());
    }

    #[test]
    fn aliases_have_slashes_around_and_bad_ones_are_told() {
        let text = "---\naliases:\n  - lama\n  - /lebih/lama/index.html\n  - ../sini\n  - https://x.example/\n---\n";
        let (identity, findings) = read("berita/a.md", text).unwrap();
        let wanted = [("/lama/", 3), ("/lebih/lama/", 4), ("/sini/", 5)].map(|(path, line)| (path.to_owned(), line));
        assert_eq!(identity.aliases, wanted);
        assert_eq!((findings[0].code, findings[0].line), (ProblemCode::AliasInvalid, 6));
    }

    #[test]
    fn the_locale_is_written_or_comes_from_the_path() {
        assert_eq!(identity("berita/a.en.md", "").locale.as_str(), "en");
        assert_eq!(identity("berita/a.md", "---\nlang: EN\n---\n").locale.as_str(), "en");
        assert_eq!(identity("berita/a.md", "").locale.as_str(), "id");
        let refused = read("berita/a.md", "---\ntitle: A\nlang: fr\n---\n").unwrap_err();
        assert_eq!((refused.code, refused.line), (ProblemCode::UnknownLocale, 3));
    }

    #[test]
    fn translations_have_a_name_in_common() {
        let id = identity("berita/rapat.md", "");
        let en = identity("en/berita/meeting.md", "---\ntranslation_of: berita/rapat\n---\n");
        let ms = identity("berita/rapat.en.md", "---\nslug: lain\n---\n");
        assert!(en.names.iter().any(|name| id.names.contains(name)));
        assert!(ms.names.iter().any(|name| id.names.contains(name)));
    }

    #[test]
    fn a_date_that_is_none_is_told_and_the_name_helps() {
        let (identity, findings) =
            read("berita/2026-01-02-a.md", "---\ndate: kemarin\nlastmod: 2026-02-03\n---\n").unwrap();
        assert_eq!(identity.date.map(|at| at.to_string()).as_deref(), Some("2026-01-01T16:00:00Z"));
        assert_eq!(identity.updated.map(|at| at.to_string()).as_deref(), Some("2026-02-02T16:00:00Z"));
        assert_eq!((findings[0].code, findings[0].line), (ProblemCode::BadDate, 2));
    }
}
