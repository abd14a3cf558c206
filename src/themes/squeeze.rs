//! Output without idle white space: done once on a theme's templates, not on every page.
//!
//! Of the literal text of a template, a run of white space becomes one character, and none at all
//! beside a tag that begins or ends a block. What Markdown makes is tight already.

/// Elements beside which white space is never seen.
const BLOCKS: &[&str] = &[
    "!doctype",
    "html",
    "head",
    "body",
    "meta",
    "link",
    "title",
    "script",
    "style",
    "base",
    "header",
    "footer",
    "main",
    "nav",
    "section",
    "article",
    "aside",
    "div",
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "figure",
    "figcaption",
    "table",
    "thead",
    "tbody",
    "tr",
    "td",
    "th",
    "form",
    "fieldset",
    "hr",
    "br",
    "blockquote",
    "address",
    "details",
    "summary",
];
/// Elements whose text is kept as it is.
const KEPT: &[&str] = &["pre", "textarea", "script", "style"];

/// A template of HTML or XML with its literal text squeezed. Template tags stay as they are; a
/// template's comments (`{# … #}`) go.
pub fn template(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    // Whether white space at this place would be seen.
    let mut matters = false;
    let mut kept: Option<&'static str> = None;
    while !rest.is_empty() {
        if let Some(end) = template_tag(rest) {
            if !rest.starts_with("{#") {
                out.push_str(&rest[..end]);
                // `{{ }}` makes text; a statement leaves the state as the literal before it did.
                matters = matters || rest.starts_with("{{");
            }
            rest = &rest[end..];
        } else if rest.starts_with('<') {
            let end = markup_end(rest);
            let (name, closing) = tag_name(rest);
            let block = BLOCKS.iter().any(|known| name.eq_ignore_ascii_case(known));
            if block && kept.is_none() {
                trim_space(&mut out);
            }
            out.push_str(&markup(&rest[..end]));
            kept = match kept {
                Some(open) if closing && name.eq_ignore_ascii_case(open) => None,
                None if !closing => KEPT.iter().copied().find(|known| name.eq_ignore_ascii_case(known)),
                unchanged => unchanged,
            };
            matters = !block;
            rest = &rest[end..];
        } else {
            let end = rest.char_indices().skip(1).find(|(at, c)| *c == '<' || template_tag(&rest[*at..]).is_some());
            let end = end.map_or(rest.len(), |(at, _)| at);
            if kept.is_some() {
                out.push_str(&rest[..end]);
            } else {
                matters = text(&rest[..end], matters, &mut out);
            }
            rest = &rest[end..];
        }
    }
    out
}

/// Takes back one space before a block, but never one that stands inside a template tag.
fn trim_space(out: &mut String) {
    if out.ends_with([' ', '\n']) {
        out.pop();
    }
}

/// The length of the template tag that `rest` begins with.
fn template_tag(rest: &str) -> Option<usize> {
    let close = match rest.get(..2)? {
        "{{" => "}}",
        "{%" => "%}",
        "{#" => "#}",
        _ => return None,
    };
    Some(rest.find(close).map_or(rest.len(), |at| at + 2))
}

/// The length of the tag or comment that `rest` begins with; `>` within quotes or template tags does not end it.
fn markup_end(rest: &str) -> usize {
    if rest.starts_with("<!--") {
        return rest.find("-->").map_or(rest.len(), |at| at + 3);
    }
    let mut quote = None;
    let mut at = 0;
    while at < rest.len() {
        if let Some(length) = rest.is_char_boundary(at).then(|| template_tag(&rest[at..])).flatten() {
            at += length;
            continue;
        }
        match (quote, rest.as_bytes()[at]) {
            (None, b'>') => return at + 1,
            (None, mark @ (b'"' | b'\'')) => quote = Some(mark),
            (Some(open), mark) if open == mark => quote = None,
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

fn tag_name(rest: &str) -> (&str, bool) {
    let closing = rest.starts_with("</");
    let name = &rest[if closing { 2 } else { 1 }..];
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '!')).unwrap_or(name.len());
    (&name[..end], closing)
}

/// A tag on one line, each run of white space between attributes a single space.
fn markup(tag: &str) -> String {
    if !tag.contains('\n') {
        return tag.to_owned();
    }
    let mut out = String::with_capacity(tag.len());
    for line in tag.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if !out.is_empty() && line != ">" && line != "/>" {
            out.push(' ');
        }
        out.push_str(line);
    }
    out
}

