//! Do the links of a site lead anywhere? Checked while its pages are made, in the same pass. Pure.
//!
//! Every page that is made is read once: what its links name on the site must be there, and so must the
//! anchors. What a text of an entry links to is also recorded, because another page may go from view while
//! this one stays as it is.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use memchr::{memchr, memchr2};

use super::listing::Listing;
use super::rules;
use crate::kernel::Result;

/// Links that a report names; its count says how many there are.
const BROKEN_NAMED_MAX: usize = 100;

/// What the links of a build's pages came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct LinkReport {
    /// Links to the site itself that were followed, on the pages that were made and in the texts of all.
    pub checked: usize,
    pub broken: usize,
    /// At most 100 of them, by page.
    pub named: Vec<Broken>,
}

/// A link that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Broken {
    /// The file of the page that has it.
    pub page: Arc<str>,
    /// Address, and anchor if that is what is missing.
    pub link: String,
}

impl LinkReport {
    pub fn new(checked: usize, mut broken: Vec<Broken>) -> Self {
        broken.sort_unstable();
        broken.dedup();
        let count = broken.len();
        broken.truncate(BROKEN_NAMED_MAX);
        LinkReport { checked, broken: count, named: broken }
    }
}

/// What pages link to that the plan of pages alone cannot answer.
#[derive(Debug, Default)]
pub struct Links {
    checked: usize,
    /// No page has this address: a file may, or a redirect.
    strange: Vec<Broken>,
    /// Address → anchor → the pages that name it.
    anchors: BTreeMap<String, BTreeMap<String, Vec<Arc<str>>>>,
    /// Own anchors that are missing.
    broken: Vec<Broken>,
}

impl Links {
    pub fn and(mut self, other: Links) -> Links {
        self.checked += other.checked;
        self.strange.extend(other.strange);
        self.broken.extend(other.broken);
        for (address, anchors) in other.anchors {
            let known = self.anchors.entry(address).or_default();
            for (anchor, pages) in anchors {
                known.entry(anchor).or_default().extend(pages);
            }
        }
        self
    }

    /// Reads a page that was made. `known` are the addresses of all pages.
    pub fn read(&mut self, (path, address): (&Arc<str>, &str), html: &[u8], base: &str, known: &HashSet<String>) {
        let mut own = Vec::new();
        attributes(html, |attribute, value| {
            if attribute == Attribute::Href
                && let Some(target) = std::str::from_utf8(value).ok().and_then(|link| target(link, address, base))
            {
                match target.anchor {
                    Some(anchor) if target.address == address => own.push(anchor),
                    // A page is there for itself, also one that says that it was withdrawn.
                    None if target.address == address => self.checked += 1,
                    _ => self.follow(path, target, known),
                }
            }
        });
        if !own.is_empty() {
            self.checked += own.len();
            let there = ids(html);
            let gone = own.into_iter().filter(|anchor| !there.contains(anchor.as_bytes()));
            self.broken.extend(gone.map(|anchor| missing(path, format!("{address}#{anchor}"))));
        }
    }

    /// Follows what the text of a page links to.
    pub fn follow_text(&mut self, path: &Arc<str>, links: &[Box<str>], known: &HashSet<String>) {
        for link in links {
            let (address, anchor) = link.split_once('#').unwrap_or((link, ""));
            let anchor = (!anchor.is_empty()).then(|| anchor.to_owned());
            self.follow(path, Target { address: address.to_owned(), anchor }, known);
        }
    }

    /// Looks after the rest, when all files of the release are known; `read` gives a file of it.
    pub fn end(
        self,
        files: &Listing,
        (known, gone): (&HashSet<String>, &HashSet<String>),
        read: &dyn Fn(&str) -> Result<Vec<u8>>,
    ) -> Result<LinkReport> {
        let there = |address: &str| {
            // A server leads the address of a folder to the one with a slash at its end.
            let is_there = files.find(&rules::file_of(address)).is_some() || known.contains(&format!("{address}/"));
            // What says that a page was withdrawn is no page.
            is_there && !gone.contains(address)
        };
        let mut broken = self.broken;
        broken.extend(self.strange.into_iter().filter(|link| !there(&link.link)));
        for (address, anchors) in self.anchors {
            let html = read(&rules::file_of(&address))?;
            let ids = ids(&html);
            for (anchor, pages) in anchors.iter().filter(|(anchor, _)| !ids.contains(anchor.as_bytes())) {
                broken.extend(pages.iter().map(|page| missing(page, format!("{address}#{anchor}"))));
            }
        }
        Ok(LinkReport::new(self.checked, broken))
    }

