//! What the templates say, read as they are written: variables, words, templates that nothing uses.

use std::collections::{BTreeMap, BTreeSet};

use super::super::render::ONCE;
use super::{Fault, Finding, fixture, page_templates};
use crate::kernel::line_of;
use crate::themes::tags::{self, Kind, Piece};
use crate::themes::theme::Theme;

/// What pages give to templates: a name, and its members where these are a closed list.
const GIVEN: &[(&str, &[&str])] = &[
    (
        "site",
        &[
            "title",
            "tagline",
            "description",
            "address",
            "phone",
            "email",
            "footer",
            "hours",
            "seal",
            "social",
            "base_url",
            "home",
            "prefix",
            "locale",
            "others",
            "register",
            "search",
            "search_form",
            "map",
        ],
    ),
    ("page", &["kind", "section", "title", "description", "url", "canonical", "alternates", "feed"]),
    ("share", &["url", "width", "height", "alt"]),
    ("menu", &["main", "footer"]),
    ("list", &["title", "summary", "url", "entries", "number", "older", "newer"]),
    ("section", &["title", "url"]),
    ("withdrawal", &["title", "section", "office", "reason", "notice", "date", "day_iso"]),
    ("index", &["url", "words"]),
    ("form", &["action", "locale"]),
    ("found", &["words", "told", "also", "items", "types", "years", "units", "previous", "next"]),
    ("loop", &["index", "index0", "first", "last", "length"]),
    ("alerts", &[]),
    ("latest", &[]),
    ("sections", &[]),
    ("terms", &[]),
    ("corrections", &[]),
    ("withdrawn", &[]),
    ("pages", &[]),
    ("categories", &[]),
];

/// What every card has, whatever its type.
const CARD: &[&str] =
    &["type", "title", "url", "date", "date_short", "date_iso", "day_iso", "category", "tags", "image"];
/// Names for cards.
const CARDS: &[&str] = &["entry", "newer", "older"];

/// Words of the language itself.
const KEYWORDS: &[&str] = &[
    "if",
    "elif",
    "else",
    "endif",
    "for",
    "in",
    "endfor",
    "set",
    "set_global",
    "endset",
    "block",
    "endblock",
    "extends",
    "include",
    "component",
    "endcomponent",
    "raw",
    "endraw",
    "filter",
    "endfilter",
    "and",
    "or",
    "not",
    "is",
    "true",
    "false",
    "True",
    "False",
    "none",
    "None",
    "null",
    "break",
    "continue",
    "body",
    "lamin_step",
];

pub fn lint(theme: &Theme) -> Vec<Finding> {
    let known = Known::of(theme);
    let mut findings = Vec::new();
    for template in theme.written() {
        let shadowed = locals(template.source);
        for piece in tags::pieces(template.source) {
            if matches!(piece.kind, Kind::Text | Kind::Comment) {
                continue;
            }
            for path in paths(&piece) {
                if let Some((fault, text)) = known.wrong(&path, &shadowed) {
                    let line = line_of(template.source, piece.at + path.at);
                    findings.push(finding(template.file, line, fault, true, text));
                }
            }
        }
    }
    findings.extend(missing_words(theme));
    findings.extend(unused(theme));
    findings
}

fn finding(file: &str, line: usize, fault: Fault, error: bool, text: String) -> Finding {
    Finding { file: file.to_owned(), line, fault, error, text, page: String::new() }
}

/// A variable with its members as a template names it: `site.title`, `t["home"]`.
#[derive(Debug, PartialEq, Eq)]
struct Path {
    names: Vec<String>,
    /// Within its tag, in bytes.
    at: usize,
}

/// What a theme may name.
struct Known {
    given: BTreeMap<&'static str, BTreeSet<String>>,
    /// Names that templates give themselves; what one sets another may include.
    locals: BTreeSet<String>,
}

impl Known {
    fn of(theme: &Theme) -> Self {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
        let mut given: BTreeMap<&str, BTreeSet<String>> =
            GIVEN.iter().map(|(name, members)| (*name, own(members))).collect();
        let short = fixture::field_names(false);
        let mut card = own(CARD);
        card.extend(short.iter().cloned());
        // A field that is named like what every card has.
        card.extend(short.iter().map(|name| format!("own_{name}")));
        given.extend(CARDS.iter().map(|name| (*name, card.clone())));
        given.insert("content", fixture::field_names(true));
        given.insert("t", theme.words.values().flat_map(|words| words.keys().cloned()).collect());
        given.insert("theme_settings", theme.about.settings.keys().cloned().collect());
        given.insert("once", parts_made_once(theme).map(|(_, part)| part.to_owned()).collect());
        given.insert("theme", theme.assets.iter().map(|(name, _)| name.clone()).collect());
        let locals = theme.written().iter().flat_map(|template| locals(template.source)).collect();
        Known { given, locals }
    }

