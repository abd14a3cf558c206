//! A cap on how deep quotations and lists nest, applied to the source before it is parsed.
//!
//! A parser looks at every open container for every line. A container costs its text at least two
//! columns on each line that opens or continues it (a quotation is counted as two), so a cap on the
//! columns before a line's first word caps the depth, and the work stays linear in the text.

use std::borrow::Cow;

/// Containers that may be open at once.
pub const DEPTH_MAX: usize = 100;
const COLUMNS_MAX: usize = 2 * DEPTH_MAX;
/// What one marker costs; white space costs its columns.
const MARKER_COLUMNS: usize = 2;
const TAB_COLUMNS: usize = 4;
/// The label of a footnote that is looked at; the parser takes no longer ones that matter here.
const LABEL_BYTES_MAX: usize = 1000;

/// The source with every line's prefix cut to [`DEPTH_MAX`] containers; nearly always the source itself.
pub fn cap(source: &str) -> Cow<'_, str> {
    let mut capped: Option<String> = None;
    let mut kept = 0;
    let mut at = 0;
    while at < source.len() {
        let end = source[at..].find('\n').map_or(source.len(), |newline| at + newline + 1);
        let (within, prefix) = prefix(&source.as_bytes()[at..end]);
        if within < prefix {
            let out = capped.get_or_insert_with(|| String::with_capacity(source.len()));
            out.push_str(&source[kept..at + within]);
            kept = at + prefix;
        }
        at = end;
    }
    match capped {
        None => Cow::Borrowed(source),
        Some(mut out) => {
            out.push_str(&source[kept..]);
            Cow::Owned(out)
        }
    }
}

/// How many bytes of the line's prefix are within the cap, and how many it has.
fn prefix(line: &[u8]) -> (usize, usize) {
    let (mut at, mut columns, mut within) = (0, 0, 0);
    loop {
        let (bytes, cost) = match line.get(at) {
            Some(b' ') => (1, 1),
            Some(b'\t') => (1, TAB_COLUMNS),
            Some(b'>') => (1, MARKER_COLUMNS),
            Some(_) => match marker(&line[at..]) {
                0 => return (within, at),
                bytes => (bytes, MARKER_COLUMNS),
            },
            None => return (within, at),
        };
        at += bytes;
        columns += cost;
        if columns <= COLUMNS_MAX {
            within = at;
        }
    }
}

/// The length of a list's or footnote's marker at the start of the text; 0 when there is none.
fn marker(text: &[u8]) -> usize {
    let ends = |at: usize| matches!(text.get(at), None | Some(b' ' | b'\t' | b'\n' | b'\r'));
    match text[0] {
        b'-' | b'*' | b'+' if ends(1) => 1,
        b'0'..=b'9' => {
            let digits = text.iter().take(10).take_while(|byte| byte.is_ascii_digit()).count();
            let closed = digits < 10 && matches!(text.get(digits), Some(b'.' | b')')) && ends(digits + 1);
            if closed { digits + 1 } else { 0 }
        }
        b'[' if text.get(1) == Some(&b'^') => {
            let label = text.iter().take(LABEL_BYTES_MAX).position(|byte| *byte == b']').unwrap_or(0);
            if label > 2 && text.get(label + 1) == Some(&b':') { label + 2 } else { 0 }
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in ["", "a", "> - 1. a\n>   b\n", "[^1]: note\n", "***\n---\n", "    code\n\ttab\n"] {
            assert!(matches!(cap(text), Cow::Borrowed(_)), "{text:?}");
        }
    }

    #[test]
    fn a_line_keeps_its_words_and_loses_what_is_too_deep() {
        let text = format!("a\n{}words > here\nb", "> ".repeat(500));
        let capped = cap(&text);
        assert_eq!(capped.matches('>').count(), 67 + 1);
        assert!(capped.starts_with("a\n> ") && capped.ends_with("words > here\nb"));
        assert_eq!(cap(&">".repeat(1_000)).len(), DEPTH_MAX);
        assert_eq!(cap(&" ".repeat(1_000)).len(), COLUMNS_MAX);
    }
}