    fn follow(&mut self, path: &Arc<str>, target: Target, known: &HashSet<String>) {
        self.checked += 1;
        match (known.contains(&target.address), target.anchor) {
            (true, None) => {}
            (true, Some(anchor)) => {
                self.anchors.entry(target.address).or_default().entry(anchor).or_default().push(path.clone());
            }
            (false, _) => self.strange.push(missing(path, target.address)),
        }
    }
}

fn missing(page: &Arc<str>, link: String) -> Broken {
    Broken { page: page.clone(), link }
}

/// What the links of a piece of a page name on the site: `/address/` or `/address/#anchor`, each once.
pub fn of_text(html: &str, address: &str, base: &str) -> Vec<Box<str>> {
    let mut found = Vec::new();
    attributes(html.as_bytes(), |attribute, value| {
        if attribute == Attribute::Href
            && let Some(target) = std::str::from_utf8(value).ok().and_then(|link| target(link, address, base))
            && !(target.address == address && target.anchor.is_some())
        {
            let anchor = target.anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
            found.push(format!("{}{anchor}", target.address).into_boxed_str());
        }
    });
    found.sort_unstable();
    found.dedup();
    found
}

/// Where a link leads on the site.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    /// Decoded, without its query.
    address: String,
    anchor: Option<String>,
}

/// `None`: it leads to another site, to a file that the build itself placed, or to no page at all (`mailto:`).
fn target(link: &str, address: &str, base: &str) -> Option<Target> {
    let link = link.trim();
    let link = if link.contains('&') { link.replace("&amp;", "&") } else { link.to_owned() };
    let link = match link.strip_prefix(base).filter(|rest| !base.is_empty() && is_path(rest)) {
        Some("") => "/",
        Some(rest) => rest,
        None if link.starts_with("//") || has_scheme(&link) => return None,
        None => &link,
    };
    let (rest, anchor) = link.split_once('#').unwrap_or((link, ""));
    let path = rest.split('?').next().unwrap_or_default();
    let path = match path {
        "" => address.to_owned(),
        _ if path.starts_with('/') => decode(path),
        _ => joined(address, &decode(path)),
    };
    // The build placed these by their digests, and told of each that is missing.
    if path.starts_with("/media/") || path.starts_with("/theme/") {
        return None;
    }
    let anchor = Some(decode(anchor)).filter(|anchor| !anchor.is_empty() && anchor != "top");
    Some(Target { address: path, anchor })
}

fn is_path(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['/', '?', '#'])
}

/// A scheme is letters before the first colon, and the colon comes before any slash.
fn has_scheme(link: &str) -> bool {
    let end = link.find([':', '/', '?', '#']);
    end.is_some_and(|end| link.as_bytes()[end] == b':')
}

