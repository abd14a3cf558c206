//! What a letter says, in both languages, as text and as HTML.

use std::fmt::Write as _;

use super::super::model::{Kind, Notice};
use super::super::rules::line;
use crate::kernel::Locale;

/// The languages of the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Indonesian,
    English,
}

impl Language {
    pub fn of(locale: &Locale) -> Self {
        if locale.as_str().starts_with("en") { Language::English } else { Language::Indonesian }
    }

    pub fn choose(self, id: &'static str, en: &'static str) -> &'static str {
        match self {
            Language::Indonesian => id,
            Language::English => en,
        }
    }
}

/// What is written, to be put into an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub subject: String,
    pub text: String,
    pub html: String,
}

const SUBJECT_LETTERS_MAX: usize = 120;

/// What happened, in a few words.
pub fn heading(kind: Kind, language: Language) -> &'static str {
    let (id, en) = match kind {
        Kind::Waiting => ("Menunggu tindakan Anda", "Waiting for you"),
        Kind::Returned => ("Dikembalikan", "Returned"),
        Kind::Rejected => ("Ditolak", "Rejected"),
        Kind::Approved => ("Disetujui", "Approved"),
        Kind::Published => ("Telah tayang", "Published"),
        Kind::Withdrawn => ("Ditarik dari tayangan", "Withdrawn"),
        Kind::Comment => ("Catatan baru", "New comment"),
        Kind::Mention => ("Anda disebut dalam catatan", "You were mentioned in a comment"),
        Kind::Voided => ("Persetujuan tidak berlaku lagi", "The approval no longer holds"),
        Kind::DeploymentFailed => ("Penayangan ke server tujuan gagal", "Deployment failed"),
        Kind::VerificationFailed => ("Isi situs berbeda dengan yang disahkan", "The site is not what was signed"),
        Kind::WebsitesFailed => ("Situs terpantau bermasalah", "Watched websites have failed"),
        Kind::WebsitesRecovered => ("Situs terpantau telah pulih", "Watched websites are back"),
    };
    language.choose(id, en)
}

/// Where a notice leads, below the address of the admin.
pub fn path(notice: &Notice) -> String {
    let site = notice.site.as_deref().unwrap_or_default();
    if let Some(incident) = notice.incident {
        return format!("/incidents/{incident}");
    }
    match (notice.about.kind.as_str(), notice.kind) {
        ("entry", Kind::Waiting) if notice.waits => format!("/entries/{}/review", notice.about.id),
        ("entry", _) => format!("/entries/{}", notice.about.id),
        ("case", _) => format!("/cases/{}", notice.about.id),
        ("incident", _) => "/monitoring".to_owned(),
        (_, _) if !site.is_empty() => format!("/publish/{site}"),
        (_, _) => "/".to_owned(),
    }
}

/// Of which site it is, who did it, and where it rested then; empty where nothing is known.
pub fn about(notice: &Notice, language: Language) -> String {
    let by = notice.by.as_deref().map(|by| format!("{} {by}", language.choose("oleh", "by")));
    let place = notice.step.as_ref().map(|step| match language {
        Language::Indonesian => format!("langkah {}", step.id),
        Language::English => format!("step {}", step.en),
    });
    let about: Vec<String> = [notice.site.clone(), by, place].into_iter().flatten().collect();
    about.join(" · ")
}