    fn wrong(&self, path: &Path, shadowed: &BTreeSet<String>) -> Option<(Fault, String)> {
        let root = path.names.first()?;
        let Some(members) = self.given.get(root.as_str()).filter(|_| !shadowed.contains(root)) else {
            let known = self.locals.contains(root) || self.given.contains_key(root.as_str());
            return (!known).then(|| (Fault::UnknownVariable, format!("no page gives {root}")));
        };
        let member = path.names.get(1)?;
        let open = members.is_empty() && !matches!(root.as_str(), "theme_settings" | "t" | "theme" | "once");
        if open || members.contains(member) {
            return None;
        }
        Some(match root.as_str() {
            "t" => (Fault::MissingWord, format!("words.toml has no {member}")),
            "theme" => (Fault::UnknownVariable, format!("the theme has no file assets/{member}")),
            "once" => (Fault::UnknownVariable, format!("the theme has no template once/{member}.html")),
            _ => (Fault::UnknownVariable, format!("{root} has no {member}")),
        })
    }
}

/// The names that a template gives: by `set`, by `for`, within lists, and the parameters of its components.
fn locals(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for piece in tags::pieces(source).iter().filter(|piece| !matches!(piece.kind, Kind::Text | Kind::Comment)) {
        let code = code(piece.text);
        let words: Vec<&str> = words(&code).map(|(_, word)| word).collect();
        match piece.word() {
            "set" | "set_global" => found.extend(words.get(1).map(|word| (*word).to_owned())),
            "component" => found.extend(words.iter().skip(2).map(|word| (*word).to_owned())),
            _ => {}
        }
        for (at, _) in words.iter().enumerate().filter(|(_, word)| **word == "for") {
            let names = words[at + 1..].iter().take_while(|word| **word != "in");
            found.extend(names.map(|name| (*name).to_owned()));
        }
    }
    found
}

/// A tag with its texts and marks blanked, at the same places.
fn code(tag: &str) -> String {
    let mut code = tag.as_bytes().to_vec();
    for text in tags::quoted(tag) {
        let from = text.as_ptr() as usize - tag.as_ptr() as usize;
        code[from..from + text.len()].fill(b' ');
    }
    String::from_utf8(code).unwrap_or_default()
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// The words of a piece of code, with their places.
fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = code.split(|letter: char| !is_word(letter)).filter(|word| !word.is_empty());
    starts.map(|word| (word.as_ptr() as usize - code.as_ptr() as usize, word))
}

/// The variables that a tag names.
fn paths(piece: &Piece) -> Vec<Path> {
    let tag = piece.text;
    let code = code(tag);
    let mut found = Vec::new();
    let in_component = piece.word() == "component";
    for (at, word) in words(&code) {
        let before = code[..at].trim_end();
        let after = code[at + word.len()..].trim_start();
        let named_otherwise = before.ends_with(['.', '|', '<', '/'])
            // A test: `is defined`, `is not starting_with`.
            || before.ends_with(" is") || before.ends_with(" is not")
            || after.starts_with('(')
            // An argument: `length=4`.
            || (after.starts_with('=') && !after.starts_with("=="))
            || (in_component && !before.ends_with('='));
        let names_a_block = matches!(piece.word(), "block" | "endblock" | "endcomponent" | "filter");
        let is_number = word.starts_with(|letter: char| letter.is_ascii_digit());
        if named_otherwise || names_a_block || is_number || KEYWORDS.contains(&word) {
            continue;
        }
        found.push(Path { names: members(tag, &code, at, word), at });
    }
    found
}

