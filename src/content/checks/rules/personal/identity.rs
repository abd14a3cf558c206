//! NIK, family card and NPWP: 16 digits with a region and a date in them, or 15 in a shape of their own.

use super::context::Around;
use super::numbers::Number;
use crate::content::checks::model::Check;

const NIK_DIGITS: usize = 16;
const NPWP_DIGITS: usize = 15;
/// The 16 digits as people part them.
const NIK_GROUPS: &[&[usize]] = &[&[16], &[4, 4, 4, 4], &[6, 6, 4], &[2, 2, 2, 6, 4], &[8, 8]];
/// `01.234.567.8-901.000`
const NPWP_GROUPS: &[usize] = &[2, 3, 3, 1, 3, 3];

/// The first two digits of a NIK: the provinces, with those of Papua that were founded last.
const PROVINCES: &[u8] = &[
    11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 31, 32, 33, 34, 35, 36, 51, 52, 53, 61, 62, 63, 64, 65, 71, 72, 73, 74, 75,
    76, 81, 82, 91, 92, 93, 94, 95, 96, 97,
];
/// Regencies are counted from 1, cities from 71.
const REGENCY_MAX: u8 = 49;
const CITY_MIN: u8 = 71;
const CITY_MAX: u8 = 79;
/// The day of birth of a woman is counted from 41.
const FEMALE_DAYS: u8 = 40;

const NIK: &[&str] = &["nik", "ktp", "e ktp", "induk kependudukan", "identitas", "nomor identitas", "kependudukan"];
const FAMILY: &[&str] = &["kk", "kartu keluarga", "nomor keluarga", "no keluarga"];
const TAX: &[&str] = &["npwp", "wajib pajak", "nomor pokok wajib pajak"];
/// Numbers of 15 or 16 digits that are no person's.
const OTHER: &[&str] = &[
    "nip",
    "nuptk",
    "nitk",
    "ntpn",
    "ntb",
    "billing",
    "kode bayar",
    "kode rup",
    "kode tender",
    "kode paket",
    "resi",
    "imei",
    "nomor seri",
    "polis",
    "faktur",
    "barcode",
    "isbn",
    "issn",
    "nib",
    "virtual account",
    "va",
    "nop",
    "objek pajak",
    "token",
    "id pelanggan",
    "nomor meter",
    "sertifikat",
    "nomor mesin",
    "nomor rangka",
    "nibar",
    "kode barang",
    "register barang",
];
const EXAMPLE: &[&str] = &["contoh", "format", "misalnya", "misal", "pola", "susunan"];
/// Whose NPWP is known to everybody.
const INSTITUTION: &[&str] = &[
    "bendahara",
    "bendahara pengeluaran",
    "instansi",
    "dinas",
    "badan",
    "pemerintah",
    "sekretariat",
    "pt",
    "cv",
    "perusahaan",
    "badan usaha",
    "koperasi",
    "yayasan",
    "satuan kerja",
    "satker",
    "perumda",
    "bumd",
];

/// Whose number this is, when it is somebody's.
pub fn judge(number: &Number, around: &Around) -> Option<Check> {
    match number.digits.len() {
        NIK_DIGITS if NIK_GROUPS.iter().any(|groups| number.is_grouped_as(groups)) => of_sixteen(number, around),
        NPWP_DIGITS => of_fifteen(number, around),
        _ => None,
    }
}

fn of_sixteen(number: &Number, around: &Around) -> Option<Check> {
    let is_built = is_built_as_nik(&number.digits);
    if !is_built && around.says(EXAMPLE) {
        return None;
    }
    // What stands nearest is what the number is called.
    let named = [(Check::Nik, NIK), (Check::FamilyCard, FAMILY), (Check::TaxNumber, TAX)];
    let named = named.into_iter().filter_map(|(check, words)| Some((around.last_before(words)?, check)));
    let nearest = named.max_by_key(|(at, _)| *at);
    let other = around.last_before(OTHER);
    match (nearest, other) {
        (Some((at, _)), Some(other)) if other > at => None,
        // 0 and the fifteen digits of before: an institution's begins as its old one did.
        (Some((_, Check::TaxNumber)), _) if number.digits.starts_with('0') => {
            of_old_tax_number(&number.digits[1..], around)
        }
        (Some((_, check)), _) => Some(check),
        (None, Some(_)) => None,
        (None, None) => is_built.then_some(Check::Nik),
    }
}

fn of_fifteen(number: &Number, around: &Around) -> Option<Check> {
    let is_written_so = number.is_grouped_as(NPWP_GROUPS) && number.separators.contains(&'-');
    if !is_written_so && !around.says_before(TAX) {
        return None;
    }
    if !is_written_so && number.groups.len() > 1 {
        return None;
    }
    of_old_tax_number(&number.digits, around)
}

/// 00 is a treasurer of the state, 01 to 03 a company; all others are persons.
fn of_old_tax_number(digits: &str, around: &Around) -> Option<Check> {
    let is_institution = matches!(digits.get(..2), Some("00" | "01" | "02" | "03"));
    let is_said = around.says(INSTITUTION) && !around.says(&["pribadi"]);
    (!is_institution && !is_said).then_some(Check::TaxNumber)
}

/// Region, day, month and number as those of a NIK; a family card has the day of its issue in the place of the birth.
fn is_built_as_nik(digits: &str) -> bool {
    let part = |from: usize| digits.get(from..from + 2).and_then(|text| text.parse::<u8>().ok()).unwrap_or_default();
    let (province, regency, district) = (part(0), part(2), part(4));
    let (day, month) = (part(6), part(8));
    let day = if day > FEMALE_DAYS { day - FEMALE_DAYS } else { day };
    let days = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return false,
    };
    PROVINCES.contains(&province)
        && ((1..=REGENCY_MAX).contains(&regency) || (CITY_MIN..=CITY_MAX).contains(&regency))
        && district > 0
        && (1..=days).contains(&day)
        && !digits.ends_with("0000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nik_has_a_region_and_a_day_of_birth_which_for_women_is_forty_more() {
        for good in ["6472010508900003", "6472014508900003", "3173017112990001", "9171012902000001"] {
            assert!(is_built_as_nik(good), "{good}");
        }
        for bad in [
            "0072010508900003",
            "2072010508900003",
            "6400010508900003",
            "6472000508900003",
            "6472013208900003",
            "6472017208900003",
            "6472010513900003",
            "6472013102900003",
            "6472010508900000",
        ] {
            assert!(!is_built_as_nik(bad), "{bad}");
        }
    }
}
