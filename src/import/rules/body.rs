//! What the text of a file mentions: pictures, links, shortcodes; and the text with other targets.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::shortcodes;

/// Something in the text that points elsewhere or that Markdown does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mention {
    /// `span` is where the destination is written, with the pointed brackets if it has them.
    Link { span: Range<usize>, destination: String, picture: bool },
    /// A call of the old generator that Lamin does not know.
    Shortcode { at: usize, name: String },
    /// A picture in raw HTML, which an import does not rewrite.
    HtmlPicture { at: usize, source: String },
}

/// Everything that the text mentions, in no particular order.
pub fn mentions(body: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    let may_call = body.contains("{{") || body.contains("{%");
    if !may_call && !body.contains("](") && !body.contains("]:") && !body.contains("<img") {
        return found;
    }
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut events = Parser::new_ext(body, options).into_offset_iter();
    for (_, definition) in events.reference_definitions().iter() {
        if let Some(span) = destination_span(body, definition.span.clone(), "]:") {
            let destination = definition.dest.to_string();
            let picture = super::links::looks_like_picture(&destination);
            found.push(Mention::Link { span, destination, picture });
        }
    }
    let mut open: Vec<Open> = Vec::new();
    let mut code: Vec<Range<usize>> = Vec::new();
    for (event, range) in events.by_ref() {
        if let Event::Start(Tag::Link { link_type, ref dest_url, .. } | Tag::Image { link_type, ref dest_url, .. }) =
            event
        {
            let picture = matches!(event, Event::Start(Tag::Image { .. }));
            let inner_end = range.start + 1 + usize::from(picture);
            open.push(Open { link_type, destination: dest_url.to_string(), picture, inner_end });
            continue;
        }
        if let Event::End(TagEnd::Link | TagEnd::Image) = event
            && let Some(link) = open.pop()
            && link.link_type == LinkType::Inline
            && let Some(span) = destination_span(body, link.inner_end..range.end, "](")
        {
            found.push(Mention::Link { span, destination: link.destination, picture: link.picture });
        }
        match event {
            Event::Start(Tag::CodeBlock(_)) | Event::Code(_) => code.push(range.clone()),
            Event::Html(html) | Event::InlineHtml(html) => html_pictures(&html, range.start, &mut found),
            _ => {}
        }
        if let Some(outer) = open.last_mut() {
            outer.inner_end = outer.inner_end.max(range.end);
        }
    }
    if may_call {
        let calls = shortcodes::calls(body)
            .into_iter()
            .filter(|call| !code.iter().any(|range| range.contains(&call.span.start)));
        found.extend(
            calls.filter(|call| !call.closing).map(|call| Mention::Shortcode { at: call.span.start, name: call.name }),
        );
    }
    found
}

struct Open {
    link_type: LinkType,
    destination: String,
    picture: bool,
    inner_end: usize,
}

/// Finds `destination` in `](destination "title")` or `]: destination "title"`.
fn destination_span(body: &str, within: Range<usize>, opening: &str) -> Option<Range<usize>> {
    let tail = body.get(within.clone())?;
    let after = within.start + tail.find(opening)? + opening.len();
    let rest = body.get(after..within.end)?;
    let start = after + (rest.len() - rest.trim_start().len());
    let written = body.get(start..within.end)?;
    let length = if written.starts_with('<') { pointed(written)? } else { plain(written, opening == "](") };
    (length > 0).then(|| start..start + length)
}

fn pointed(written: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in written.char_indices().skip(1) {
        match letter {
            '\\' => escaped = !escaped,
            '>' if !escaped => return Some(at + 1),
            _ => escaped = false,
        }
    }
    None
}

fn plain(written: &str, in_brackets: bool) -> usize {
    let (mut depth, mut escaped) = (0u32, false);
    for (at, letter) in written.char_indices() {
        match letter {
            _ if letter.is_whitespace() => return at,
            '\\' if !escaped => {
                escaped = true;
                continue;
            }
            '(' if !escaped => depth += 1,
            ')' if !escaped && in_brackets && depth == 0 => return at,
            ')' if !escaped => depth = depth.saturating_sub(1),
            _ => {}
        }
        escaped = false;
    }
    written.len()
}

fn html_pictures(html: &str, start: usize, found: &mut Vec<Mention>) {
    let lower = html.to_ascii_lowercase();
    for (at, _) in lower.match_indices("<img") {
        let tag_end = lower[at..].find('>').map_or(lower.len(), |end| at + end);
        let Some(attribute) = lower[at..tag_end].find("src=").map(|offset| at + offset + 4) else { continue };
        let value = &html[attribute..tag_end];
        let source = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split(quote).next(),
            Some(_) | None => value.split_ascii_whitespace().next(),
        };
        if let Some(source) = source.filter(|source| !source.is_empty()) {
            found.push(Mention::HtmlPicture { at: start + at, source: source.to_owned() });
        }
    }
}

/// The text with some spans replaced. Spans that overlap an earlier one are left as they are.
pub fn rewrite(body: &str, mut replacements: Vec<(Range<usize>, String)>) -> Cow<'_, str> {
    if replacements.is_empty() {
        return Cow::Borrowed(body);
    }
    replacements.sort_by_key(|(span, _)| span.start);
    let mut text = String::with_capacity(body.len() + replacements.len() * 64);
    let mut at = 0;
    for (span, replacement) in &replacements {
        if let Some(between) = body.get(at..span.start) {
            text.push_str(between);
            text.push_str(replacement);
            at = span.end;
        }
    }
    text.push_str(body.get(at..).unwrap_or_default());
    Cow::Owned(text)
}

