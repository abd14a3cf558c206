//! The words around dates, as they are written and as they are misspelt.

/// Spellings of each month, January first: Indonesian, English, what Dutch and the spelling before 1972 left, Malay,
/// abbreviations, and slips that are too short for `month` to guess.
const MONTHS: [&[&str]; 12] = [
    &["januari", "january", "jan", "janu", "januar", "djanuari", "jn"],
    &["februari", "february", "feb", "pebruari", "peb", "febuari", "pebuari", "febr", "pebr", "febuary", "fbr"],
    &["maret", "march", "mar", "mrt", "maart", "mart", "marat", "maret", "mac", "mrch"],
    &["april", "apr", "aprl", "apl", "avril", "afril"],
    &["mei", "may", "mey", "mai"],
    &["juni", "june", "jun", "juny", "djuni", "juin", "jni"],
    &["juli", "july", "jul", "july", "djuli", "jly", "julai", "jli", "yuli"],
    &["agustus", "august", "aug", "agt", "agu", "ags", "agust", "agus", "agst", "agts", "augustus", "ogos", "agsts"],
    &["september", "sep", "sept", "spt", "sptember", "septembre"],
    &["oktober", "october", "okt", "oct", "oktobr", "octobre"],
    &["november", "nopember", "nov", "nop", "nofember", "nof", "nopem"],
    &["desember", "december", "des", "dec", "disember", "dis", "dese", "desem"],
];

/// Full names that a word may be a slip of, with the month.
const FULL: &[(&str, i8)] = &[
    ("januari", 1),
    ("january", 1),
    ("februari", 2),
    ("february", 2),
    ("pebruari", 2),
    ("maret", 3),
    ("march", 3),
    ("april", 4),
    ("agustus", 8),
    ("august", 8),
    ("september", 9),
    ("oktober", 10),
    ("october", 10),
    ("november", 11),
    ("nopember", 11),
    ("desember", 12),
    ("december", 12),
];

/// Letters of the longest word that can be a slip of a month.
const MONTH_LETTERS_MAX: usize = 13;

/// The month that a word names, 1 to 12.
pub fn month(word: &str) -> Option<i8> {
    let at = MONTHS.iter().position(|spellings| spellings.contains(&word))?;
    i8::try_from(at + 1).ok()
}

/// The month of which a word is a slip of the pen: one letter in short names, two in long ones, the first letter right.
/// Only for a word that stands where a month must stand, between a day and a year.
pub fn nearly_month(word: &str) -> Option<i8> {
    if !word.is_ascii() || word.len() < 4 || word.len() > MONTH_LETTERS_MAX {
        return None;
    }
    let slips = |name: &str| strsim::osa_distance(name, word);
    let allowed = |name: &str| if name.len() < 7 { 1 } else { 2 };
    let near = FULL.iter().filter(|(name, _)| name.as_bytes()[0] == word.as_bytes()[0] && slips(name) <= allowed(name));
    near.min_by_key(|(name, _)| slips(name)).map(|(_, month)| *month)
}

/// Monday is 1.
const WEEKDAYS: [&[&str]; 7] = [
    &["senin", "senen", "sen", "snn", "monday", "mon"],
    &["selasa", "sel", "sls", "tuesday", "tue", "tues"],
    &["rabu", "rab", "rebo", "rbu", "wednesday", "wed"],
    &["kamis", "kam", "kemis", "kms", "thursday", "thu", "thur", "thurs"],
    &["jumat", "jum", "jumaat", "jmt", "friday", "fri"],
    &["sabtu", "sab", "saptu", "sbt", "saturday", "sat"],
    &["minggu", "ming", "min", "mgg", "mng", "ahad", "sunday", "sun"],
];

/// The weekday that a word names, Monday is 1.
pub fn weekday(word: &str) -> Option<i8> {
    let at = WEEKDAYS.iter().position(|spellings| spellings.contains(&word))?;
    i8::try_from(at + 1).ok()
}

