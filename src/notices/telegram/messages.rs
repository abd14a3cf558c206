//! What a message says, in both languages, as plain text. Pure.

use super::super::mail::letters::{self, Language};
use super::super::model::Notice;
use super::super::rules::line;

/// The Bot API takes 4,096 units of UTF-16; the rest is for the last lines.
const UNITS_MAX: usize = 3_800;
const TITLE_LETTERS_MAX: usize = 200;

/// A message about these, newest first, and how many of them it names. `more` is how many are left out besides; `admin` is the
/// address of the admin.
pub fn notices(found: &[Notice], more: usize, (admin, language): (&str, Language)) -> String {
    let mut text = String::new();
    let mut told = 0;
    for notice in found {
        let next = paragraph(notice, (admin, language));
        if units(&text) + units(&next) > UNITS_MAX {
            break;
        }
        text += &next;
        told += 1;
    }
    let rest = found.len() - told + more;
    if rest > 0 {
        let words = language.choose("pemberitahuan lain ada di Lamin", "other notices are in Lamin");
        text += &format!("{rest} {words}: {admin}/notices\n");
    }
    text.trim_end().to_owned()
}

fn paragraph(notice: &Notice, (admin, language): (&str, Language)) -> String {
    let head = letters::heading(notice.kind, language);
    let about = letters::about(notice, language);
    let address = format!("{admin}{}", letters::path(notice));
    let lines = [format!("{head}: {}", line(&notice.title, TITLE_LETTERS_MAX)), about, address];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n") + "\n\n"
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A message by which somebody sees that it reaches them.
pub fn test(language: Language) -> &'static str {
    language.choose(
        "Pesan percobaan dari Lamin: pemberitahuan Anda akan dikirim ke obrolan ini.",
        "Test message from Lamin: your notices will be sent to this chat.",
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::model::{About, Kind};
    use super::*;
    use crate::kernel::Timestamp;

    fn notice(title: &str) -> Notice {
        Notice {
            id: 7,
            kind: Kind::Rejected,
            waits: true,
            site: Some("portal".into()),
            about: About::of("entry:0198"),
            incident: None,
            title: title.into(),
            by: Some("Budi".into()),
            said: "Nomor telepon warga tertulis.".into(),
            step: None,
            at: Timestamp::from_micros(0),
            read_at: None,
        }
    }

    const AT: (&str, Language) = ("https://lamin.go.id/admin", Language::Indonesian);

    #[test]
    fn a_message_says_what_happened_and_where_and_nothing_that_was_said() {
        let text = notices(&[notice("Jalan\nrusak")], 0, AT);
        assert_eq!(text, "Ditolak: Jalan rusak\nportal · oleh Budi\nhttps://lamin.go.id/admin/entries/0198");
        let english = notices(&[notice("Jalan rusak")], 2, ("http://x/admin", Language::English));
        assert!(english.starts_with("Rejected: Jalan rusak\nportal · by Budi\n"), "{english}");
        assert!(english.ends_with("2 other notices are in Lamin: http://x/admin/notices"), "{english}");
    }

    #[test]
    fn a_message_is_never_longer_than_what_is_taken() {
        // Each of these letters is two units.
        let long: Vec<Notice> = (0..30).map(|_| notice(&"😀".repeat(300))).collect();
        let text = notices(&long, 5, AT);
        assert!((3_000..4_096).contains(&units(&text)), "{}", units(&text));
        let told = text.matches("Ditolak").count();
        assert!(text.contains(&format!("{} pemberitahuan lain", 35 - told)), "{text}");
    }
}
