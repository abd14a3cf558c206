//! Office documents: every file within is unpacked within bounds and looked at.

use std::path::Path;

use quick_xml::events::Event;

use super::Found;
use super::reason::{Reason, unfit};
use super::rules::{self, Needle, OFFICE_EXPANDED_BYTES_MAX, Search, Seems};
use super::source::{Out, Source};
use super::zip::{self, Entry};
use crate::kernel::Result;
use crate::media::Kind;

/// Documents in documents: charts bring their table, and that is enough.
const NESTED_MAX: u32 = 1;
/// Lists of parts and relations are read whole.
const LIST_BYTES_MAX: u64 = 4 * 1024 * 1024;
const HEAD_BYTES: usize = 512;

/// The part by which a kind of Office Open XML is known, and what we take it for.
const MAIN_PARTS: [(&str, &str, &str); 3] = [
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
    ),
    (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
    ),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "pptx",
    ),
];
/// OpenDocument says its kind in a file of its own.
const OPEN_DOCUMENTS: [(&str, &str); 2] =
    [("application/vnd.oasis.opendocument.text", "odt"), ("application/vnd.oasis.opendocument.spreadsheet", "ods")];

const PARTS: &str = "[Content_Types].xml";
const KIND: &str = "mimetype";
const PROGRAMS: [&str; 17] = [
    ".exe", ".dll", ".com", ".scr", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".hta", ".jar", ".class", ".msi", ".sh",
    ".php", ".lnk", ".html",
];
/// What XML within must not hold, in small letters.
const REFUSED_IN_XML: &[Needle] = &[
    (b"<!entity", Reason::Expands),
    (b"<ddelink", Reason::Action),
    (b":dde-source", Reason::Action),
    (b":dde-connection-decl ", Reason::Action),
    (b"vnd.sun.star.script:", Reason::Macros),
    (b"macroenabled", Reason::Macros),
    (b"encryption-data", Reason::Encrypted),
];
/// A field of Word that starts a program; a document writes it in pieces, between which other elements stand.
const REFUSED_IN_WORDS: &[Needle] = &[(b"ddeauto", Reason::Action)];

/// Says what kind of document an archive is, or refuses it.
pub fn check(source: &mut Source, spool: &Path) -> Result<Found> {
    let mut look = Look { spool, expanded: 0, depth: 0 };
    let (media_type, extension) = look.document(source)?;
    Ok(Found::new(Kind::Document, media_type, extension))
}

struct Look<'a> {
    spool: &'a Path,
    expanded: u64,
    depth: u32,
}

impl Look<'_> {
    fn document(&mut self, source: &mut Source) -> Result<(&'static str, &'static str)> {
        let entries = zip::entries(source)?;
        let kind = kind(source, &entries)?;
        for entry in &entries {
            self.expanded += entry.size;
            if self.expanded > OFFICE_EXPANDED_BYTES_MAX {
                return Err(unfit(Reason::Expands, entry.name.clone(), "more within than the limit"));
            }
            self.entry(source, entry)?;
        }
        Ok(kind)
    }

    fn entry(&mut self, source: &mut Source, entry: &Entry) -> Result<()> {
        let name = entry.name.to_ascii_lowercase();
        let refuse = |reason, detail: &str| Err(unfit(reason, entry.name.clone(), detail));
        if name.ends_with("vbaproject.bin") || name.ends_with("vbadata.xml") || name.contains("/macrosheets/") {
            return refuse(Reason::Macros, "macros");
        }
        if name.starts_with("basic/") || name.starts_with("scripts/") {
            return refuse(Reason::Macros, "macros");
        }
        if PROGRAMS.iter().any(|program| name.ends_with(program)) {
            return refuse(Reason::Executable, "a program");
        }
        if name.contains("/activex/") {
            return refuse(Reason::Embedded, "a control");
        }
        let mut head = Vec::new();
        let xml = [".xml", ".rels", ".vml", ".rdf"].iter().any(|ending| name.ends_with(ending));
        let mut part = Part::new(xml);
        zip::unpack(source, entry, |piece| {
            let missing = HEAD_BYTES.saturating_sub(head.len()).min(piece.len());
            head.extend_from_slice(&piece[..missing]);
            part.piece(piece).map_err(|(reason, detail)| unfit(reason, entry.name.clone(), &detail))
        })?;
        // Other writings of XML would hide from the search what is in it.
        if xml && (head.iter().take(4).any(|byte| *byte == 0 || *byte >= 0xFE)) {
            return refuse(Reason::Broken, "XML that is not UTF-8");
        }
        if name.ends_with(".rels") {
            relations(&text(source, entry)?, entry)?;
        }
        match rules::seems(&head) {
            Seems::Zip => self.nested(source, entry),
            Seems::Never(Reason::OldOffice) => refuse(Reason::Embedded, "an embedded object"),
            Seems::Never(reason @ (Reason::Archive | Reason::Executable)) => refuse(reason, "within the document"),
            Seems::Pdf | Seems::Mp4 => refuse(Reason::Embedded, "an embedded file"),
            Seems::Markup if !xml && !is_svg(&head) => refuse(Reason::Markup, "a page within the document"),
            Seems::Never(_) | Seems::Jpeg | Seems::Png | Seems::Gif | Seems::WebP | Seems::Markup | Seems::Text => {
                Ok(())
            }
        }
    }

    /// A document within a document; any other archive is refused by its lack of a kind.
    fn nested(&mut self, source: &mut Source, entry: &Entry) -> Result<()> {
        if self.depth >= NESTED_MAX || !entry.name.contains("/embeddings/") {
            return Err(unfit(Reason::Archive, entry.name.clone(), "an archive within the document"));
        }
        let mut out = Out::new(self.spool)?;
        zip::unpack(source, entry, |piece| out.put(piece))?;
        let (file, ..) = out.finish()?;
        self.depth += 1;
        self.document(&mut Source::new(file.as_file())?)?;
        self.depth -= 1;
        Ok(())
    }
}