/// A letter about these, newest first; `more` is how many it leaves out. `admin` is the address of the admin.
pub fn notices(to: &str, found: &[Notice], more: usize, (admin, language): (&str, Language)) -> Words {
    let subject = match found {
        [only] if more == 0 => format!("{}: {}", heading(only.kind, language), only.title),
        _ => {
            let count = found.len() + more;
            format!("{count} {}", language.choose("pemberitahuan baru", "new notices"))
        }
    };
    let greeting = format!("{} {to},", language.choose("Yth.", "Dear"));
    let mut text = format!("{greeting}\n\n");
    let mut html = format!("<p>{}</p>\n<ul>\n", escaped(&greeting));
    for notice in found {
        let (head, address) = (heading(notice.kind, language), format!("{admin}{}", path(notice)));
        let about = about(notice, language);
        let _ = writeln!(text, "* {head}: {}\n  {about}", line(&notice.title, SUBJECT_LETTERS_MAX));
        for said in notice.said.lines() {
            let _ = writeln!(text, "  > {said}");
        }
        let _ = writeln!(text, "  {address}\n");
        let _ = write!(
            html,
            "<li><p><strong>{}</strong>: <a href=\"{}\">{}</a><br>{}</p>",
            escaped(head),
            escaped(&address),
            escaped(&notice.title),
            escaped(&about)
        );
        if !notice.said.is_empty() {
            let _ = write!(html, "<blockquote>{}</blockquote>", escaped(&notice.said).replace('\n', "<br>"));
        }
        html += "</li>\n";
    }
    html += "</ul>\n";
    if more > 0 {
        let rest = language.choose("pemberitahuan lain ada di Lamin.", "other notices are in Lamin.");
        let _ = writeln!(text, "{more} {rest}\n");
        let _ = writeln!(html, "<p>{more} {rest}</p>");
    }
    let foot = language.choose(
        "Surel ini dikirim secara otomatis. Atur pemberitahuan Anda di:",
        "This letter was sent automatically. Choose how you are told at:",
    );
    end(subject, text, html, &format!("{foot} {admin}/account"), language)
}

/// A letter that calls somebody to an incident: what it is, in short lines, and where it is handled.
pub fn call(to: &str, (title, lines, url): (&str, &[String], &str), language: Language) -> Words {
    let subject = format!("{} {title}", language.choose("[Insiden]", "[Incident]"));
    let greeting = format!("{} {to},", language.choose("Yth.", "Dear"));
    let asked = language.choose(
        "Anda dihubungi sebagai petugas piket. Buka insiden ini dan ambil penanganannya:",
        "You are called because you are on call. Open this incident and take it:",
    );
    let items: String = lines.iter().map(|line| format!("<li>{}</li>\n", escaped(line))).collect();
    let address = escaped(url);
    let html = format!(
        "<p>{}</p>\n<p>{}</p>\n<ul>\n{items}</ul>\n<p>{asked} <a href=\"{address}\">{address}</a></p>\n",
        escaped(&greeting),
        escaped(title)
    );
    let text: String = lines.iter().map(|line| format!("* {line}\n")).collect();
    let foot = language.choose("Surel ini dikirim secara otomatis.", "This letter was sent automatically.");
    end(subject, format!("{greeting}\n\n{title}\n\n{text}\n{asked}\n{url}\n\n"), html, foot, language)
}

/// A letter on several things: what they are about, one line each, and what is asked.
pub fn lines(to: &str, (subject, opening, lines, closing): (&str, &str, &[String], &str), language: Language) -> Words {
    let greeting = format!("{} {to},", language.choose("Yth.", "Dear"));
    let items: String = lines.iter().map(|line| format!("<li>{}</li>\n", escaped(line))).collect();
    let html = format!(
        "<p>{}</p>\n<p>{}</p>\n<ul>\n{items}</ul>\n<p>{}</p>\n",
        escaped(&greeting),
        escaped(opening),
        escaped(closing)
    );
    let text: String = lines.iter().map(|line| format!("* {line}\n")).collect();
    let foot = language.choose("Surel ini dikirim secara otomatis.", "This letter was sent automatically.");
    end(subject.to_owned(), format!("{greeting}\n\n{opening}\n\n{text}\n{closing}\n\n"), html, foot, language)
}

/// A letter by which an administrator sees that letters arrive.
pub fn test(to: &str, (admin, language): (&str, Language)) -> Words {
    let subject = language.choose("Surel percobaan dari Lamin", "Test letter from Lamin").to_owned();
    let body = language.choose(
        "Surel ini membuktikan bahwa pengaturan surel Lamin berfungsi.",
        "This letter shows that the mail settings of Lamin work.",
    );
    let greeting = format!("{} {to},", language.choose("Yth.", "Dear"));
    let html = format!("<p>{}</p>\n<p>{body}</p>\n", escaped(&greeting));
    end(subject, format!("{greeting}\n\n{body}\n\n"), html, admin, language)
}

