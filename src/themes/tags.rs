//! The tags of a template: where they stand, and what they say. Pure.

/// A piece of a template's source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'s> {
    pub kind: Kind,
    /// Where it begins, in bytes.
    pub at: usize,
    /// As it is written, with the marks around it.
    pub text: &'s str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What goes out as it is.
    Text,
    /// `{{ … }}`
    Expression,
    /// `{% … %}`
    Statement,
    /// `{# … #}`
    Comment,
}

impl<'s> Piece<'s> {
    /// What stands between the marks of a tag.
    pub fn inside(&self) -> &'s str {
        match self.kind {
            Kind::Text => self.text,
            Kind::Expression | Kind::Statement | Kind::Comment => {
                let inside = self.text.get(2..self.text.len().saturating_sub(2)).unwrap_or_default();
                inside.trim_start_matches('-').trim_end_matches('-').trim()
            }
        }
    }

    /// The first word of a statement: `for`, `block`, `include`.
    pub fn word(&self) -> &'s str {
        match self.kind {
            Kind::Statement => self.inside().split_whitespace().next().unwrap_or_default(),
            Kind::Text | Kind::Expression | Kind::Comment => "",
        }
    }
}

/// The pieces of a source, in order; together they are the source.
pub fn pieces(source: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut raw = false;
    while at < source.len() {
        let (kind, length) = match (raw, opened(&source[at..])) {
            (false, Some(kind)) => (kind, tag_length(&source[at..], kind)),
            (true, Some(Kind::Statement)) if ends_raw(&source[at..]) => {
                (Kind::Statement, tag_length(&source[at..], Kind::Statement))
            }
            (_, opened) => {
                // At least the mark that opens nothing here.
                let skipped = if opened.is_some() { 2 } else { 0 };
                let rest = &source[at + skipped..];
                let next = rest.match_indices('{').map(|(found, _)| found).find(|found| opened_at(rest, *found, raw));
                (Kind::Text, skipped + next.unwrap_or(rest.len()))
            }
        };
        let piece = Piece { kind, at, text: &source[at..at + length] };
        match piece.word() {
            "raw" => raw = true,
            "endraw" => raw = false,
            _ => {}
        }
        pieces.push(piece);
        at += length;
    }
    pieces
}

fn opened_at(rest: &str, at: usize, raw: bool) -> bool {
    match opened(&rest[at..]) {
        Some(Kind::Statement) => !raw || ends_raw(&rest[at..]),
        Some(_) => !raw,
        None => false,
    }
}

fn opened(rest: &str) -> Option<Kind> {
    match rest.get(..2)? {
        "{{" => Some(Kind::Expression),
        "{%" => Some(Kind::Statement),
        "{#" => Some(Kind::Comment),
        _ => None,
    }
}

fn ends_raw(rest: &str) -> bool {
    rest.get(2..).unwrap_or_default().trim_start_matches('-').trim_start().starts_with("endraw")
}

/// How long a tag is; what stands in quotes does not end it.
fn tag_length(rest: &str, kind: Kind) -> usize {
    let close = match kind {
        Kind::Text => return rest.len(),
        Kind::Expression => "}}",
        Kind::Statement => "%}",
        Kind::Comment => return rest.find("#}").map_or(rest.len(), |at| at + 2),
    };
    let mut quote = None;
    for (at, letter) in rest.char_indices().skip(2) {
        match quote {
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if matches!(letter, '"' | '\'' | '`') => quote = Some(letter),
            None if rest[at..].starts_with(close) => return at + 2,
            None => {}
        }
    }
    rest.len()
}

/// The texts in quotes within a tag.
pub fn quoted(tag: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut open: Option<(char, usize)> = None;
    for (at, letter) in tag.char_indices() {
        match open {
            Some((quote, from)) if letter == quote => {
                found.push(&tag[from..at]);
                open = None;
            }
            Some(_) => {}
            None if matches!(letter, '"' | '\'' | '`') => open = Some((letter, at + 1)),
            None => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_falls_into_its_tags_and_the_text_between() {
        let source = "<a>{% if x == \"%}\" %}{{ y }}{# {{ no }} #}{% raw %}{{ z }}{% endraw %}{ }";
        let found: Vec<_> = pieces(source).iter().map(|piece| (piece.kind, piece.inside())).collect();
        let expected = [
            (Kind::Text, "<a>"),
            (Kind::Statement, "if x == \"%}\""),
            (Kind::Expression, "y"),
            (Kind::Comment, "{{ no }}"),
            (Kind::Statement, "raw"),
            (Kind::Text, "{{ z }}"),
            (Kind::Statement, "endraw"),
            (Kind::Text, "{ }"),
        ];
        assert_eq!(found, expected);
        assert_eq!(quoted("include \"parts/a.html\" + 'b'"), ["parts/a.html", "b"]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_of_a_source_is_lost(source in "[{}%# a\"'-]{0,60}|(\\{% raw %\\}|\\{% endraw %\\}|\\{\\{|x){0,12}") {
            let pieces = pieces(&source);
            proptest::prop_assert_eq!(pieces.iter().map(|piece| piece.text).collect::<String>(), source.as_str());
            let mut at = 0;
            for piece in pieces {
                proptest::prop_assert_eq!((piece.at, !piece.text.is_empty()), (at, true));
                at += piece.text.len();
            }
        }
    }
}
