//! Links: those that lead nowhere, within the site or on other hosts, and those that lead to gambling.

use crate::content::checks::external;
use crate::content::checks::model::{Around, Check, Finding};
use crate::content::checks::reading::Part;
use crate::content::markdown::outline::Named;
use crate::content::model::FieldKind;
use crate::kernel::Slug;
use crate::threats;

/// Pages at the root of a site that are no entries.
const MADE: &[&str] =
    &["arsip", "cari", "kategori", "koreksi", "media", "page", "peta-situs", "tag", "theme", "preview"];

pub fn look(part: &Part<'_>, around: &Around, found: &mut Vec<Finding>) {
    for link in part.outline.links.iter().chain(&part.outline.pictures) {
        if of_site(&link.to, &around.hosts).is_some_and(|path| around.missing.contains(&path)) {
            found.push(Finding::new(Check::BrokenLink, part.at(link.at.start), &link.to));
        }
        found.extend(gone(part, link, around));
        if threats::is_gambling_address(&link.to) {
            found.push(Finding::new(Check::Gambling, part.at(link.at.start), &link.to));
        }
    }
    if !matches!(part.field.kind, FieldKind::Markdown | FieldKind::Text) {
        return;
    }
    for piece in &part.outline.pieces {
        for offer in threats::promotions(&piece.text) {
            found.push(Finding::new(Check::Gambling, part.at(piece.place(offer.start)), &piece.text[offer]));
        }
    }
}

/// A link to another host that is broken, with what its address said and when, as both languages write that.
fn gone(part: &Part<'_>, link: &Named, around: &Around) -> Option<Finding> {
    if around.external.broken.is_empty() {
        return None;
    }
    let address = external::rules::outside(&link.to, &around.hosts)?;
    let answer = around.external.broken.get(&address.url)?;
    let asked = answer.asked_at.in_zone(&around.zone);
    let finding = Finding::new(Check::ExternalLink, part.at(link.at.start), &link.to).saying(answer.said.to_string());
    let (date, time) = (asked.strftime("%d-%m-%Y pukul %H.%M"), asked.strftime("%Y-%m-%d at %H:%M"));
    Some(finding.saying(date.to_string()).saying(time.to_string()))
}

/// The path of an address on the site, without query and anchor: `/berita/x/`. `None` for another host, an anchor, a file.
pub fn of_site(address: &str, hosts: &[String]) -> Option<String> {
    let address = address.trim();
    let path = match threats::host_of(address) {
        Some(host) => {
            let own = hosts.contains(&host);
            let rest = address.split_once("//").filter(|_| own)?.1;
            rest.find('/').map_or("/", |at| &rest[at..])
        }
        None if address.starts_with('/') => address,
        None => return None,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    if last.contains('.') {
        return None;
    }
    Some(if path.ends_with('/') { path.to_owned() } else { format!("{path}/") })
}

/// What a path on the site names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inside {
    /// The page of an entry.
    Entry { locale: Option<String>, type_key: Option<String>, slug: Slug },
    /// A list, a register, the start: the site makes it.
    Made,
    /// Nothing could be there.
    Nothing,
}

/// Reads a path as [`of_site`] gives it. `types` are those whose entries have pages, `locales` those of the site.
pub fn inside(path: &str, types: &[String], locales: &[String]) -> Inside {
    let mut segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let locale =
        segments.first().filter(|first| locales.iter().any(|locale| locale == *first)).map(|first| (*first).to_owned());
    if locale.is_some() {
        segments.remove(0);
    }
    let is_type = |segment: &str| types.iter().any(|key| key == segment);
    let entry = |type_key: Option<&str>, slug: &str| match Slug::parse(slug) {
        Ok(slug) => Inside::Entry { locale: locale.clone(), type_key: type_key.map(str::to_owned), slug },
        Err(_) => Inside::Nothing,
    };
    match segments.as_slice() {
        [] => Inside::Made,
        [first, ..] if first.starts_with('.') || MADE.contains(first) => Inside::Made,
        [one] if is_type(one) => Inside::Made,
        [one] => entry(None, one),
        [first, second, ..] if is_type(first) && *second == "page" => Inside::Made,
        [first, slug] if is_type(first) => entry(Some(first), slug),
        [..] => Inside::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_the_site_is_told_from_other_addresses() {
        let hosts = ["contoh.go.id".to_owned()];
        let path = |address: &str| of_site(address, &hosts);
        assert_eq!(path("/berita/x/?a=1#b").as_deref(), Some("/berita/x/"));
        assert_eq!(path("https://contoh.go.id/berita/x").as_deref(), Some("/berita/x/"));
        assert_eq!(path("https://contoh.go.id").as_deref(), Some("/"));
        for other in ["https://lain.go.id/x/", "#a", "mailto:a@b.test", "/media/a.pdf", "x/", "asset:1"] {
            assert_eq!(path(other), None, "{other}");
        }
    }

    #[test]
    fn a_path_says_which_entry_it_names() {
        let (types, locales) = (["berita".to_owned()], ["id".to_owned(), "en".to_owned()]);
        let of = |path: &str| inside(path, &types, &locales);
        let entry = |locale: Option<&str>, type_key: Option<&str>| Inside::Entry {
            locale: locale.map(str::to_owned),
            type_key: type_key.map(str::to_owned),
            slug: Slug::parse("a").unwrap(),
        };
        assert_eq!(of("/berita/a/"), entry(None, Some("berita")));
        assert_eq!(of("/en/a/"), entry(Some("en"), None));
        for made in ["/", "/en/", "/berita/", "/berita/page/2/", "/tag/sungai/", "/.well-known/x/"] {
            assert_eq!(of(made), Inside::Made, "{made}");
        }
        assert_eq!(of("/a/b/c/"), Inside::Nothing);
        assert_eq!(of("/berita/Bukan Slug/"), Inside::Nothing);
    }
}
