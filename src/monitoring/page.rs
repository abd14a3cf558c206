//! What a page of somebody else shows and asks for, read once from front to back. No tree is built, so a page that is nested a
//! million deep costs no more than its bytes.

use url::Url;

use super::markup::{Piece, Pieces, Tag};

/// Of what can be read on a page.
const TEXT_BYTES_MAX: usize = 512 * 1024;
/// Links, sources and descriptions, each.
const ITEMS_MAX: usize = 5_000;
const VALUE_BYTES_MAX: usize = 2_048;
const TITLE_BYTES_MAX: usize = 500;

/// A page as it was served.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    pub title: String,
    pub lang: String,
    /// Headings of the first two ranks, in order.
    pub headings: Vec<String>,
    /// Name or property of each `meta`, in small letters, and its content.
    pub metas: Vec<(String, String)>,
    pub links: Vec<Link>,
    /// `link` elements.
    pub relations: Vec<Relation>,
    pub sources: Vec<Source>,
    /// Where `meta http-equiv=refresh` leads.
    pub refresh: Option<String>,
    /// What a reader sees, with single spaces.
    pub text: String,
    base: Option<String>,
}

/// An `a` or `area`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Link {
    pub address: String,
    pub text: String,
}

/// A `link`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Relation {
    pub rel: String,
    pub address: String,
    pub kind: String,
    pub title: String,
}

/// What a page loads, or sends to.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub kind: SourceKind,
    pub address: String,
    pub has_integrity: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    Script,
    Style,
    Frame,
    Picture,
    Media,
    Form,
}

impl Page {
    pub fn read(html: &str) -> Self {
        let mut reader = Reader::default();
        for piece in Pieces::of(html) {
            match piece {
                Piece::Start(tag) => reader.start(&tag),
                Piece::End(name) => reader.close(&name),
                Piece::Text(text) | Piece::Raw("title" | "textarea", text) => reader.text(&text),
                Piece::Raw(..) => {}
            }
        }
        reader.end()
    }

    /// Where an address on the page leads, the page having been served at `served`.
    pub fn resolve(&self, served: &Url, address: &str) -> Option<Url> {
        let base = self.base.as_deref().and_then(|base| served.join(base).ok());
        let mut url = base.as_ref().unwrap_or(served).join(address.trim()).ok()?;
        url.set_fragment(None);
        matches!(url.scheme(), "http" | "https").then_some(url)
    }

    pub fn meta(&self, name: &str) -> Option<&str> {
        self.metas.iter().find(|(known, _)| known == name).map(|(_, content)| content.as_str())
    }
}

#[derive(Default)]
struct Reader {
    page: Page,
    /// Templates that are open: nobody reads what stands in them.
    templates: usize,
    into: Into,
    link: Option<Link>,
}

/// Where text goes beside the text of the page.
#[derive(Default, PartialEq)]
enum Into {
    #[default]
    Nothing,
    Title,
    Heading,
}

impl Reader {
    fn start(&mut self, tag: &Tag) {
        let value = |wanted: &str| {
            tag.attribute(wanted).map(|value| value[..value.floor_char_boundary(VALUE_BYTES_MAX)].to_owned())
        };
        match &*tag.name {
            "template" => self.templates += 1,
            "title" if self.page.title.is_empty() => self.into = Into::Title,
            "h1" | "h2" if self.page.headings.len() < ITEMS_MAX => {
                self.into = Into::Heading;
                self.page.headings.push(String::new());
            }
            "html" => self.page.lang = value("lang").unwrap_or_default(),
            "base" => self.page.base = self.page.base.take().or_else(|| value("href")),
            "meta" => self.meta(value),
            "a" | "area" => {
                self.close_link();
                self.link = value("href").map(|address| Link { address, text: String::new() });
            }
            "link" => self.relation(value),
            "script" => self.source(SourceKind::Script, value("src"), value("integrity").is_some()),
            "iframe" | "frame" | "embed" => self.source(SourceKind::Frame, value("src"), false),
            "object" => self.source(SourceKind::Frame, value("data"), false),
            "img" => {
                self.source(SourceKind::Picture, value("src"), false);
                // Many a link is a picture, and its words are what stands for it.
                if let (Some(link), Some(alt)) = (&mut self.link, value("alt")) {
                    push_words(&mut link.text, &alt, VALUE_BYTES_MAX);
                }
            }
            "video" | "audio" | "source" => self.source(SourceKind::Media, value("src"), false),
            "form" => self.source(SourceKind::Form, value("action"), false),
            _ => {}
        }
        self.space();
    }

    fn close(&mut self, name: &str) {
        match name {
            "a" => self.close_link(),
            "title" | "h1" | "h2" => self.into = Into::Nothing,
            "template" => self.templates = self.templates.saturating_sub(1),
            _ => {}
        }
        self.space();
    }

    fn text(&mut self, text: &str) {
        if self.into == Into::Title {
            push_words(&mut self.page.title, text, TITLE_BYTES_MAX);
            return;
        }
        if self.templates > 0 {
            return;
        }
        push_words(&mut self.page.text, text, TEXT_BYTES_MAX);
        if let Some(link) = &mut self.link {
            push_words(&mut link.text, text, VALUE_BYTES_MAX);
        }
        if let (Into::Heading, Some(heading)) = (&self.into, self.page.headings.last_mut()) {
            push_words(heading, text, TITLE_BYTES_MAX);
        }
    }