/// The title that the text begins with, as plain text, and where the text goes on behind it.
pub fn heading(body: &str) -> Option<(String, usize)> {
    let mut title = String::new();
    let mut inside = false;
    for (event, range) in Parser::new_ext(body, Options::ENABLE_STRIKETHROUGH).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => inside = true,
            Event::End(TagEnd::Heading(HeadingLevel::H1)) => {
                let title = title.trim().to_owned();
                return (!title.is_empty()).then_some((title, range.end));
            }
            _ if !inside => return None,
            other => say(&other, &mut title),
        }
    }
    None
}

/// The first paragraph with words in it, as plain text.
pub fn paragraph(body: &str) -> Option<String> {
    let (mut text, mut pictures) = (String::new(), 0u32);
    for event in Parser::new_ext(body, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::Paragraph) => text.clear(),
            Event::End(TagEnd::Paragraph) if !text.trim().is_empty() => return Some(text.trim().to_owned()),
            Event::Start(Tag::Image { .. }) => pictures += 1,
            Event::End(TagEnd::Image) => pictures = pictures.saturating_sub(1),
            other if pictures == 0 => say(&other, &mut text),
            _ => {}
        }
    }
    None
}

fn say(event: &Event, text: &mut String) {
    match event {
        Event::Text(part) | Event::Code(part) => text.push_str(part),
        Event::SoftBreak | Event::HardBreak => text.push(' '),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn links(body: &str) -> Vec<(&str, String, bool)> {
        let mut links: Vec<_> = mentions(body)
            .into_iter()
            .filter_map(|mention| match mention {
                Mention::Link { span, destination, picture } => Some((&body[span], destination, picture)),
                Mention::Shortcode { .. } | Mention::HtmlPicture { .. } => None,
            })
            .collect();
        links.sort();
        links
    }

    #[test]
    fn destinations_are_found_where_they_are_written() {
        assert_eq!(links("![Foto](foto.jpg \"Judul\")"), [("foto.jpg", "foto.jpg".into(), true)]);
        assert_eq!(links("[a **b**](../x.md#y)"), [("../x.md#y", "../x.md#y".into(), false)]);
        assert_eq!(links("[a](<foto baru.jpg>)"), [("<foto baru.jpg>", "foto baru.jpg".into(), false)]);
        assert_eq!(links("[a](x(1).md)"), [("x(1).md", "x(1).md".into(), false)]);
        assert_eq!(links("[![f](a.png)](b.md)"), [("a.png", "a.png".into(), true), ("b.md", "b.md".into(), false)]);
        assert_eq!(links("[a][r] teks\n\n[r]: ./x.md \"J\""), [("./x.md", "./x.md".into(), false)]);
        assert_eq!(links("[](x.md)"), [("x.md", "x.md".into(), false)]);
    }

    #[test]
    fn what_stands_in_code_is_no_link_and_no_shortcode() {
        assert!(mentions("`[a](b.md)` dan `{{< youtube x >}}`").is_empty());
        assert!(mentions("```\n![a](b.png)\n{{ youtube(id=1) }}\n```\n").is_empty());
    }

    #[test]
    fn shortcodes_and_pictures_in_html_are_told() {
        let body = "Teks {{< youtube abc >}}\n\n<img src=\"foto.jpg\">\n";
        let wanted = [
            Mention::HtmlPicture { at: 26, source: "foto.jpg".into() },
            Mention::Shortcode { at: 5, name: "youtube".into() },
        ];
        assert_eq!(mentions(body), wanted);
    }

    #[test]
    fn spans_are_replaced_and_the_rest_stays() {
        assert_eq!(rewrite("a (b) c (d)", vec![(9..10, "D".into()), (3..4, "BB".into())]), "a (BB) c (D)");
        assert_eq!(rewrite("abc", vec![]), "abc");
    }

    #[test]
    fn a_text_may_begin_with_its_title() {
        let body = "# Judul *baru*\n\n![f](x.png)\n\nKalimat **satu**\ndua.\n\nTiga.";
        let (title, rest) = heading(body).unwrap();
        assert_eq!((title.as_str(), body[rest..].trim_start().starts_with("![f]")), ("Judul baru", true));
        assert_eq!(heading("Kalimat.\n\n# Judul"), None);
        assert_eq!(heading("## Judul"), None);
    }

    #[test]
    fn the_first_paragraph_with_words_is_plain_text() {
        let body = "# Judul\n\n![f](x.png)\n\nKalimat **satu**\ndua.\n\nTiga.";
        assert_eq!(paragraph(body).as_deref(), Some("Kalimat satu dua."));
        assert_eq!(paragraph("![f](x.png)\n"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(body in "([!\\[\\]()<>`\\\\ \n\"{}%a-zé.:/#*_-]|!\\[|\\]\\(|\\{\\{<|>\\}\\}|<img src=){0,80}") {
            let found = mentions(&body);
            let spans = found.into_iter().filter_map(|mention| match mention {
                Mention::Link { span, .. } => Some((span, "asset:x".to_owned())),
                Mention::Shortcode { .. } | Mention::HtmlPicture { .. } => None,
            });
            let _ = rewrite(&body, spans.collect());
            let _ = (heading(&body), paragraph(&body));
            let _ = shortcodes::expand(&body);
        }
    }
}