/// A step back in time: by the clock, by days or by months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Seconds(i64),
    Days(i64),
    Months(i64),
}

/// A unit of time in a relative date.
pub fn unit(word: &str) -> Option<Step> {
    Some(match word {
        "detik" | "dtk" | "second" | "seconds" | "sec" | "secs" | "s" => Step::Seconds(1),
        "menit" | "mnt" | "mnit" | "minute" | "minutes" | "min" | "mins" | "m" => Step::Seconds(60),
        "jam" | "jm" | "hour" | "hours" | "hr" | "hrs" | "h" | "j" => Step::Seconds(3600),
        "hari" | "hri" | "day" | "days" | "d" => Step::Days(1),
        "minggu" | "mgg" | "pekan" | "week" | "weeks" | "w" | "wk" | "wks" => Step::Days(7),
        "bulan" | "bln" | "month" | "months" | "mo" | "mos" => Step::Months(1),
        "tahun" | "thn" | "th" | "year" | "years" | "yr" | "yrs" | "y" => Step::Months(12),
        _ => return None,
    })
}

/// One unit in a single word: "sejam".
pub fn one_unit(word: &str) -> Option<Step> {
    word.strip_prefix("se").and_then(|rest| match rest {
        "detik" | "menit" | "jam" | "hari" | "minggu" | "pekan" | "bulan" | "tahun" => unit(rest),
        _ => None,
    })
}

/// A number in words: units and, as the second, what multiplies or adds ("belas", "puluh", "ratus", "ribu").
pub fn digit(word: &str) -> Option<u64> {
    Some(match word {
        "satu" | "one" => 1,
        "dua" | "two" => 2,
        "tiga" | "three" => 3,
        "empat" | "four" => 4,
        "lima" | "five" => 5,
        "enam" | "six" => 6,
        "tujuh" | "seven" => 7,
        "delapan" | "eight" => 8,
        "sembilan" | "nine" => 9,
        "sepuluh" | "ten" => 10,
        "sebelas" | "eleven" => 11,
        "twelve" => 12,
        _ => return None,
    })
}

/// Say that what follows is a date.
pub const DATE_CUES: &[&str] = &["tgl", "tanggal", "tg", "tgi", "date", "on", "pada", "hari", "dated", "tertanggal"];

/// Say that what follows is when something was published.
pub const PUBLISHED: &[&str] = &[
    "diposting",
    "diposkan",
    "posting",
    "dipost",
    "posted",
    "post",
    "dipublikasikan",
    "dipublikasi",
    "publikasi",
    "dipublish",
    "publish",
    "published",
    "terbit",
    "diterbitkan",
    "ditayangkan",
    "tayang",
    "rilis",
    "dirilis",
    "diunggah",
    "unggah",
    "diupload",
    "uploaded",
    "dibuat",
    "created",
    "ditulis",
    "written",
    "submitted",
    "released",
    "dimuat",
];

/// Say that what follows is when something was changed.
pub const UPDATED: &[&str] = &[
    "diperbarui",
    "diperbaharui",
    "diubah",
    "dimutakhirkan",
    "pemutakhiran",
    "update",
    "updated",
    "diupdate",
    "modified",
    "disunting",
    "perubahan",
    "edited",
    "changed",
];

/// Say that what follows is when somebody was born.
pub const BORN: &[&str] =
    &["lahir", "ttl", "born", "birth", "birthdate", "birthday", "dob", "kelahiran", "tmptlahir", "tgllahir"];

/// With one of these before it, a word of `BORN` speaks of a holiday or a document.
pub const NOT_BORN: &[&str] = &["hari", "akta", "akte", "dies"];