    /// Elements part words, on the safe side: that some stand within a word costs us nothing here.
    fn space(&mut self) {
        push_words(&mut self.page.text, " ", TEXT_BYTES_MAX);
    }

    fn close_link(&mut self) {
        if let Some(link) = self.link.take().filter(|_| self.page.links.len() < ITEMS_MAX) {
            self.page.links.push(Link { text: link.text.trim().to_owned(), ..link });
        }
    }

    fn meta(&mut self, value: impl Fn(&str) -> Option<String>) {
        let content = value("content").unwrap_or_default();
        let about = value("http-equiv").unwrap_or_default();
        if about.eq_ignore_ascii_case("refresh") {
            self.page.refresh = refresh(&content).map(str::to_owned);
        }
        let names = [value("name"), value("property"), value("itemprop"), (!about.is_empty()).then_some(about)];
        let room = ITEMS_MAX.saturating_sub(self.page.metas.len());
        let metas = names.into_iter().flatten().take(room).map(|name| (name.to_ascii_lowercase(), content.clone()));
        self.page.metas.extend(metas);
    }

    fn relation(&mut self, value: impl Fn(&str) -> Option<String>) {
        let Some(address) = value("href").filter(|_| self.page.relations.len() < ITEMS_MAX) else { return };
        let rel = value("rel").unwrap_or_default().to_ascii_lowercase();
        let has_integrity = value("integrity").is_some();
        if rel.split_whitespace().any(|one| one == "stylesheet") {
            self.source(SourceKind::Style, Some(address.clone()), has_integrity);
        }
        let (kind, title) = (value("type").unwrap_or_default(), value("title").unwrap_or_default());
        self.page.relations.push(Relation { rel, address, kind, title });
    }

    fn source(&mut self, kind: SourceKind, address: Option<String>, has_integrity: bool) {
        if let Some(address) = address.filter(|_| self.page.sources.len() < ITEMS_MAX) {
            self.page.sources.push(Source { kind, address, has_integrity });
        }
    }

    fn end(mut self) -> Page {
        self.close_link();
        let page = &mut self.page;
        for text in page.headings.iter_mut().chain([&mut page.title, &mut page.text]) {
            text.truncate(text.trim_end().len());
        }
        self.page
    }
}

/// `5; url=https://…`, with or without quotes.
fn refresh(content: &str) -> Option<&str> {
    let (_, target) = content.split_once([';', ','])?;
    let target = target.trim_start();
    let target = match target.get(..3) {
        Some(start) if start.eq_ignore_ascii_case("url") => target[3..].trim_start().strip_prefix('=')?.trim(),
        _ => target.trim(),
    };
    let target = target.trim_matches(['"', '\'']);
    (!target.is_empty()).then_some(target)
}

/// Adds text with single spaces between words, within a limit.
fn push_words(to: &mut String, text: &str, bytes_max: usize) {
    for letter in text.chars() {
        if to.len() + letter.len_utf8() > bytes_max {
            return;
        }
        match letter.is_whitespace() {
            true if to.is_empty() || to.ends_with(' ') => {}
            true => to.push(' '),
            false => to.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_a_browser_reads_it() {
        let page = Page::read(
            r#"<html lang=id><title>Dinas &amp; Kota</title><base href="/situs/"><meta name=Generator content="WordPress 6.1">
            <meta http-equiv="refresh" content="3; URL='https://lain.example/'"><link rel="alternate" type="application/rss+xml" href="feed/">
            <link rel=stylesheet href=a.css><script src="//cdn.example/x.js" integrity=s>if (a < b) document.write("<a href='x'>tidak</a>")</script>
            <h1>Selamat <b>datang</b></h1><p>Isi &nbsp; halaman<style>p{}</style><a href="berita/">Berita <img src=p.jpg alt="terbaru"></a>
            <form action="/cari"><iframe src="https://peta.example/"><a href=palsu></iframe>"#,
        );
        assert_eq!((page.title.as_str(), page.lang.as_str()), ("Dinas & Kota", "id"));
        assert_eq!(
            (page.meta("generator"), page.refresh.as_deref()),
            (Some("WordPress 6.1"), Some("https://lain.example/"))
        );
        assert_eq!(page.headings, ["Selamat datang"]);
        assert_eq!(page.text, "Selamat datang Isi halaman Berita");
        assert_eq!(page.links, [Link { address: "berita/".into(), text: "Berita terbaru".into() }]);
        let kinds: Vec<_> =
            page.sources.iter().map(|source| (source.kind, source.address.as_str(), source.has_integrity)).collect();
        assert_eq!(
            kinds,
            [
                (SourceKind::Style, "a.css", false),
                (SourceKind::Script, "//cdn.example/x.js", true),
                (SourceKind::Picture, "p.jpg", false),
                (SourceKind::Form, "/cari", false),
                (SourceKind::Frame, "https://peta.example/", false),
            ]
        );
        let served = Url::parse("https://dinas.example/a/b.html").unwrap();
        assert_eq!(page.resolve(&served, "berita/#x").unwrap().as_str(), "https://dinas.example/situs/berita/");
        assert_eq!(page.resolve(&served, "javascript:void(0)"), None);
    }

    #[test]
    fn a_page_that_is_nested_without_end_costs_its_bytes() {
        let page = Page::read(&"<div><a href=x>".repeat(300_000));
        assert_eq!(page.links.len(), ITEMS_MAX);
        assert!(Page::read(&"slot ".repeat(300_000)).text.len() <= TEXT_BYTES_MAX);
        assert_eq!(Page::read("").text, "");
    }
}
