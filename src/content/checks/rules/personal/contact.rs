//! Mobile numbers and e-mail addresses that are a person's and no office's.

use super::Hit;
use super::context::Around;
use super::numbers::Number;
use crate::content::checks::model::Check;

/// Digits of a mobile number behind its leading zero or country.
const MOBILE_DIGITS: std::ops::RangeInclusive<usize> = 9..=12;

/// Words by which an office says that a number is its own.
const OFFICE: &[&str] = &[
    "aduan",
    "admin layanan",
    "ambulans",
    "ambulan",
    "bank sampah",
    "bpbd",
    "call center",
    "callcenter",
    "center",
    "contact center",
    "cs",
    "customer service",
    "darurat",
    "dinas",
    "disdukcapil",
    "diskominfo",
    "dinkes",
    "damkar",
    "pemadam",
    "gugus tugas",
    "halo",
    "helpdesk",
    "help desk",
    "hotline",
    "humas",
    "informasi publik",
    "kantor",
    "kanal",
    "kecamatan",
    "kelurahan",
    "kontak layanan",
    "kontak resmi",
    "konsultasi",
    "layanan",
    "lapor",
    "loket",
    "mall pelayanan",
    "narahubung dinas",
    "nomor resmi",
    "pelayanan",
    "pengaduan",
    "posko",
    "ppid",
    "pusat",
    "puskesmas",
    "redaksi",
    "resmi",
    "rsud",
    "rumah sakit",
    "samsat",
    "satgas",
    "sekretariat",
    "siaga",
    "sms center",
    "sp4n",
    "tim reaksi cepat",
    "trc",
    "uptd",
    "wa center",
    "wa layanan",
    "whatsapp center",
    "whatsapp layanan",
    "whatsapp resmi",
    "wa resmi",
    "pdam",
    "pln",
    "perumda",
    "bumd",
];
/// Words that say that it is a person's all the same.
const PERSON: &[&str] = &[
    "a n",
    "an",
    "alamat rumah",
    "alm",
    "anak",
    "atas nama",
    "bapak",
    "bpk",
    "dr",
    "hp pribadi",
    "hubungi ibu",
    "hubungi bapak",
    "ibu",
    "istri",
    "kak",
    "keluarga",
    "korban",
    "mahasiswa",
    "nama",
    "nama lengkap",
    "nik",
    "nomor hp",
    "no hp",
    "orang tua",
    "pak",
    "bu",
    "pasien",
    "pelamar",
    "pelapor",
    "pemilik",
    "pemohon",
    "penerima",
    "peserta",
    "pribadi",
    "saksi",
    "saudara",
    "saudari",
    "sdr",
    "sdri",
    "siswa",
    "suami",
    "terlapor",
    "tersangka",
    "wali",
    "wali murid",
    "warga",
    "ybs",
    "yang bersangkutan",
];
/// What a run of digits is called that only begins as a mobile number does.
const OTHER: &[&str] = &[
    "nip",
    "nuptk",
    "nisn",
    "npsn",
    "isbn",
    "resi",
    "nomor seri",
    "imei",
    "kode rekening",
    "nib",
    "nop",
    "barcode",
    "rekening",
    "norek",
    "no rek",
    "virtual account",
    "va",
    "npwp",
    "kode bayar",
    "billing",
    "sertifikat",
    "id pelanggan",
    "nomor meter",
    "polis",
];

/// Whether this is a mobile number that no office gives as its own.
pub fn mobile(number: &Number, around: &Around) -> Option<Check> {
    let digits = number.digits.as_str();
    let rest = digits.strip_prefix("62").filter(|rest| rest.starts_with('8')).or_else(|| digits.strip_prefix('0'))?;
    let mut letters = rest.bytes();
    let starts = letters.next() == Some(b'8')
        && letters.next().is_some_and(|second| matches!(second, b'1'..=b'3' | b'5' | b'7'..=b'9'));
    // Groups of one or two digits are dates and codes; the country is the exception.
    let groups = if digits.starts_with("62") && number.groups.first() == Some(&2) {
        &number.groups[1..]
    } else {
        &number.groups
    };
    let is_written_so = groups.iter().all(|digits| *digits >= 3) || number.groups.len() == 1;
    if !starts || !MOBILE_DIGITS.contains(&rest.len()) || !is_written_so {
        return None;
    }
    if around.says_before(OTHER) {
        return None;
    }
    let is_office = around.says(OFFICE) && !around.says(PERSON);
    (!is_office).then_some(Check::MobileNumber)
}

