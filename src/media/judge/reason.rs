//! Why a file is refused: each reason with a sentence in both languages for the person who sent it.

use crate::kernel::{Code, Error, Refusal};

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident $code:literal $id:literal $en:literal;)*) => {
        crate::words! {
            /// Why a file is refused.
            pub enum Reason { $($(#[$doc])* $variant = $code),* }
        }

        impl Reason {
            /// One sentence for a person, in Indonesian.
            pub fn sentence_id(self) -> &'static str {
                match self { $(Reason::$variant => $id),* }
            }

            /// One sentence for a person, in English.
            pub fn sentence_en(self) -> &'static str {
                match self { $(Reason::$variant => $en),* }
            }
        }
    };
}

reasons! {
    UnknownKind "unknown_kind" "Jenis berkas ini tidak diterima." "Files of this kind are not accepted.";
    Archive "archive" "Berkas arsip tidak diterima; unggah isinya satu per satu." "Archives are not accepted; upload what is in it.";
    Executable "executable" "Program tidak diterima." "Programs are not accepted.";
    /// Word, Excel and PowerPoint before 2007, and files that these encrypt.
    OldOffice "old_office" "Simpan berkas ini sebagai DOCX, XLSX, PPTX, atau PDF tanpa kata sandi." "Save this file as DOCX, XLSX, PPTX or PDF, without a password.";
    Markup "markup" "Halaman web dan naskah program tidak diterima sebagai berkas." "Web pages and scripts are not accepted as files.";
    Polyglot "polyglot" "Berkas ini memuat jenis berkas lain yang tersembunyi." "A file of another kind is hidden in this one.";
    Truncated "truncated" "Berkas ini tidak utuh; unggah sekali lagi." "The file is not whole; upload it again.";
    Broken "broken" "Berkas ini rusak." "The file is damaged.";
    Macros "macros" "Dokumen yang memuat makro tidak diterima." "Documents with macros are not accepted.";
    Embedded "embedded" "Dokumen ini memuat objek atau berkas yang disisipkan." "The document has an object or a file embedded.";
    Script "script" "Dokumen yang memuat skrip tidak diterima." "Documents with scripts are not accepted.";
    Action "action" "Dokumen ini menjalankan tindakan saat dibuka." "The document does something when it is opened.";
    Encrypted "encrypted" "Dokumen berkata sandi atau terenkripsi tidak diterima." "Documents with a password or encryption are not accepted.";
    Remote "remote" "Dokumen ini memuat sesuatu dari alamat lain saat dibuka." "The document loads something from elsewhere when it is opened.";
    Expands "expands" "Isi berkas ini mengembang melebihi batas." "What is in the file expands beyond the limit.";
    Infected "infected" "Pemindai menemukan perangkat lunak berbahaya." "The scanner found harmful software.";
}

/// Refuses a file: `place` says where in it, for developers, such as `byte 812` or the name of an entry.
pub fn unfit(reason: Reason, place: impl Into<String>, detail: &str) -> Error {
    let place = place.into();
    told(Refusal::new(Code::UnsupportedMedia), reason, &place).detail(format!("{detail} ({place})")).into()
}

/// Refuses a file for a limit: its name says the unit, such as `limit_pixels`.
pub fn beyond(limit: &str, max: u64, detail: String) -> Error {
    Refusal::new(Code::TooLarge).detail(detail).extra(limit, max).into()
}

fn told(refusal: Refusal, reason: Reason, place: &str) -> Refusal {
    let sentences = serde_json::json!({"id": reason.sentence_id(), "en": reason.sentence_en()});
    refusal.extra("reason", reason.as_str()).extra("place", place).extra("explanation", sentences)
}

/// How a place in a file is told.
pub fn byte(at: u64) -> String {
    format!("byte {at}")
}