/// Appends text with runs of white space as one; says whether a following space would be seen.
fn text(text: &str, mut matters: bool, out: &mut String) -> bool {
    for letter in text.chars() {
        if letter.is_ascii_whitespace() {
            if matters {
                out.push(' ');
                matters = false;
            }
        } else {
            out.push(letter);
            matters = true;
        }
    }
    matters
}

/// A style sheet without comments and idle white space. Only what never carries meaning goes: a space around `+` or `>`
/// stays, because within `clamp()` and its like it does.
pub fn css(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut space = false;
    let mut rest = source;
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |at| at + 2),
            '"' | '\'' => quoted_end(rest),
            _ => letter.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        rest = after;
        if piece.starts_with("/*") || letter.is_ascii_whitespace() {
            space = true;
            continue;
        }
        if letter == '}' && out.ends_with(';') {
            out.pop();
        }
        if space
            && !out.is_empty()
            && !out.ends_with(['{', '}', ';', ',', ':'])
            && !matches!(letter, '{' | '}' | ';' | ',')
        {
            out.push(' ');
        }
        space = false;
        out.push_str(piece);
    }
    out
}

/// The length of the text in quotation marks that `rest` begins with, both marks included.
fn quoted_end(rest: &str) -> usize {
    let mark = rest.as_bytes()[0];
    let mut at = 1;
    while at < rest.len() {
        match rest.as_bytes()[at] {
            b'\\' => at += 1,
            letter if letter == mark => return at + 1,
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn space_that_nobody_sees_goes_and_space_between_words_stays() {
        let source = "<main>\n  <h1>{{ title }}</h1>\n  {# why #}\n  <p>\n    Oleh <b>Ani</b> <i>dan</i>\n    Budi\n  </p>\n</main>\n";
        assert_eq!(template(source), "<main><h1>{{ title }}</h1><p>Oleh <b>Ani</b> <i>dan</i> Budi</p></main>");
    }

    #[test]
    fn statements_and_loops_leave_no_lines() {
        let source = "<ul>\n  {% for a in list %}\n    <li>{{ a }}</li>\n  {% endfor %}\n</ul>\n";
        assert_eq!(template(source), "<ul>{% for a in list %}<li>{{ a }}</li>{% endfor %}</ul>");
    }

    #[test]
    fn a_space_beside_a_value_is_a_space() {
        assert_eq!(template("<p>{{ a }}\n  {{ b }}</p>"), "<p>{{ a }} {{ b }}</p>");
        assert_eq!(template("<p><a href=\"x\">y</a>\n{{ b }}</p>"), "<p><a href=\"x\">y</a> {{ b }}</p>");
    }

    #[test]
    fn preformatted_text_and_quoted_signs_are_kept() {
        assert_eq!(template("<div>\n<pre>\n a  b\n</pre>\n</div>"), "<div><pre>\n a  b\n</pre></div>");
        assert_eq!(
            template("<a\n  title=\"a > b\"\n  {% if c > d %}hidden{% endif %}\n>x</a>"),
            "<a title=\"a > b\" {% if c > d %}hidden{% endif %}>x</a>"
        );
    }

    #[test]
    fn style_keeps_its_meaning() {
        let tight = css(
            "/* a */\n.a > .b { margin: calc(1rem + 2px) ; color: color-mix(in oklab, red 40%, white); }\n@media (prefers-color-scheme: dark) { :root { --x: 1px; } }\n@media (min-width: 40rem) and (max-width: 60rem) { .a:not(.b) { color: red } }",
        );
        assert!(tight.contains("calc(1rem + 2px)"), "{tight}");
        assert!(tight.contains("in oklab,"), "{tight}");
        assert!(tight.contains("@media (prefers-color-scheme:"), "{tight}");
        assert!(tight.contains(") and ("), "{tight}");
        assert!(!tight.contains("/*"));
        assert_eq!(css("a { width: clamp(1rem, 1.2rem + 1vw, 2rem);\n}\n"), "a{width:clamp(1rem,1.2rem + 1vw,2rem)}");
        assert_eq!(css("a::before { content: \"/* } ;  '\" ; }"), "a::before{content:\"/* } ;  '\"}");
        assert_eq!(css("a :hover, .b > c { top: 0 }"), "a :hover,.b > c{top:0}");
    }
}
