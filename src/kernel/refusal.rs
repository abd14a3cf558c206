//! Refusals: every way in which the rules say no, in one table.

use std::fmt;

/// Declares the codes once: name, HTTP status, Indonesian title, English title.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $status:literal $id:literal $en:literal;)*) => {
        /// Why something was refused. The text of a code never changes; screens translate it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* $variant),* }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The HTTP status that the code is answered with.
            pub fn status(self) -> u16 {
                match self { $(Code::$variant => $status),* }
            }

            /// One sentence for a person, in Indonesian.
            pub fn title_id(self) -> &'static str {
                match self { $(Code::$variant => $id),* }
            }

            /// One sentence for a person, in English.
            pub fn title_en(self) -> &'static str {
                match self { $(Code::$variant => $en),* }
            }

            fn variant(self) -> &'static str {
                match self { $(Code::$variant => stringify!($variant)),* }
            }
        }
    };
}

codes! {
    // 400: malformed, or an unknown name
    Malformed = 400 "Permintaan tidak dapat dibaca." "The request cannot be read.";
    UnknownParameter = 400 "Parameter tidak dikenal." "Unknown query parameter.";
    UnknownField = 400 "Isian tidak dikenal." "Unknown field.";
    UnknownFilter = 400 "Saringan tidak dikenal." "Unknown filter.";
    UnknownCommand = 400 "Tindakan tidak dikenal." "Unknown command.";
    BadCursor = 400 "Penanda halaman tidak sah." "The cursor is not valid.";
    BadLimit = 400 "Jumlah per halaman harus 1 sampai 100." "The limit must be between 1 and 100.";
    // 401
    Unauthenticated = 401 "Anda perlu masuk terlebih dahulu." "You need to sign in.";
    BadCredentials = 401 "Surel atau kata sandi tidak cocok." "The e-mail address or the password does not match.";
    /// A refresh gives another.
    TokenExpired = 401 "Tanda masuk Anda perlu diperbarui." "Your access token has expired.";
    BadLink = 401 "Tautan ini tidak berlaku lagi." "This link is not valid any more.";
    SessionEnded = 401 "Sesi Anda telah berakhir." "Your session has ended.";
    // 403
    Forbidden = 403 "Peran Anda tidak mengizinkan tindakan ini." "Your role does not allow this.";
    OwnWork = 403 "Pekerjaan sendiri tidak dapat disetujui sendiri." "You cannot approve your own work.";
    // 404
    NotFound = 404 "Tidak ditemukan." "Not found.";
    // 405
    MethodNotAllowed = 405 "Cara permintaan ini tidak dilayani di alamat tersebut." "This method is not served at that address.";
    // 409
    WrongStep = 409 "Tindakan ini tidak berlaku pada langkah sekarang." "This command does not apply in the present step.";
    ClaimFirst = 409 "Ambil konten ini terlebih dahulu sebelum menyunting." "Claim the entry before editing it.";
    ReviseFirst = 409 "Mulai revisi terlebih dahulu sebelum menyunting." "Start a revision before editing.";
    DigestMismatch = 409 "Isi telah berubah sejak Anda melihatnya." "The content has changed since you looked at it.";
    NotApproved = 409 "Isi ini belum disetujui." "This content has not been approved.";
    AlreadyApproved = 409 "Isi ini telah disetujui." "This content has already been approved.";
    Taken = 409 "Sudah dipakai." "Already taken.";
    InUse = 409 "Masih dipakai oleh yang lain." "Still in use.";
    InTrash = 409 "Konten berada di tempat sampah." "The entry is in the trash.";
    NotInTrash = 409 "Konten tidak berada di tempat sampah." "The entry is not in the trash.";
    AlreadyLive = 409 "Konten sedang tayang; tarik terlebih dahulu." "The entry is live; withdraw it first.";
    NotLive = 409 "Tidak ada yang sedang tayang." "Nothing is live.";
    TypeBreaksEntries = 409 "Perubahan jenis konten akan merusak konten yang ada." "The change of the content type would break existing entries.";
    AccountDisabled = 409 "Akun ini dinonaktifkan." "This account is disabled.";
    IdempotencyMismatch = 409 "Kunci idempotensi telah dipakai untuk permintaan lain." "The idempotency key was used for another request.";
    SetupDone = 409 "Penyiapan awal telah selesai." "The first set-up is already done.";
    CaseEnded = 409 "Berkas ini telah selesai." "The case has ended.";
    MovesWithEntry = 409 "Berkas ini bergerak bersama kontennya." "This case moves with its entry.";
    NothingChanged = 409 "Tidak ada yang berubah." "Nothing changed.";
    /// The caller is told the true one.
    WrongOffset = 409 "Unggahan berada pada posisi lain." "The upload is at another position.";
    Busy = 409 "Sedang dikerjakan; coba sesaat lagi." "Busy; try again in a moment.";
    /// Each finding is named with its place; they are mended, or confirmed with a reason.
    FindingsBlock = 409 "Pemeriksaan menemukan hal yang perlu dibenahi atau dikonfirmasi terlebih dahulu." "The checks found something that has to be mended or confirmed first.";
    /// Each of them is named with its own code.
    BulkRefused = 409 "Sebagian konten ditolak, sehingga tidak ada yang diubah." "Some entries were refused, so nothing was changed.";
    NoLiveSite = 409 "Tahap ini memerlukan situs yang sudah ada dan sudah tayang." "This step needs a site that exists and is live.";
    // 412, 413, 415, 422, 428, 429, 460
    TusVersion = 412 "Gunakan protokol tus versi 1.0.0." "Speak version 1.0.0 of the tus protocol.";
    Stale = 412 "Orang lain telah menyimpan versi yang lebih baru." "Somebody else has saved a newer version.";
    TooLarge = 413 "Ukuran melebihi batas." "Larger than the limit.";
    UnsupportedMedia = 415 "Jenis berkas atau isi tidak diterima." "This kind of file or body is not accepted.";
    Invalid = 422 "Ada isian yang belum benar." "Some values are not valid.";
    CommentRequired = 422 "Alasan wajib diisi." "A reason is required.";
    DigestRequired = 422 "Sidik isi yang disetujui wajib disertakan." "The digest of what you saw is required.";
    BadDefinition = 422 "Berkas definisi mengandung kesalahan." "The definition file has an error.";
    WeakPassword = 422 "Kata sandi terlalu mudah ditebak." "The password is too easy to guess.";
    IfMatchRequired = 428 "Sertakan If-Match dengan versi yang Anda lihat." "Send If-Match with the version you have seen.";
    TooManyRequests = 429 "Terlalu sering; coba lagi nanti." "Too often; try again later.";
    /// Nothing is accepted that was not looked at.
    ScannerUnreachable = 503 "Pemindai berkas tidak dapat dihubungi; coba lagi nanti." "The scanner of files cannot be reached; try again later.";
    /// The status is that of the tus protocol.
    ChecksumMismatch = 460 "Bagian berkas rusak dalam perjalanan; kirim sekali lagi." "The piece was damaged on its way; send it again.";
    NotReady = 503 "Layanan belum siap." "The service is not ready.";
}

