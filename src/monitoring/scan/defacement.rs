//! Was the page replaced by a message of those who broke in?

use std::collections::HashSet;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::model::{Evidence, Kind};
use super::page::Page;
use super::signs::{SIGNS, SPOKEN_TO, STRONG, TELLING, WEAK};
use super::style::Hiding;
use crate::threats::fold::fold;

/// Words of a page up to which a message may be most of it.
const SHORT_WORDS_MAX: usize = 160;
/// Words of a heading that is nothing but the message.
const HEADING_WORDS_MAX: usize = 9;
/// Points from which a text is a message.
const MESSAGE_POINTS: f64 = 2.5;

/// Evidence of a message, and whether the page is nothing else.
pub fn evidence(page: &Page) -> (Vec<Evidence>, bool) {
    let title = page.title.as_deref().unwrap_or_default();
    let shown = page.passages.iter().filter(|passage| !passage.is_quoted && passage.hiding != Hiding::Usual);
    let mut body = String::new();
    // `pre` is what such messages like to be set in, so a quotation counts where there is nothing else.
    let has_text = shown.clone().any(|passage| !passage.text.trim().is_empty());
    for passage in page.passages.iter().filter(|passage| !has_text || !passage.is_quoted).take(400) {
        body.push_str(&passage.text);
        body.push('\n');
        if body.len() > SHORT_WORDS_MAX * 40 {
            break;
        }
    }
    let alerts: Vec<&str> = page
        .scripts
        .iter()
        .flat_map(|code| code.split("alert(").skip(1))
        .filter_map(|rest| rest.split(')').next())
        .take(8)
        .collect();
    let whole = format!("{title}\n{body}\n{}", alerts.join("\n"));
    let words = fold(&body).words.len();
    let by_title = points(title) >= MESSAGE_POINTS && telling(title) == 0;
    let is_short = words <= SHORT_WORDS_MAX;
    let by_body = is_short
        && points(&whole) >= MESSAGE_POINTS
        && telling(&whole) * 3 <= points(&whole) as usize
        && telling(&whole) < 3
        && (telling(&whole) == 0 || has_pattern(title) || is_shout(&whole));
    let heading = page.headings.iter().find(|(level, text)| {
        *level < 3
            && fold(text).words.len() <= HEADING_WORDS_MAX
            && points(text) >= MESSAGE_POINTS
            && telling(text) == 0
            && telling(title) == 0
    });
    let tell =
        |text: &str, place: &str| vec![Evidence::new(Kind::Defacement, text, place, "a message of those who broke in")];
    if by_title {
        return (tell(title, "title"), true);
    }
    if by_body {
        return (tell(&whole, "body"), true);
    }
    if let Some((level, text)) = heading {
        return (tell(text, &format!("h{level}")), true);
    }
    // A line of its own on a page that otherwise stands: somebody wrote an entry, or left a mark.
    let mark = page
        .passages
        .iter()
        .filter(|passage| !passage.is_quoted)
        .flat_map(|passage| passage.text.lines().map(move |line| (line, passage)));
    let mark = mark
        .filter(|(line, _)| line.len() < 120)
        .find(|(line, _)| has_pattern(line) && points(line) >= MESSAGE_POINTS && telling(line) == 0);
    match mark {
        Some((line, passage)) if telling(title) == 0 && telling(&passage.text) < 2 => {
            (tell(line, &passage.place), false)
        }
        _ => (Vec::new(), false),
    }
}

/// Mostly capitals, or next to nothing but the message.
fn is_shout(text: &str) -> bool {
    let (mut large, mut letters) = (0usize, 0usize);
    for letter in text.chars().filter(|letter| letter.is_alphabetic()) {
        large += usize::from(letter.is_uppercase());
        letters += 1;
    }
    large * 2 > letters
}

fn telling(text: &str) -> usize {
    let folded = fold(text);
    let mut seen: Vec<&str> = folded.text.split(' ').filter(|word| TELLING.contains(word)).collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len()
}

fn has_pattern(text: &str) -> bool {
    by_pattern(&fold(text).text, text) > 0.0
}

/// "hacked by …", "situs ini telah diretas oleh …"
fn by_pattern(folded: &str, raw: &str) -> f64 {
    let words: Vec<&str> = folded.split(' ').take(4_000).collect();
    let mut best = 0.0f64;
    for (at, pair) in words.windows(2).enumerate() {
        let is_by = matches!(pair[1], "by" | "bye" | "oleh" | "with");
        if !is_by || at + 2 > words.len() {
            continue;
        }
        let before = &words[at.saturating_sub(6)..at];
        let is_passive = before.last().is_some_and(|word| {
            matches!(
                *word,
                "was"
                    | "were"
                    | "been"
                    | "being"
                    | "is"
                    | "are"
                    | "telah"
                    | "sudah"
                    | "pernah"
                    | "sempat"
                    | "yang"
                    | "be"
            )
        });
        let is_spoken_to = before.iter().any(|word| SPOKEN_TO.contains(word));
        let value = match pair[0] {
            verb if STRONG.contains(&verb) && pair[1] != "with" => 3.0,
            verb if WEAK.contains(&verb) && pair[1] == "by" => 1.5,
            "diretas" | "dihack" | "dibobol" | "dibajak" | "dideface" | "hack" | "retas"
                if pair[1] == "oleh" && is_spoken_to =>
            {
                3.0
            }
            _ => 0.0,
        };
        let value = if is_passive && !is_spoken_to { 0.0 } else { value };
        best = best.max(value);
    }
    // "0wn3d", "t0uch3d": nobody else writes so.
    let is_leet = best > 0.0
        && raw.split(|letter: char| !letter.is_alphanumeric()).any(|word| {
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
            let first = word.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic()) || word.starts_with('0');
            digits > 0
                && letters > digits
                && first
                && word.bytes().last().is_some_and(|byte| byte.is_ascii_alphabetic())
        });
    best + if is_leet { 1.0 } else { 0.0 }
}

fn points(text: &str) -> f64 {
    let folded = fold(text).text;
    let by = by_pattern(&folded, text);
    // Without "by" the bare words need company.
    let signs = signs(&folded);
    let is_bare_passive = by == 0.0
        && ["was hacked", "were hacked", "was defaced", "been hacked by"].iter().any(|words| folded.contains(words));
    if is_bare_passive { by } else { by + signs }
}

/// The signs of a message in a folded text, each once.
fn signs(folded: &str) -> f64 {
    // Cannot fail: the list is part of the program, and far smaller than what the builder refuses.
    static MATCHER: LazyLock<AhoCorasick> =
        LazyLock::new(|| AhoCorasick::new(SIGNS.iter().map(|(words, _)| words)).expect("the list is small"));
    let bytes = folded.as_bytes();
    let mut seen = HashSet::new();
    for hit in MATCHER.find_overlapping_iter(folded) {
        let is_whole = (hit.start() == 0 || bytes[hit.start() - 1] == b' ')
            && bytes.get(hit.end()).is_none_or(|byte| *byte == b' ');
        if is_whole {
            seen.insert(hit.pattern().as_usize());
        }
    }
    seen.into_iter().map(|sign| SIGNS[sign].1).sum()
}
