//! Stems by the thousand words: what an index pays for each page, and the API for each query.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use lamin::search;

fn main() {
    divan::main();
}

/// Running text as news and service pages have it, names, numbers and English included.
const TEXT: &str = "Pemerintah Provinsi Kalimantan Barat membuka pendaftaran penerima bantuan usaha mikro mulai Senin, \
    31 Agustus 2026. Persyaratannya antara lain kartu tanda penduduk yang masih berlaku, surat keterangan usaha dari \
    kelurahan, dan rencana penggunaan dana. Permohonan disampaikan melalui layanan daring Dinas Koperasi; petugas akan \
    memeriksa kelengkapannya dalam tiga hari kerja. \"Anggarannya meningkat dua kali lipat dibandingkan tahun lalu,\" \
    ujar Kepala Dinas di Pontianak. Undang-undang mewajibkan keterbukaan informasi, sehingga daftar penerima diumumkan \
    di website. Warga yang berkeberatan dapat mengajukan pengaduan kepada pejabat pengelola informasi. Anak-anak dan \
    penyandang disabilitas didampingi. For visitors: the office opens at eight, and all services are free of charge. ";

/// Words that no list knows, for which every reading is tried.
const UNKNOWN: &str = "mempertrembelkannya pengkrotalanmu berkesetrungkaian menyeblingkan dipersembrukankah ";

#[divan::bench(args = [1, 10, 100])]
fn running_text(bencher: Bencher, times: usize) {
    let text = TEXT.repeat(times);
    let words = text.split_whitespace().count();
    bencher
        .counter(ItemsCount::new(words))
        .counter(BytesCount::of_str(&text))
        .bench(|| search::terms(divan::black_box(&text)).map(|term| term.len()).sum::<usize>());
}

#[divan::bench]
fn unknown_words_with_affixes(bencher: Bencher) {
    let text = UNKNOWN.repeat(100);
    let words = text.split_whitespace().count();
    bencher
        .counter(ItemsCount::new(words))
        .bench(|| search::terms(divan::black_box(&text)).map(|term| term.len()).sum::<usize>());
}

#[divan::bench]
fn one_query(bencher: Bencher) {
    bencher.bench(|| search::expand(divan::black_box("syarat perpanjangan e-KTP di kelurahan")));
}
