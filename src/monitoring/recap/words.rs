//! The words of printed reports, in both languages.

use crate::publish::dates::Clockface;

/// What goes by a name, in the language of the report; a name without words goes as it is.
pub fn word<'a>(clock: &Clockface, name: &'a str) -> &'a str {
    let known = WORDS.iter().find(|(key, ..)| *key == name);
    known.map_or(name, |(_, id, en)| if clock.is_english() { en } else { id })
}

/// The same with a value in its place.
pub fn filled(clock: &Clockface, name: &str, values: &[(&str, &str)]) -> String {
    let mut text = word(clock, name).to_owned();
    for (place, value) in values {
        text = text.replace(&format!("{{{place}}}"), value);
    }
    text
}

/// Name, Indonesian, English. Causes are said as in the admin.
const WORDS: &[(&str, &str, &str)] = &[
    (
        "title",
        "Laporan Rekapitulasi Hasil Monitoring Website Perangkat Daerah",
        "Recap Report on the Monitoring of Agencies' Websites",
    ),
    ("number", "Nomor", "Number"),
    ("week", "Pekan", "Week"),
    ("measured", "Waktu pengukuran", "Measured"),
    ("ordered", "Perintah", "Order"),
    ("order.lisan", "lisan", "oral"),
    ("order.tertulis", "tertulis", "written"),
    ("by", "oleh", "by"),
    ("basis", "Dasar", "Basis"),
    ("basis.text", "SOP Monitoring Website Organisasi Perangkat Daerah", "SOP on monitoring the agencies' websites"),
    ("version", "Versi laporan", "Version of the report"),
    ("draft", "Konsep, belum dilaporkan", "Draft, not handed in yet"),
    ("digest", "Sidik isi (SHA-256)", "Digest (SHA-256)"),
    ("summary", "Ringkasan", "Summary"),
    ("results", "Hasil per perangkat daerah", "Results by agency"),
    ("threats", "Penyusupan", "Intrusions"),
    (
        "threats.none",
        "Tidak ditemukan tanda penyusupan pada website yang diperiksa.",
        "No sign of intrusion was found on the websites.",
    ),
    ("section", "Bagian", "Part"),
    ("total", "Jumlah", "All"),
    ("section.berita", "Berita", "News"),
    ("section.artikel", "Artikel", "Articles"),
    ("section.agenda", "Agenda", "Events"),
    ("verdict.updated", "Diperbarui", "Updated"),
    ("verdict.not_updated", "Tidak diperbarui", "Not updated"),
    ("verdict.no_answer", "Tidak ada jawaban", "No answer"),
    ("verdict.down", "Tidak dapat diakses", "Down"),
    ("verdict.maintenance", "Dalam pemeliharaan", "Maintenance"),
    ("injection.suspicious", "Mencurigakan", "Suspicious"),
    ("injection.infected", "Tersusupi", "Infected"),
    ("injection.defaced", "Diubah pihak lain", "Defaced"),
    ("col.no", "No.", "No."),
    ("col.agency", "Perangkat daerah", "Agency"),
    ("col.website", "Website", "Website"),
    ("col.newest", "Terbaru", "Newest"),
    ("col.days", "Hari", "Days"),
    ("col.signal", "Penanda", "Signal"),
    ("col.evidence", "Bukti", "Evidence"),
    ("col.verdict", "Hasil", "Verdict"),
    ("col.before", "Pekan lalu", "Last week"),
    ("col.remark", "Keterangan", "Remark"),
    ("col.reason", "Alasan operator", "Operator's reason"),
    ("col.measured", "Hasil pengukuran", "As measured"),
    ("col.override", "Alasan perubahan hasil", "Reason for another verdict"),
    ("col.exception", "Pengecualian", "Exception"),
    ("col.injection", "Penyusupan", "Intrusion"),
    ("col.grade", "Nilai header keamanan", "Grade of security headers"),
    ("col.expected", "Target (hari)", "Expected (days)"),
    ("col.cause", "Penyebab", "Cause"),
    (
        "overridden",
        "Hasil pengukuran: {was}. Diubah tim: {reason}",
        "As measured: {was}. Changed by the team: {reason}",
    ),
    (
        "excepted",
        "Dikecualikan sampai {until}, disepakati {by}: {reason}",
        "Excepted until {until}, agreed by {by}: {reason}",
    ),
    ("doubtful", "Penanda lain menunjukkan tanggal yang berbeda.", "Another signal tells another date."),
    ("expected", "Target: setiap {days} hari.", "Expected: every {days} days."),
    ("page.title", "Status website perangkat daerah", "Status of the agencies' websites"),
    ("page.title_of", "Status website perangkat daerah: {group}", "Status of the agencies' websites: {group}"),
    (
        "page.summary",
        "Pekan {week}: {updated} dari {all} bagian website diperbarui tepat waktu.",
        "Week of {week}: {updated} of {all} parts of websites are kept up in time.",
    ),
    ("page.intro", "Data diukur pada {measured} dan telah disetujui.", "Measured on {measured}, and approved."),
    ("nudged", "Penanggung jawab diingatkan {at}.", "Its responsible person was reminded on {at}."),
    ("nudge.subject", "Website belum diperbarui: {agency}", "Website not kept up: {agency}"),
    (
        "nudge.opening",
        "Rekapitulasi mingguan website perangkat daerah disusun pada {day}. Menurut pemantauan kami, bagian berikut belum \
         diperbarui:",
        "The weekly report on the agencies' websites is made on {day}. As far as we can see, these parts are not kept up:",
    ),
    (
        "nudge.line",
        "{agency}, {section}: terakhir diperbarui {newest} ({days} hari yang lalu). {url}",
        "{agency}, {section}: last updated {newest} ({days} days ago). {url}",
    ),
    (
        "nudge.closing",
        "Mohon diperbarui sebelum hari tersebut, atau sampaikan alasannya kepada Tim Pengelola Website. Abaikan surel ini jika \
         bagian tersebut sudah diperbarui.",
        "Please bring them up to date before that day, or tell the Website Team why they are not. Ignore this letter if that \
         is done.",
    ),
    ("reported_by", "Tim Pengelola Website", "Website Team"),
    ("approved_by", "Kepala Bidang Aptika", "Head of the Informatics Division"),
    ("signed", "Dilaporkan secara elektronik, {at}", "Handed in electronically, {at}"),
    ("approved", "Disetujui secara elektronik, {at}", "Approved electronically, {at}"),
    ("pending", "Menunggu persetujuan", "Waiting for approval"),
    ("page", "Halaman", "Page"),
    ("signal.api", "API", "API"),
    ("signal.feed", "RSS/Atom", "RSS/Atom"),
    ("signal.json_ld", "JSON-LD", "JSON-LD"),
    ("signal.meta", "Meta halaman", "Page meta"),
    ("signal.time", "Elemen waktu", "Time element"),
    ("signal.visible", "Tanggal tampil", "Visible date"),
    ("signal.address", "Alamat halaman", "Address"),
    ("signal.feed_updated", "Atom (diubah)", "Atom (updated)"),
    ("signal.sitemap", "Peta situs", "Sitemap"),
    ("cause.bad_address", "Alamatnya tidak dapat dibaca", "Its address cannot be read"),
    ("cause.private_network", "Alamatnya mengarah ke jaringan tertutup", "It leads into a private network"),
    ("cause.no_such_host", "Nama domainnya tidak ditemukan", "Its name is not known"),
    ("cause.name_service", "Layanan nama domain (DNS) tidak menjawab", "The name service (DNS) does not answer"),
    ("cause.refused", "Server menolak sambungan", "Its server refuses connections"),
    ("cause.unreachable", "Server tidak dapat dijangkau", "Its server cannot be reached"),
    ("cause.too_slow", "Jawabannya terlalu lama", "It takes too long to answer"),
    ("cause.tls", "Sambungan aman (TLS) gagal", "The secure connection (TLS) fails"),
    ("cause.certificate", "Sertifikatnya ditolak peramban", "Browsers refuse its certificate"),
    ("cause.closed", "Server memutus sambungan sebelum menjawab", "Its server closes the connection before it answers"),
    ("cause.malformed", "Jawabannya tidak dapat dibaca", "Its answer cannot be read"),
    ("cause.too_many_headers", "Jawabannya memuat terlalu banyak header", "Its answer has too many headers"),
    ("cause.redirect_loop", "Pengalihannya berputar tanpa akhir", "It redirects in a circle"),
    ("cause.too_many_redirects", "Pengalihannya terlalu banyak", "It redirects too often"),
    ("cause.redirect_to_nowhere", "Pengalihannya tidak menuju ke mana pun", "It redirects to nowhere"),
    (
        "cause.blocked",
        "Situs menolak pemeriksaan kami, mungkin tidak menolak pengunjung lain",
        "It refuses our looks, and perhaps nobody else",
    ),
    ("cause.too_many_requests", "Situs meminta kami mengurangi pemeriksaan", "It asks us to look less often"),
    ("cause.not_found", "Halaman depannya tidak ditemukan", "Its home page does not exist"),
    ("cause.server_error", "Server melaporkan kesalahan", "Its server reports an error"),
    ("cause.client_error", "Server tidak menerima permintaan", "Its server does not accept the request"),
    ("cause.body_broken", "Isi halamannya terputus atau rusak", "Its page ends too early or is broken"),
    ("cause.empty", "Halaman depannya kosong", "Its home page is empty"),
    ("cause.hosting_suspended", "Layanan hostingnya ditangguhkan", "Its hosting is suspended"),
    (
        "cause.default_page",
        "Hanya menampilkan halaman bawaan server",
        "It only shows the front page of a server program",
    ),
    ("cause.parked", "Domainnya diparkir atau dijual", "Its name is parked or for sale"),
    ("cause.database_error", "Basis datanya tidak dapat diakses", "Its database is away"),
    ("cause.application_error", "Aplikasinya melaporkan kesalahan", "Its program reports an error"),
    ("cause.installer", "Menampilkan halaman pemasangan aplikasi", "It shows the installation of a program"),
    (
        "cause.directory_listing",
        "Menampilkan daftar berkas, bukan halaman",
        "It shows a list of files instead of a page",
    ),
    ("cause.under_construction", "Situs menyatakan sedang dalam pengerjaan", "It says that it is being worked on"),
];