/// A variable and what follows it: `.name`, `?.name`, `["name"]`; the rest is computed.
fn members(tag: &str, code: &str, at: usize, word: &str) -> Vec<String> {
    let mut names = vec![word.to_owned()];
    let mut end = at + word.len();
    loop {
        let rest = &code[end..];
        let dots = if rest.starts_with("?.") { 2 } else { usize::from(rest.starts_with('.')) };
        if dots > 0 {
            let name: String = rest[dots..].chars().take_while(|letter| is_word(*letter)).collect();
            if name.is_empty() {
                return names;
            }
            end += dots + name.len();
            names.push(name);
        } else if let Some(close) = rest.strip_prefix('[').and_then(|inner| inner.find(']')) {
            let inner = tag[end + 1..end + 1 + close].trim();
            let text = inner.strip_prefix(['"', '\'']).and_then(|text| text.strip_suffix(['"', '\'']));
            match text.filter(|text| !text.contains(['"', '\''])) {
                Some(name) => names.push(name.to_owned()),
                None => return names,
            }
            end += close + 2;
        } else {
            return names;
        }
    }
}

/// Words that one language has and another has not.
fn missing_words(theme: &Theme) -> Vec<Finding> {
    let nothing = BTreeMap::new();
    let first = theme.words.get("id").unwrap_or(&nothing);
    let mut findings = Vec::new();
    for (locale, words) in &theme.words {
        let names = if locale == "id" {
            theme.words.values().flat_map(BTreeMap::keys).collect()
        } else {
            first.keys().collect::<BTreeSet<_>>()
        };
        for name in names.into_iter().filter(|name| !words.contains_key(*name)) {
            let text = format!("[{locale}] has no {name}");
            findings.push(finding("words.toml", 1, Fault::MissingWord, locale == "id", text));
        }
    }
    findings
}

/// The templates that are made one time for all pages of a language, with the name of what comes of them.
fn parts_made_once(theme: &Theme) -> impl Iterator<Item = (&str, &str)> {
    let names = theme.tera.get_template_names();
    names.filter_map(|name| Some((name, name.strip_prefix(ONCE)?.strip_suffix(".html")?)))
}

/// Templates of the theme's own that no page comes to.
fn unused(theme: &Theme) -> Vec<Finding> {
    let written = theme.written();
    let mut open: Vec<String> = page_templates().into_iter().collect();
    open.extend(parts_made_once(theme).map(|(template, _)| template.to_owned()));
    let mut used = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !used.insert(name.clone()) {
            continue;
        }
        for template in written.iter().filter(|template| template.name == name) {
            let pieces = tags::pieces(template.source);
            let leads = pieces.iter().filter(|piece| matches!(piece.word(), "extends" | "include"));
            open.extend(leads.flat_map(|piece| tags::quoted(piece.text)).map(str::to_owned));
        }
    }
    let defines = |source: &str| tags::pieces(source).iter().any(|piece| piece.word() == "component");
    let idle = written.iter().filter(|template| !used.contains(&template.name) && !defines(template.source));
    // What a theme leaves unused of the one below it is not its own.
    let own = idle.filter(|template| !template.file.starts_with("parent/"));
    own.map(|template| {
        finding(template.file, 1, Fault::UnusedTemplate, false, "no page is made with this template".into())
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(source: &str) -> Vec<(usize, String)> {
        let mut theme = Theme::built_in().unwrap();
        theme.files.insert("templates/404.html".into(), source.as_bytes().to_vec());
        let own = lint(&theme).into_iter().filter(|finding| finding.file == "templates/404.html");
        own.map(|finding| (finding.line, finding.text)).collect()
    }

    #[test]
    fn what_no_page_gives_is_told_with_its_line_even_where_it_would_be_empty() {
        let found =
            told("<p>{{ site.title }}\n{% if site.titel %}x{% endif %}\n{{ nama }}{{ t.no_such }}{{ theme['x.css'] }}");
        let texts: Vec<_> = found.iter().map(|(line, text)| (*line, text.as_str())).collect();
        let expected = [
            (2, "site has no titel"),
            (3, "no page gives nama"),
            (3, "words.toml has no no_such"),
            (3, "the theme has no file assets/x.css"),
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn what_templates_may_say_is_not_told() {
        let source = "{% for card, b in list.entries %}{{ card.x }}{{ b | default(value=card.y) }}{% endfor %}\
            {% set c = [d.url for d in latest if d.image] %}{{ c[0] or \"none of this\" }}\
            {{ <fact text={entry.title ~ \"a\"} /> }}{{ entry.start?.iso }}{{ t[\"section_\" ~ page.section] }}\
            {% if page.kind is defined and not entry.own_url %}{{ loop.index }}{% endif %}{{ content.body }}";
        assert_eq!(told(source), []);
    }

    #[test]
    fn the_themes_that_come_with_lamin_have_nothing_to_tell() {
        let found = lint(&Theme::built_in().unwrap());
        assert!(found.is_empty(), "{}", found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    }
}