/// Say that the number behind them is a name or an amount and no date.
pub const NUMBERING: &[&str] = &[
    "no",
    "nomor",
    "nmr",
    "number",
    "num",
    "nip",
    "nik",
    "nrp",
    "npwp",
    "npsn",
    "nisn",
    "nuptk",
    "nib",
    "nop",
    "telp",
    "tlp",
    "tel",
    "telepon",
    "telpon",
    "phone",
    "hp",
    "fax",
    "faks",
    "faksimile",
    "wa",
    "whatsapp",
    "hotline",
    "call",
    "rp",
    "idr",
    "usd",
    "harga",
    "senilai",
    "v",
    "ver",
    "versi",
    "version",
    "rev",
    "revisi",
    "isbn",
    "issn",
    "rt",
    "rw",
    "pasal",
    "ayat",
    "kode",
    "rekening",
    "norek",
    "rek",
    "uu",
    "pp",
    "perda",
    "perbup",
    "perwali",
    "perwako",
    "pergub",
    "perpres",
    "permen",
    "permendagri",
    "pmk",
    "kepmen",
    "kepres",
    "inpres",
    "ingub",
    "sk",
    "se",
    "sni",
    "iso",
    "skor",
    "ip",
    "php",
    "joomla",
    "wordpress",
    "drupal",
    "laravel",
    "jquery",
    "codeigniter",
    "bootstrap",
    "mysql",
    "apache",
    "nginx",
    "sebesar",
    "km",
    "id",
    "register",
    "registrasi",
    "seri",
    "koordinat",
    "lintang",
    "bujur",
];

/// Words that stand around a date without saying anything else. A line of nothing but these is about its date.
const AROUND: &[&str] = &[
    "oleh",
    "by",
    "admin",
    "administrator",
    "super",
    "user",
    "superuser",
    "penulis",
    "author",
    "redaksi",
    "editor",
    "humas",
    "kominfo",
    "diskominfo",
    "operator",
    "webmaster",
    "dibaca",
    "kali",
    "x",
    "views",
    "view",
    "viewed",
    "hits",
    "hit",
    "dilihat",
    "pembaca",
    "tayangan",
    "komentar",
    "comments",
    "comment",
    "no",
    "pukul",
    "pkl",
    "jam",
    "at",
    "wib",
    "wita",
    "wit",
    "utc",
    "gmt",
    "z",
    "t",
    "am",
    "pm",
    "terakhir",
    "last",
    "in",
    "kategori",
    "category",
    "berita",
    "artikel",
    "agenda",
    "pengumuman",
    "news",
    "article",
    "uncategorized",
    "umum",
    "waktu",
    "time",
    "periode",
    "edisi",
    "bulan",
    "bln",
    "tahun",
    "thn",
    "month",
    "year",
    "yang",
    "yg",
    "lalu",
    "ago",
    "sekitar",
    "kurang",
    "lebih",
    "about",
    "dari",
    "mulai",
    "from",
    "s",
    "d",
    "sd",
    "sampai",
    "dengan",
    "hingga",
    "to",
    "until",
    "through",
    "dan",
    "and",
    "ini",
    "the",
    "of",
    "siang",
    "pagi",
    "sore",
    "malam",
    "masehi",
    "st",
    "nd",
    "rd",
    "th",
    "selesai",
    "start",
    "end",
    "kemarin",
    "kemaren",
    "yesterday",
    "today",
    "besok",
    "tomorrow",
    "lusa",
    "dulu",
    "tadi",
    "setempat",
    "baru",
    "saja",
    "barusan",
    "just",
    "now",
    "moments",
    "few",
    "beberapa",
    "saat",
    "menit",
    "detik",
    "minutes",
    "seconds",
    "minggu",
    "pekan",
    "week",
    "this",
    "right",
];

/// Does a word say nothing but what stands around dates?
pub fn around(word: &str) -> bool {
    let lists = [AROUND, DATE_CUES, PUBLISHED, UPDATED];
    lists.iter().any(|list| list.contains(&word)) || month(word).is_some() || weekday(word).is_some()
}
