//! Markdown to HTML, by the kilobyte: what nearly every page of a site pays.

use divan::Bencher;
use divan::counter::BytesCount;
use lamin::content::markdown;

fn main() {
    divan::main();
}

/// A paragraph, a list, a table and a heading, as news items have them: about 1 KB.
const PIECE: &str = "## Rute baru Trans Damar\n\n\
    Angkutan perkotaan **Trans Damar** menambah dua rute mulai *Senin, 31 Agustus 2026*. Dengan tambahan ini, \
    jaringan memiliki lima rute, 38 bus, dan 142 tempat perhentian di Kota Sungai Damar. Rute 4 merupakan jawaban \
    atas usulan warga pada [konsultasi publik](/berita/konsultasi-publik-rkpd-2027/) bulan Februari.\n\n\
    1. Dermaga Lama\n2. Pasar Meranti\n3. RSUD Damar Sehat, lihat [petanya](https://peta.example/rute/4)\n\n\
    | Rute | Lintasan | Jam operasi |\n|---|---|---:|\n| 4 | Dermaga Lama – RSUD | 05.30–21.00 |\n\
    | 5 | Dermaga Lama – Kampus | 05.30–22.00 |\n\n\
    > Semua bus di kedua rute berlantai rendah, memiliki ruang kursi roda, dan mengumumkan nama perhentian dengan \
    suara serta tulisan.\n\n\
    - [x] Sepuluh perhentian lama ditinggikan\n- [ ] Sisanya pada tahun 2027\n\n\
    Tarif tetap Rp4.000,00 sekali jalan.[^1] Pelajar, lansia, dan penyandang disabilitas tidak dikenai biaya.\n\n";

fn text(kilobytes: usize) -> String {
    let mut text = String::new();
    while text.len() < kilobytes * 1024 {
        text.push_str(PIECE);
    }
    text + "\n[^1]: Peraturan Gubernur Nomor 12 Tahun 2026.\n"
}

#[divan::bench(args = [1, 10, 100])]
fn to_html(bencher: Bencher, kilobytes: usize) {
    let text = text(kilobytes);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| markdown::to_html(divan::black_box(&text), &|_: &lamin::kernel::Digest| None));
}

/// The same with one raw tag, for which the whole text goes through the cleaner.
#[divan::bench(args = [1, 10, 100])]
fn to_html_with_raw_html(bencher: Bencher, kilobytes: usize) {
    let text = text(kilobytes) + "\n<b>tebal</b>\n";
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| markdown::to_html(divan::black_box(&text), &|_: &lamin::kernel::Digest| None));
}

#[divan::bench(args = [1, 10, 100])]
fn plain_text(bencher: Bencher, kilobytes: usize) {
    let text = text(kilobytes);
    bencher.counter(BytesCount::of_str(&text)).bench(|| markdown::plain_text(divan::black_box(&text)));
}
