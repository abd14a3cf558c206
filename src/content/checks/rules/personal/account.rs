//! Bank accounts: digits are one only where the words say so.

use super::context::Around;
use super::numbers::Number;
use crate::content::checks::model::Check;

const ACCOUNT_DIGITS: std::ops::RangeInclusive<usize> = 9..=16;

const ACCOUNT: &[&str] = &[
    "rekening",
    "norek",
    "no rek",
    "rek",
    "nomor rek",
    "rekening bank",
    "transfer ke",
    "nomor rekening",
    "no rekening",
];
/// Banks, as people write them before the number of an account.
const BANKS: &[&str] = &[
    "bank bni",
    "bank bri",
    "bank btn",
    "bank mandiri",
    "bank bca",
    "bank bsi",
    "bca",
    "bni",
    "bri",
    "bsi",
    "bpd",
    "bankaltimtara",
    "cimb niaga",
    "mandiri",
    "bank syariah indonesia",
    "danamon",
    "bank kaltimtara",
    "btpn",
    "permata",
    "bank muamalat",
];
/// Numbers that are called an account and are a code or an office's.
const OTHER: &[&str] = &[
    "kode rekening",
    "kode rek",
    "kas daerah",
    "kas umum",
    "rkud",
    "bendahara",
    "pemerintah",
    "pemprov",
    "pemkab",
    "pemkot",
    "dinas",
    "badan",
    "baznas",
    "bpbd",
    "penerimaan",
    "retribusi",
    "pdam",
    "perumda",
    "kas negara",
    "rekening listrik",
    "rekening air",
    "id pelanggan",
    "kas desa",
    "yayasan",
    "pmi",
    "koperasi",
    "npwp",
    "nik",
    "nip",
    "pt",
    "cv",
    "rsud",
    "samsat",
];

/// Words that name whoever holds an account.
const HELD: &[&str] = &["a n", "an", "atas nama", "milik"];
/// Words that say that it is a person's all the same.
const PERSON: &[&str] = &["pribadi", "pak", "bapak", "bu", "ibu", "sdr", "sdri"];

/// Whether this is the bank account of a person.
pub fn judge(number: &Number, around: &Around) -> Option<Check> {
    let is_written_so =
        number.groups.len() == 1 || number.groups.iter().all(|digits| *digits >= 3) || has_check_digit(number);
    // Groups of three with dots are an amount.
    let is_amount = number.separators.iter().all(|separator| *separator == '.')
        && number.groups.len() > 1
        && number.groups[1..].iter().all(|digits| *digits == 3);
    let fits = ACCOUNT_DIGITS.contains(&number.digits.len()) && is_written_so && !is_amount;
    let is_named =
        around.says_before(ACCOUNT) || around.says_before(BANKS) || (around.says(BANKS) && around.says(HELD));
    let is_office = around.says(OTHER) && !around.says(PERSON);
    (fits && is_named && !is_office).then_some(Check::BankAccount)
}

/// The groups of two large banks: `0012-01-023456-50-7`, `142-00-1234567-8`.
fn has_check_digit(number: &Number) -> bool {
    number.is_grouped_as(&[4, 2, 6, 2, 1]) || number.is_grouped_as(&[3, 2, 7, 1])
}