impl Code {
    /// The code as it goes over the wire: `own_work`.
    pub fn as_str(self) -> String {
        let mut text = String::new();
        for (at, letter) in self.variant().char_indices() {
            if letter.is_ascii_uppercase() && at > 0 {
                text.push('_');
            }
            text.push(letter.to_ascii_lowercase());
        }
        text
    }
}

/// What is wrong with one field of the request. `field` is a path such as `fields.items[2].url`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldRefusal {
    pub field: String,
    /// `required`, `too_long`, `not_a_choice`, …: short, stable, for screens to translate.
    pub code: String,
    /// For developers, in English.
    pub detail: String,
}

/// The rules said no.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    code: Code,
    detail: String,
    fields: Vec<FieldRefusal>,
    /// Further members of the answer, such as `current_version` or `retry_after_s`.
    extra: serde_json::Map<String, serde_json::Value>,
}

impl Refusal {
    pub fn new(code: Code) -> Self {
        Refusal { code, detail: String::new(), fields: Vec::new(), extra: serde_json::Map::new() }
    }

    /// Says more for developers, in English; never a secret, never what the caller may not see.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    pub fn field(mut self, field: impl Into<String>, code: &str, detail: impl Into<String>) -> Self {
        self.fields.push(FieldRefusal { field: field.into(), code: code.into(), detail: detail.into() });
        self
    }

    pub fn fields(mut self, fields: Vec<FieldRefusal>) -> Self {
        self.fields.extend(fields);
        self
    }

    pub fn extra(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.extra.insert(key.into(), value.into());
        self
    }

    pub fn code(&self) -> Code {
        self.code
    }

    pub fn status(&self) -> u16 {
        self.code.status()
    }

    pub fn detail_text(&self) -> &str {
        &self.detail
    }

    pub fn field_refusals(&self) -> &[FieldRefusal] {
        &self.fields
    }

    pub fn extras(&self) -> &serde_json::Map<String, serde_json::Value> {
        &self.extra
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code.as_str())?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        for field in &self.fields {
            write!(f, "; {} {}: {}", field.field, field.code, field.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_name_and_a_sentence_in_both_languages() {
        for code in Code::ALL {
            assert!(!code.as_str().is_empty());
            assert!(code.title_id().ends_with('.'), "{code:?}");
            assert!(code.title_en().ends_with('.'), "{code:?}");
            assert!((400..=503).contains(&code.status()));
        }
        assert_eq!(Code::OwnWork.as_str(), "own_work");
    }
}