/// A letter with a link by which its reader sets a password; `again`: in the place of one that they had.
pub fn link(to: &str, (url, again): (&str, bool), language: Language) -> Words {
    let subject = match again {
        true => language.choose("Tautan untuk menetapkan kata sandi baru Lamin", "Link to set a new Lamin password"),
        false => language.choose("Akun Lamin Anda", "Your Lamin account"),
    };
    let body = match again {
        true => language.choose(
            "Administrator telah membuat tautan agar Anda dapat menetapkan kata sandi baru:",
            "An administrator has made a link by which you set a new password:",
        ),
        false => language.choose(
            "Akun telah dibuat untuk Anda. Tetapkan kata sandi Anda melalui tautan ini:",
            "An account was made for you. Set your password by this link:",
        ),
    };
    let rule = language.choose(
        "Tautan hanya dapat digunakan satu kali dalam 72 jam. Jangan meneruskannya kepada siapa pun. Jika Anda tidak \
         memintanya, beri tahu administrator.",
        "The link works once, within 72 hours. Do not pass it on to anybody. If you did not ask for it, tell your \
         administrator.",
    );
    let greeting = format!("{} {to},", language.choose("Yth.", "Dear"));
    let address = escaped(url);
    let html = format!(
        "<p>{}</p>\n<p>{body}</p>\n<p><a href=\"{address}\">{address}</a></p>\n<p>{rule}</p>\n",
        escaped(&greeting)
    );
    let foot = language.choose("Surel ini dikirim secara otomatis.", "This letter was sent automatically.");
    end(subject.to_owned(), format!("{greeting}\n\n{body}\n\n{url}\n\n{rule}\n\n"), html, foot, language)
}

fn end(subject: String, text: String, html: String, foot: &str, language: Language) -> Words {
    let subject = line(&subject, SUBJECT_LETTERS_MAX);
    let (lang, title) = (language.choose("id", "en"), escaped(&subject));
    let html = format!(
        "<!doctype html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>{title}</title></head><body>\n\
         {html}<p><small>{}</small></p>\n</body></html>\n",
        escaped(foot)
    );
    Words { subject, text: format!("{text}-- \n{foot}\n"), html }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::super::model::About;
    use super::*;
    use crate::kernel::{Timestamp, Words as Both};

    fn notice() -> Notice {
        Notice {
            id: 7,
            kind: Kind::Rejected,
            waits: true,
            site: Some("portal".into()),
            about: About::of("entry:0198"),
            incident: None,
            title: "Jalan <b>rusak</b>".into(),
            by: Some("Budi".into()),
            said: "Judul keliru.\n<script>".into(),
            step: Some(Both { id: "Penyuntingan".into(), en: "Editing".into() }),
            at: Timestamp::from_micros(0),
            read_at: None,
        }
    }

    #[test]
    fn a_letter_says_the_same_in_both_forms_and_nothing_in_it_is_markup_of_others() {
        let at = ("https://lamin.go.id/admin", Language::Indonesian);
        let words = notices("Ani", &[notice()], 0, at);
        assert_eq!(words.subject, "Ditolak: Jalan <b>rusak</b>");
        assert!(words.text.contains("  > Judul keliru.\n  > <script>\n  https://lamin.go.id/admin/entries/0198\n"));
        assert!(words.html.contains("Jalan &lt;b&gt;rusak&lt;/b&gt;") && !words.html.contains("<script>"));
        assert!(
            words.html.contains("href=\"https://lamin.go.id/admin/entries/0198\"")
                && words.html.contains("lang=\"id\"")
        );
        assert!(words.text.contains("portal · oleh Budi · langkah Penyuntingan"));
    }

    #[test]
    fn several_are_counted_and_english_is_english() {
        let words = notices("Ani", &[notice(), notice()], 3, ("http://x/admin", Language::English));
        assert_eq!(words.subject, "5 new notices");
        assert!(words.text.contains("Dear Ani,") && words.text.contains("3 other notices are in Lamin."));
        assert!(words.text.contains("by Budi · step Editing"));
    }

    #[test]
    fn a_subject_is_one_line_whatever_the_title() {
        let evil = Notice { title: "a\r\nBcc: x@y.z\r\n\r\nbody".into(), ..notice() };
        let words = notices("Ani", &[evil], 0, ("http://x/admin", Language::Indonesian));
        assert_eq!(words.subject, "Ditolak: a Bcc: x@y.z body");
    }
}
