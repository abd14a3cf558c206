//! Was the page replaced by a message of those who broke in?

use super::model::{Evidence, Kind};
use super::page::Page;
use super::style::Hiding;
use crate::threats::fold::fold;

/// Words of a page up to which a message may be most of it.
const SHORT_WORDS_MAX: usize = 160;
/// Words of a heading that is nothing but the message.
const HEADING_WORDS_MAX: usize = 9;
/// Points from which a text is a message.
const MESSAGE_POINTS: f64 = 2.5;

/// Verbs that hardly stand before "by" elsewhere.
const STRONG: &[&str] = &[
    "hacked", "defaced", "pwned", "haxored", "hax0red", "h4x0r", "pwn3d", "haked", "hackd", "hax", "fucked", "deface", "0wn3d", "pawned", "hecked", "infiltrated", "own3d", "ownz",
];
/// Verbs that have a civil meaning.
const WEAK: &[&str] = &["touched", "stamped", "owned", "rooted", "hijacked", "seized", "tested", "breached", "exploited", "injected", "attacked", "destroyed", "compromised", "stalked", "visited"];
/// Other words of such messages; each counts once.
const SIGNS: &[(&str, f64)] = &[
    ("you have been hacked", 3.0), ("you have been pwned", 3.0), ("you got hacked", 3.0), ("got hacked", 1.5), ("you got owned", 2.0), ("get hacked", 1.5), ("your site has been", 1.5),
    ("your website has been hacked", 3.0), ("this site has been hacked", 3.0), ("this website has been hacked", 3.0), ("security has been breached", 1.5), ("site hacked", 1.5),
    ("your security is", 1.5), ("security is low", 1.5), ("your system is weak", 1.5), ("nothing is secure", 1.0), ("no system is safe", 1.5), ("security is just an illusion", 1.5),
    ("security is an illusion", 1.5), ("patch your", 1.0), ("fix your security", 1.5), ("fix your", 0.5), ("secure your site", 1.0), ("hello admin", 1.0), ("halo admin", 1.0), ("hi admin", 1.0), ("sorry admin", 1.5), ("maaf admin", 1.5), ("maaf min", 1.0),
    ("dear admin", 1.0), ("min tolong", 0.5), ("greetz", 1.5), ("greets", 1.5), ("greetings to", 0.5), ("thanks to", 0.5), ("special thanks", 0.5), ("shoutz", 1.5), ("gr33tz", 1.5), ("was here", 1.0), ("were here", 0.5),
    ("cyber army", 1.0), ("cyber team", 1.0), ("cyber crew", 1.0), ("hacker team", 1.0), ("hack team", 1.0), ("hacking team", 1.0), ("defacer", 1.5), ("hacker rusuh", 1.5), ("hacktivist", 0.5), ("error system", 0.5), ("blackhat", 1.0), ("black hat", 1.0), ("underground", 0.5),
    ("we are anonymous", 1.5), ("we are legion", 1.5), ("we do not forgive", 1.5), ("expect us", 1.5), ("just index", 1.0), ("just for fun", 0.5), ("numpang lewat", 1.0), ("numpang index", 1.5), ("numpang deface", 2.5), ("game over", 0.5), ("no data deleted", 1.0), ("data aman", 0.5), ("database aman", 0.5),
    ("fuck", 1.0), ("lulz", 1.0), ("zone h", 0.5), ("mirror", 0.3), ("free palestine", 0.5), ("amankan situs", 0.5), ("perbaiki celah", 1.0), ("celah keamanan", 0.5), ("hanya mengganti", 1.0), ("amankan website", 1.0), ("perbaiki keamanan", 1.0), ("sistem keamanan", 0.3), ("crew", 0.5), ("ransom", 0.5),
    ("dihack oleh", 3.0), ("saya deface", 3.0), ("kami deface", 3.0), ("saya hack", 3.0), ("kami hack", 3.0), ("saya retas", 3.0), ("kami retas", 2.0), ("gua hack", 3.0), ("gw hack", 3.0), ("index asli", 1.0), ("cyber squad", 1.0), ("cyber", 0.3), ("di hack oleh", 3.0), ("kena hack", 1.5), ("kena deface", 2.5), ("kena retas", 1.5), ("telah dibajak oleh", 2.0), ("site ini di hack", 3.0), ("hacked", 1.0), ("pwned", 1.5), ("defaced", 1.0), ("owned", 0.5), ("h4x0r", 1.5), ("haxor", 1.5),
];
/// Words of those who tell of it.
const TELLING: &[&str] = &[
    "kata", "ujar", "ujarnya", "katanya", "menurut", "polisi", "polda", "polri", "bssn", "csirt", "pulih", "dipulihkan", "memulihkan", "pemulihan", "menyelidiki", "penyelidikan", "officials",
    "said", "police", "according", "ministry", "restored", "restore", "report", "reported", "laporkan", "melaporkan", "melapor", "incident", "insiden", "langkah", "bertuliskan", "bertulis", "tulisan", "menampilkan",
    "muncul", "siaran", "peretas", "peretasan", "korban", "mengubah", "berubah", "respond", "how", "cara", "jika", "apabila", "mengaku", "menamakan", "mengatasnamakan", "pelaku", "kelompok", "modus", "volunteers", "children",
    "researchers", "company", "agency", "sempat", "sebelumnya", "ditampilkan", "ditangkap", "tersangka", "panduan", "tips", "waspada", "ciri", "students", "community", "investigating", "government", "minister",
    "reporter", "diskominfo", "kominfo", "komdigi", "kabid", "pakar", "wartawan", "jumat", "senin", "selasa", "rabu", "kamis", "sabtu", "minggu", "ahad", "temuan", "defacement", "novel", "film", "buku", "lagu", "seminar", "kuliah", "materi",
];
/// Who is spoken to: "this site was hacked by" is a message, "the site was hacked by" is news.
const SPOKEN_TO: &[&str] = &["this", "your", "you", "u", "ini", "kamu", "anda", "ente", "kalian", "lu"];

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
    let alerts: Vec<&str> = page.scripts.iter().flat_map(|code| code.split("alert(").skip(1)).filter_map(|rest| rest.split(')').next()).take(8).collect();
    let whole = format!("{title}\n{body}\n{}", alerts.join("\n"));
    let words = fold(&body).words.len();
    let by_title = points(title) >= MESSAGE_POINTS && telling(title) == 0;
    let is_short = words <= SHORT_WORDS_MAX;
    let by_body = is_short && points(&whole) >= MESSAGE_POINTS && telling(&whole) * 3 <= points(&whole) as usize && telling(&whole) < 3 && (telling(&whole) == 0 || has_pattern(title) || is_shout(&whole));
    let heading = page.headings.iter().find(|(level, text)| {
        *level < 3 && fold(text).words.len() <= HEADING_WORDS_MAX && points(text) >= MESSAGE_POINTS && telling(text) == 0 && telling(title) == 0
    });
    let tell = |text: &str, place: &str| vec![Evidence::new(Kind::Defacement, text, place, "a message of those who broke in")];
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
    let mark = page.passages.iter().filter(|passage| !passage.is_quoted).flat_map(|passage| passage.text.lines().map(move |line| (line, passage)));
    let mark = mark.filter(|(line, _)| line.len() < 120).find(|(line, _)| has_pattern(line) && points(line) >= MESSAGE_POINTS && telling(line) == 0);
    match mark {
        Some((line, passage)) if telling(title) == 0 && telling(&passage.text) < 2 => (tell(line, &passage.place), false),
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
        let is_passive = before.last().is_some_and(|word| matches!(*word, "was" | "were" | "been" | "being" | "is" | "are" | "telah" | "sudah" | "pernah" | "sempat" | "yang" | "be"));
        let is_spoken_to = before.iter().any(|word| SPOKEN_TO.contains(word));
        let value = match pair[0] {
            verb if STRONG.contains(&verb) && pair[1] != "with" => 3.0,
            verb if WEAK.contains(&verb) && pair[1] == "by" => 1.5,
            "diretas" | "dihack" | "dibobol" | "dibajak" | "dideface" | "hack" | "retas" if pair[1] == "oleh" && is_spoken_to => 3.0,
            _ => 0.0,
        };
        let value = if is_passive && !is_spoken_to { 0.0 } else { value };
        best = best.max(value);
    }
    // "0wn3d", "t0uch3d": nobody else writes so.
    let is_leet = best > 0.0 && raw.split(|letter: char| !letter.is_alphanumeric()).any(|word| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
        let first = word.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic()) || word.starts_with('0');
        digits > 0 && letters > digits && first && word.bytes().last().is_some_and(|byte| byte.is_ascii_alphabetic())
    });
    best + if is_leet { 1.0 } else { 0.0 }
}

fn points(text: &str) -> f64 {
    let folded = fold(text).text;
    let padded = format!(" {folded} ");
    let by = by_pattern(&folded, text);
    // Without "by" the bare words need company.
    let signs: f64 = SIGNS.iter().filter(|(words, _)| padded.contains(&format!(" {words} "))).map(|(_, points)| points).sum();
    let is_bare_passive = by == 0.0 && ["was hacked", "were hacked", "was defaced", "been hacked by"].iter().any(|words| folded.contains(words));
    if is_bare_passive { by } else { by + signs }
}