/// Hosts where anybody gets an address.
const FREE: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mail.com",
    "outlook.co.id",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "rocketmail.com",
    "yahoo.co.id",
    "yahoo.com",
    "ymail.com",
    "zoho.com",
];
/// What the name of an office's address holds; offices use such hosts as well.
const OFFICE_NAMES: &[&str] = &[
    "admin",
    "aduan",
    "bagian",
    "balai",
    "bapenda",
    "bappeda",
    "biro",
    "bkd",
    "bpbd",
    "bpkad",
    "bumdes",
    "bumd",
    "bpsdm",
    "camat",
    "cs",
    "damkar",
    "desa",
    "dinas",
    "dinkes",
    "dinsos",
    "disbud",
    "disdik",
    "disduk",
    "dishub",
    "diskom",
    "disnaker",
    "dispar",
    "dispora",
    "disper",
    "dlh",
    "dpmptsp",
    "dprd",
    "dpu",
    "dukcapil",
    "festival",
    "forum",
    "helpdesk",
    "humas",
    "info",
    "inspektorat",
    "kantor",
    "karangtaruna",
    "kec",
    "kel",
    "kelurahan",
    "kesbang",
    "kominfo",
    "kontak",
    "kwarcab",
    "kwarda",
    "layanan",
    "lapor",
    "lpse",
    "museum",
    "nagari",
    "official",
    "opd",
    "panitia",
    "pdam",
    "pemda",
    "pemdes",
    "pemerintah",
    "pemkab",
    "pemkot",
    "pemprov",
    "pengaduan",
    "perpus",
    "perkim",
    "pkk",
    "posko",
    "ppid",
    "prov",
    "pupr",
    "puskesmas",
    "pusk",
    "pustaka",
    "redaksi",
    "rs",
    "rsud",
    "samsat",
    "satpol",
    "sekda",
    "sekolah",
    "sekretariat",
    "sd",
    "sdn",
    "setda",
    "sma",
    "sman",
    "smk",
    "smkn",
    "smp",
    "smpn",
    "tp-pkk",
    "upt",
    "uptd",
];

/// Short words with which the name of an office begins, before the name of its place.
const GLUED_NAMES: &[&str] =
    &["bpbd", "desa", "dlh", "kec", "pdam", "ppid", "prov", "rsud", "sdn", "sma", "smk", "smp", "upt"];

/// Addresses that look like a person's own.
pub fn emails(text: &str) -> Vec<Hit> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('@') {
        let before = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '+');
        let start =
            text[..at].char_indices().rev().take_while(|(_, letter)| before(*letter)).last().map(|(start, _)| start);
        let host = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-');
        let length: usize = text[at + 1..].chars().take_while(host).map(char::len_utf8).sum();
        let Some(start) = start else { continue };
        let host = text[at + 1..at + 1 + length].trim_end_matches(['.', '-']);
        if FREE.contains(&host.to_ascii_lowercase().as_str()) && !is_office_name(&text[start..at]) {
            found.push(Hit { check: Check::PrivateEmail, at: start..at + 1 + host.len() });
        }
    }
    found
}

/// Short words must stand alone in the name, longer ones may be anywhere in it.
fn is_office_name(name: &str) -> bool {
    const SHORT_LETTERS: usize = 4;
    let name = name.to_ascii_lowercase();
    let mut words = name.split(|letter: char| !letter.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let first = words.clone().next().unwrap_or_default();
    words.any(|word| OFFICE_NAMES.contains(&word))
        || OFFICE_NAMES.iter().any(|office| office.len() > SHORT_LETTERS && name.contains(office))
        || GLUED_NAMES.iter().any(|office| first.starts_with(office))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_with_a_free_address_is_known_by_its_name() {
        for office in
            ["dinkes.hulu", "ppid-tanjunglestari", "smpn2longbeliu", "sdn_014", "kecmuaratebu", "pemdesriambatu"]
        {
            assert!(is_office_name(office), "{office}");
        }
        for person in ["ani.wulandari", "budi1987", "rina_s", "sdarmawan", "kelvin"] {
            assert!(!is_office_name(person), "{person}");
        }
    }
}
