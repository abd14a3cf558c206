//! Parts of a file: what a request for a range of bytes means (RFC 9110, 14). Pure.

use std::ops::Range;

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// All of it: nothing was asked for, or something that need not be understood.
    Whole,
    /// Never empty.
    Of(Range<u64>),
    /// It asks for what lies behind the end.
    Beyond,
}

/// Reads `bytes=a-b`, `bytes=a-` and `bytes=-n`. Several ranges at once get the whole.
pub fn part(asked: Option<&str>, size: u64) -> Part {
    let Some((from, until)) = asked.and_then(|text| text.strip_prefix("bytes=")).and_then(|text| text.split_once('-'))
    else {
        return Part::Whole;
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let range = match (from.trim(), until.trim()) {
        ("", last) => number(last).map(|last| size.saturating_sub(last)..size),
        (from, "") => number(from).map(|from| from..size),
        (from, until) => match (number(from), number(until)) {
            (Some(from), Some(until)) if from <= until => Some(from..until.saturating_add(1).min(size)),
            _ => None,
        },
    };
    match range {
        None => Part::Whole,
        Some(range) if range.start >= range.end => Part::Beyond,
        Some(range) => Part::Of(range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_the_standard_says() {
        for (asked, expected) in [
            (None, Part::Whole),
            (Some("bytes=0-9"), Part::Of(0..10)),
            (Some("bytes=10-"), Part::Of(10..100)),
            (Some("bytes=-10"), Part::Of(90..100)),
            (Some("bytes=-1000"), Part::Of(0..100)),
            (Some("bytes=90-1000"), Part::Of(90..100)),
            (Some("bytes=99-99"), Part::Of(99..100)),
            (Some("bytes=100-"), Part::Beyond),
            (Some("bytes=-0"), Part::Beyond),
            (Some("bytes=9-3"), Part::Whole),
            (Some("bytes=0-1,5-6"), Part::Whole),
            (Some("lines=1-2"), Part::Whole),
            (Some("bytes=x-"), Part::Whole),
        ] {
            assert_eq!(part(asked, 100), expected, "{asked:?}");
        }
        assert_eq!(part(Some("bytes=0-"), 0), Part::Beyond);
    }
}