/// A relative path, from the folder of an address.
fn joined(address: &str, path: &str) -> String {
    let mut parts: Vec<&str> = address.split('/').skip(1).collect();
    parts.pop();
    let mut path = path.split('/').peekable();
    while let Some(part) = path.next() {
        let last = path.peek().is_none();
        match part {
            "." if last => parts.push(""),
            "." => {}
            ".." => {
                parts.pop();
                if last {
                    parts.push("");
                }
            }
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after.get(..2).filter(|_| *first == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = pair.and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The anchors of a page.
fn ids(html: &[u8]) -> HashSet<&[u8]> {
    let mut found = HashSet::new();
    attributes(html, |attribute, value| {
        if attribute == Attribute::Id {
            found.insert(value);
        }
    });
    found
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attribute {
    Href,
    Id,
}

/// Goes through the tags of a page that we made ourselves: well formed, names in lower case.
fn attributes<'h>(html: &'h [u8], mut on: impl FnMut(Attribute, &'h [u8])) {
    let mut rest = html;
    while let Some(open) = memchr(b'<', rest) {
        rest = &rest[open + 1..];
        rest = match rest.first() {
            Some(b'a'..=b'z') => tag(rest, &mut on),
            Some(b'!') if rest.starts_with(b"!--") => after(rest, b"-->"),
            _ => rest,
        };
    }
}

/// One tag, from its name; returns what follows it, or what follows the text of a script or a style.
fn tag<'h>(tag: &'h [u8], on: &mut impl FnMut(Attribute, &'h [u8])) -> &'h [u8] {
    let mut rest = tag;
    loop {
        // The next value, or the end of the tag.
        let Some(at) = memchr2(b'=', b'>', rest) else { return &[] };
        if rest[at] == b'>' {
            rest = &rest[at + 1..];
            break;
        }
        let name = &rest[..at];
        let value = &rest[at + 1..];
        let (value, next) = match value.first() {
            Some(quote @ (b'"' | b'\'')) => match memchr(*quote, &value[1..]) {
                Some(end) => (&value[1..=end], &value[end + 2..]),
                None => return &[],
            },
            _ => {
                let end = value.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b'>');
                value.split_at(end.unwrap_or(value.len()))
            }
        };
        match name.rsplit(u8::is_ascii_whitespace).next() {
            Some(b"href") => on(Attribute::Href, value),
            Some(b"id") => on(Attribute::Id, value),
            _ => {}
        }
        rest = next;
    }
    if tag.starts_with(b"script") {
        return after(rest, b"</script");
    }
    if tag.starts_with(b"style") { after(rest, b"</style") } else { rest }
}

fn after<'h>(text: &'h [u8], end: &[u8]) -> &'h [u8] {
    memchr::memmem::find(text, end).map_or(&[], |at| &text[at + end.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "/berita/jembatan/";
    const BASE: &str = "https://portal.example";

    fn leads(link: &str) -> Option<String> {
        let target = target(link, HERE, BASE)?;
        Some(target.address + &target.anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default())
    }

    #[test]
    fn a_link_is_followed_as_a_browser_does() {
        for (link, wanted) in [
            ("/profil/", "/profil/"),
            ("https://portal.example/profil/?a=1&amp;b=2#visi", "/profil/#visi"),
            ("https://portal.example", "/"),
            ("#isi", "/berita/jembatan/#isi"),
            ("", "/berita/jembatan/"),
            ("?page=2", "/berita/jembatan/"),
            ("foto/", "/berita/jembatan/foto/"),
            ("../", "/berita/"),
            ("../pasar/#a", "/berita/pasar/#a"),
            ("./", "/berita/jembatan/"),
            ("../../../", "/"),
            ("/a%20b/", "/a b/"),
            ("#top", "/berita/jembatan/"),
        ] {
            assert_eq!(leads(link).as_deref(), Some(wanted), "{link}");
        }
        for elsewhere in [
            "https://portal.example.evil/",
            "//cdn.example/x",
            "mailto:a@b.id",
            "tel:112",
            "/media/a.jpg",
            "/theme/a.css",
        ] {
            assert_eq!(leads(elsewhere), None, "{elsewhere}");
        }
    }

    fn read(html: &str, known: &[&str]) -> Links {
        let known = known.iter().map(|address| (*address).to_owned()).collect();
        let mut links = Links::default();
        links.read((&"berita/jembatan/index.html".into(), HERE), html.as_bytes(), BASE, &known);
        links
    }

    #[test]
    fn what_no_page_answers_is_strange_and_anchors_are_collected() {
        let html = r##"<!-- <a href="/comment/"> --><a href=/profil/>x</a><link rel=icon href="/theme/i.svg">
            <a class="b" href="/hilang/">y</a><a href='/profil/#visi'>z</a><script>"<a href='/script/'>"</script>
            <p id=isi><a href="#isi">a</a><a href="#tidak-ada">b</a> 1 < 2 <a data-href="/data/" href="https://x.example/">"##;
        let links = read(html, &["/profil/", HERE]);
        assert_eq!(links.strange, [missing(&"berita/jembatan/index.html".into(), "/hilang/".into())]);
        assert_eq!(links.anchors.keys().collect::<Vec<_>>(), ["/profil/"]);
        assert_eq!(
            links.broken.iter().map(|broken| broken.link.as_str()).collect::<Vec<_>>(),
            ["/berita/jembatan/#tidak-ada"]
        );
        assert_eq!(links.checked, 5);
    }

    #[test]
    fn what_a_text_links_to_is_told_once_and_without_its_own_anchors() {
        let html = r##"<p><a href="/profil/#visi">a</a><a href="../pasar/">b</a><a href="/profil/#visi">c</a><a href="#fn1">d</a>"##;
        let found: Vec<String> = of_text(html, HERE, BASE).iter().map(|link| link.to_string()).collect();
        assert_eq!(found, ["/berita/pasar/", "/profil/#visi"]);
    }

    proptest::proptest! {
        #[test]
        fn no_page_makes_it_stumble(html in "[<>a-z=\"'! /#-]{0,80}") {
            let _ = (read(&html, &[]), of_text(&html, HERE, BASE));
        }
    }
}
