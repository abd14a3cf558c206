//! What each check is called and what is said of a finding, in both languages. Pure.

use super::model::{Check, Finding, words};
use crate::kernel::Words;
use crate::media::derive::model::Reading;

/// The name of a check.
pub fn title(check: Check) -> Words {
    let (id, en) = match check {
        Check::Incomplete => ("Isian wajib", "Required fields"),
        Check::MissingAlt => ("Teks alternatif gambar", "Alternative text of pictures"),
        Check::HeadingOrder => ("Urutan judul bagian", "Order of headings"),
        Check::LinkText => ("Kata pada tautan", "Words of links"),
        Check::TableHeader => ("Kepala tabel", "Heads of tables"),
        Check::SummaryLength => ("Panjang ringkasan", "Length of the summary"),
        Check::NearTag => ("Ejaan tag", "Spelling of tags"),
        Check::PastEvent => ("Acara yang telah lewat", "Events in the past"),
        Check::SmallPicture => ("Ukuran gambar", "Size of pictures"),
        Check::BrokenLink => ("Tautan dalam situs", "Links within the site"),
        Check::ExternalLink => ("Tautan ke situs lain", "Links to other sites"),
        Check::Gambling => ("Perjudian", "Gambling"),
        Check::UnreadDocument => ("Dokumen yang belum diperiksa", "Documents not looked through"),
        Check::Nik => ("NIK", "National identity number (NIK)"),
        Check::FamilyCard => ("Nomor kartu keluarga", "Family card number"),
        Check::TaxNumber => ("NPWP", "Tax number (NPWP)"),
        Check::MobileNumber => ("Nomor telepon seluler", "Mobile number"),
        Check::PrivateEmail => ("Surel pribadi", "Private e-mail address"),
        Check::BankAccount => ("Nomor rekening", "Bank account"),
    };
    words(id, en)
}

/// What is said of a finding.
pub fn sentence(finding: &Finding) -> Words {
    let detail = |at: usize| finding.detail.get(at).map_or("", String::as_str);
    match finding.check {
        Check::Incomplete => words(
            format!("Isian ini belum memenuhi ketentuan jenis kontennya ({}).", detail(0)),
            format!("This field does not meet what its content type asks for ({}).", detail(0)),
        ),
        Check::MissingAlt => words(
            "Gambar ini tidak memiliki teks alternatif bagi pembaca layar. Jika gambar hanya hiasan, konfirmasikan.",
            "This picture has no alternative text for screen readers. Confirm it if it is only decoration.",
        ),
        Check::HeadingOrder => words(
            format!("Judul tingkat {} mengikuti tingkat {}; ada tingkat yang terlewati.", detail(0), detail(1)),
            format!("A heading of level {} follows level {}; a level is skipped.", detail(0), detail(1)),
        ),
        Check::LinkText => words(
            "Kata pada tautan ini tidak menyebut tujuannya. Tulis nama halaman yang dituju.",
            "The words of this link do not say where it leads. Write the name of the page.",
        ),
        Check::TableHeader => words(
            "Tabel ini tidak memiliki baris kepala, sehingga isinya sukar dipahami pembaca layar.",
            "This table has no head, so that screen readers cannot tell what its cells mean.",
        ),
        Check::SummaryLength => words(
            format!("Ringkasan terdiri atas {} huruf; sebaiknya {} sampai {}.", detail(0), detail(1), detail(2)),
            format!("The summary has {} letters; {} to {} are best.", detail(0), detail(1), detail(2)),
        ),
        Check::NearTag => words(
            format!("Tag ini mirip dengan “{}” yang telah dipakai. Apakah maksudnya sama?", detail(0)),
            format!("This tag is close to “{}”, which is in use. Is the same meant?", detail(0)),
        ),
        Check::PastEvent => words("Waktu acara ini telah lewat.", "The time of this event has passed."),
        Check::SmallPicture => words(
            format!("Lebar gambar {} piksel; sebaiknya sekurang-kurangnya {}.", detail(0), detail(1)),
            format!("The picture is {} pixels wide; at least {} are best.", detail(0), detail(1)),
        ),
        Check::BrokenLink => {
            words("Halaman yang dituju tidak ada pada situs ini.", "The site has no page at this address.")
        }
        Check::ExternalLink => {
            let (id, en) = match detail(0) {
                "404" => (
                    "Situs yang dituju menjawab bahwa halaman ini tidak ada",
                    "The other site says that it has no such page",
                ),
                "410" => (
                    "Situs yang dituju menjawab bahwa halaman ini telah dihapus",
                    "The other site says that this page was removed",
                ),
                _ => (
                    "Nama situs yang dituju dua kali tidak ditemukan",
                    "The name of the other site was not found, twice",
                ),
            };
            words(
                format!("{id} ({}; ditanyakan pada {}).", detail(0), detail(1)),
                format!("{en} ({}; asked on {}).", detail(0), detail(2)),
            )
        }
        Check::Gambling => {
            words("Tautan atau kata ini menawarkan perjudian.", "This link or these words offer gambling.")
        }
        Check::UnreadDocument => {
            let (id, en) = match Reading::parse(detail(0)) {
                Some(Reading::Beginning) => (
                    "Hanya bagian awal dokumen ini yang diperiksa secara otomatis.",
                    "Only the beginning of this document was looked through automatically.",
                ),
                Some(Reading::Silent) => (
                    "Dokumen ini tidak memuat teks yang dapat dibaca, misalnya karena berupa hasil pindai.",
                    "This document has no text that can be read; it may have been scanned.",
                ),
                Some(Reading::Waiting) => (
                    "Dokumen ini belum selesai dibaca; periksa kembali sesaat lagi.",
                    "This document is still being read; look again in a moment.",
                ),
                Some(Reading::Never | Reading::Whole) | None => (
                    "Dokumen berjenis ini tidak dapat dibaca secara otomatis.",
                    "Documents of this kind are not read automatically.",
                ),
            };
            words(
                format!("{id} Pastikan tidak ada data pribadi di dalamnya."),
                format!("{en} Make sure that there is no personal data in it."),
            )
        }
        Check::Nik => {
            words("Ini tampak seperti NIK seseorang.", "This looks like somebody’s national identity number (NIK).")
        }
        Check::FamilyCard => {
            words("Ini tampak seperti nomor kartu keluarga.", "This looks like the number of a family card.")
        }
        Check::TaxNumber => {
            words("Ini tampak seperti NPWP seseorang.", "This looks like somebody’s tax number (NPWP).")
        }
        Check::MobileNumber => {
            words("Ini tampak seperti nomor telepon seluler seseorang.", "This looks like somebody’s mobile number.")
        }
        Check::PrivateEmail => {
            words("Ini tampak seperti alamat surel pribadi.", "This looks like a private e-mail address.")
        }
        Check::BankAccount => {
            words("Ini tampak seperti nomor rekening seseorang.", "This looks like somebody’s bank account.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Place;
    use super::*;

    #[test]
    fn every_check_has_a_name_and_a_sentence_in_both_languages() {
        for check in Check::ALL.iter().copied() {
            let place = Place { field: "fields.body".into(), offset: 0, document: None };
            let said = sentence(&Finding::new(check, place, "x").saying("1").saying("2").saying("3"));
            assert!(said.id.ends_with(['.', '?']) && said.en.ends_with(['.', '?']), "{check}");
            assert!(!title(check).id.is_empty() && !title(check).en.is_empty());
        }
    }
}