fn is_svg(head: &[u8]) -> bool {
    memchr::memmem::find(head, b"<svg").is_some()
}

fn kind(source: &mut Source, entries: &[Entry]) -> Result<(&'static str, &'static str)> {
    let named = |name: &str| entries.iter().find(|entry| entry.name == name);
    if let Some(parts) = named(PARTS) {
        let list = text(source, parts)?;
        if list.to_ascii_lowercase().contains("macroenabled") {
            return Err(unfit(Reason::Macros, PARTS, "a kind of document with macros"));
        }
        // The first part of three that Office itself looks for.
        if let Some((_, media_type, extension)) = MAIN_PARTS.iter().find(|(part, ..)| list.contains(part)) {
            return Ok((media_type, extension));
        }
        return Err(unfit(Reason::UnknownKind, PARTS, "no document of Word, Excel or PowerPoint"));
    }
    if let Some(kind) = named(KIND).filter(|kind| kind.name == entries[0].name) {
        let told = text(source, kind)?;
        if let Some((media_type, extension)) = OPEN_DOCUMENTS.iter().find(|(known, _)| *known == told.trim()) {
            return Ok((media_type, extension));
        }
        return Err(unfit(Reason::UnknownKind, KIND, "no OpenDocument text or spreadsheet"));
    }
    let is_program = |entry: &Entry| entry.name.ends_with(".class") || entry.name == "AndroidManifest.xml";
    let reason = if entries.iter().any(is_program) { Reason::Executable } else { Reason::Archive };
    Err(unfit(reason, "list", "no office document"))
}

fn text(source: &mut Source, entry: &Entry) -> Result<String> {
    if entry.size > LIST_BYTES_MAX {
        return Err(unfit(Reason::Expands, entry.name.clone(), "a list beyond the limit"));
    }
    let mut bytes = Vec::new();
    zip::unpack(source, entry, |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    })?;
    String::from_utf8(bytes).map_err(|_| unfit(Reason::Broken, entry.name.clone(), "XML that is not UTF-8"))
}

/// What a document opens beside itself.
fn relations(list: &str, entry: &Entry) -> Result<()> {
    let refuse = |reason, detail: &str| Err(unfit(reason, entry.name.clone(), detail));
    let mut reader = quick_xml::Reader::from_str(list);
    loop {
        let element = match reader.read_event() {
            Ok(Event::Eof) => return Ok(()),
            Ok(Event::Start(element) | Event::Empty(element)) => element,
            Ok(_) => continue,
            Err(_) => return refuse(Reason::Broken, "XML that cannot be read"),
        };
        let value = |name: &str| {
            let found = element.attributes().flatten().find(|attribute| attribute.key.as_ref() == name);
            found
                .and_then(|attribute| {
                    quick_xml::escape::unescape(&attribute.value).ok().map(std::borrow::Cow::into_owned)
                })
                .unwrap_or_default()
        };
        let (kind, target) = (value("Type"), value("Target").to_ascii_lowercase());
        let kind = kind.rsplit('/').next().unwrap_or_default();
        let external = value("TargetMode").eq_ignore_ascii_case("external");
        let target = target.replace("file:///\\\\", "\\\\");
        let remote =
            ["http:", "https:", "ftp:", "\\\\", "//", "mhtml:", "ms-"].iter().any(|way| target.starts_with(way))
                || (target.starts_with("file://") && !target.starts_with("file:///"));
        match kind {
            "vbaProject" | "wordVbaData" | "xlMacrosheet" => return refuse(Reason::Macros, "macros"),
            "oleObject" | "control" | "aFChunk" => return refuse(Reason::Embedded, "an embedded object"),
            "hyperlink" => {}
            _ if external && remote => return refuse(Reason::Remote, "something from elsewhere"),
            _ => {}
        }
    }
}

/// The searches in one part.
struct Part {
    xml: Option<(Search, Search)>,
    in_tag: bool,
    words: Vec<u8>,
}

impl Part {
    fn new(xml: bool) -> Self {
        let searches = || (Search::new(REFUSED_IN_XML), Search::new(REFUSED_IN_WORDS));
        Part { xml: xml.then(searches), in_tag: false, words: Vec::new() }
    }

    fn piece(&mut self, piece: &[u8]) -> std::result::Result<(), (Reason, String)> {
        let Some((tags, words)) = &mut self.xml else { return Ok(()) };
        self.words.clear();
        for byte in piece {
            match byte {
                b'<' => self.in_tag = true,
                b'>' => self.in_tag = false,
                byte if !self.in_tag => self.words.push(*byte),
                _ => {}
            }
        }
        match tags.feed(piece).or_else(|| words.feed(&self.words)) {
            Some((reason, _, needle)) => Err((reason, String::from_utf8_lossy(needle).into_owned())),
            None => Ok(()),
        }
    }
}
