/** Kegunaan setiap layar dan yang dilakukan pertama kali, menurut alamat rutenya. */
import type { Help } from './help';

export const id: Help = {
  '/': {
    what: 'Semua pekerjaan yang menunggu Anda, dengan tenggat terdekat di urutan teratas. Pekerjaan baru muncul dengan sendirinya.',
    first: 'Buka tugas pertama, atau tekan n. Setelah selesai, tugas berikutnya naik ke urutan teratas.',
  },
  '/setup': {
    what: 'Membuat akun pertama, yang dapat membuat situs dan akun lain.',
    first: 'Isi nama, alamat surel, dan kata sandi yang panjang. Tautan yang membawa Anda ke sini hanya berlaku satu kali.',
  },
  '/account': {
    what: 'Akun Anda sendiri: bahasa, cara Anda diberi tahu melalui surel dan Telegram, kata sandi, perangkat tempat Anda masuk, dan peran Anda.',
    first: 'Jika kata sandi Anda dibuatkan orang lain, gantilah lebih dahulu di sini.',
  },
  '/content/:site': {
    what: 'Seluruh konten sebuah situs, yang terakhir diubah di urutan teratas. Saringan tersimpan pada alamat, sehingga tautan atau tampilan tersimpan akan memunculkannya kembali.',
    first: 'Cari judul, pilih jenis, atau mulai menulis dengan “Tulis baru …”. Tandai beberapa konten untuk mengerjakannya sekaligus. Yang dibuang berada di tempat sampah dan dapat dikembalikan dari sana.',
  },
  '/content/:site/new/:type': {
    what: 'Tempat menulis konten baru. Selama Anda menulis, salinannya disimpan di peramban ini.',
    first: 'Tulis judul, lalu simpan. Setelah itu draf tersimpan dengan sendirinya; serahkan jika sudah siap.',
  },
  '/entries/:id': {
    what: 'Tempat sebuah konten ditulis dan diteruskan: diserahkan, disunting, lalu disaring. Tulisan Anda tersimpan sebagai draf dengan sendirinya.',
    first: 'Tulis, lihat pratinjaunya, lalu gunakan tombol berwarna di bagian atas untuk meneruskannya.',
  },
  '/entries/:id/review': {
    what: 'Untuk pejabat yang memutuskan: halaman sebagaimana dilihat masyarakat, perubahan, catatan, dan riwayatnya. Keputusan Anda berlaku tepat untuk isi yang ditampilkan.',
    first: 'Baca halaman dan perubahannya, lalu setujui, atau kembalikan dengan tanda dan alasan.',
  },
  '/procedures': {
    what: 'Standar operasional prosedur (SOP) yang berlaku. Setiap pekerjaan di Lamin mengikuti salah satunya.',
    first: 'Buka sebuah prosedur untuk melihat langkah, pelaksana, dan waktu bakunya.',
  },
  '/procedures/:key': {
    what: 'Sebuah prosedur sesuai dokumen resminya, lengkap dengan bagan langkah dan pekerjaan yang sedang berjalan.',
    first: 'Ikuti bagan dari atas, atau buka berkas baru jika Anda yang memulainya.',
  },
  '/cases': {
    what: 'Semua pekerjaan yang mengikuti prosedur, dari setiap situs yang boleh Anda lihat. Pekerjaan yang terlambat diberi tanda.',
    first: 'Pilih prosedur atau hanya yang terlambat agar daftarnya pendek, lalu buka salah satunya.',
  },
  '/cases/new/:procedure': {
    what: 'Membuka berkas baru menurut prosedur ini. Berkas diterima oleh pelaksana langkah pertama.',
    first: 'Beri judul yang mudah dikenali, pilih situs jika diminta, lalu buka berkasnya.',
  },
  '/cases/:id': {
    what: 'Satu pekerjaan: sampai di langkah mana, apa yang diperlukan sekarang, dan semua yang telah terjadi. Laporan mingguan dan insiden dibuka dari tombol di atas.',
    first: 'Lihat bagian “Yang dapat Anda lakukan sekarang”. Lengkapi yang diminta langkah ini, lalu pilih kelanjutannya.',
  },
  '/calendar/:site': {
    what: 'Yang telah tayang, yang dijadwalkan, dan yang perlu ditinjau, bulan demi bulan.',
    first: 'Pilih bulan. Buka konten pada suatu hari untuk mengubah waktu tayangnya.',
  },
  '/ledger': {
    what: 'Catatan semua tindakan: oleh siapa dan kapan. Isinya tidak dapat diubah, dan rantainya menunjukkan jika ada yang berubah.',
    first: 'Pilih orang, situs, atau konten, lalu buka sebuah peristiwa untuk melihat perinciannya.',
  },
  '/media/:site': {
    what: 'Gambar dan berkas sebuah situs, dalam folder, beserta nama dan tempat penggunaannya.',
    first: 'Seret berkas ke sini atau pilih berkas. Kemudian tuliskan isi setiap gambar bagi mereka yang tidak dapat melihatnya.',
  },
  '/media/:site/:digest': {
    what: 'Satu berkas: keterangannya dalam dua bahasa, letaknya, tempat penggunaannya, dan penggantinya.',
    first: 'Tuliskan isi gambar, dan tandai bagian yang tidak boleh terpotong.',
  },
  '/publish/:site': {
    what: 'Yang dilihat masyarakat saat ini, asal-usulnya, dan apakah masih sama dengan yang diterbitkan.',
    first: 'Periksa rilis yang sedang tayang. Bangun situs jika isi yang telah disetujui perlu tayang sekarang.',
  },
  '/publish/:site/releases/:number': {
    what: 'Satu rilis: yang berubah bagi masyarakat, sebabnya, siapa yang menyetujui, dan siapa yang menayangkan.',
    first: 'Lihat jumlahnya lebih dahulu, lalu buka konten yang ingin Anda pastikan.',
  },
  '/users': {
    what: 'Orang-orang yang dapat masuk. Yang boleh mereka lakukan ditentukan oleh penugasan pada situs.',
    first: 'Buat akun untuk rekan kerja, lalu tugaskan ia pada sebuah situs.',
  },
  '/users/new': {
    what: 'Membuat akun untuk rekan kerja.',
    first: 'Isi nama dan alamat surel dinasnya. Tautan yang Anda peroleh kemudian hanya untuk pemilik akun.',
  },
  '/users/:user': {
    what: 'Satu akun: nama, bahasa, dan apakah pemiliknya dapat masuk.',
    first: 'Tutup akun pada hari pemiliknya berhenti bertugas. Jejak pekerjaannya tetap tersimpan.',
  },
  '/members': {
    what: 'Orang yang berperan pada semua situs sekaligus. Peran seperti ini hanya untuk sedikit orang.',
    first: 'Periksa siapa saja yang tercantum. Tugaskan untuk semua situs hanya jika satu situs tidak cukup.',
  },
  '/members/:user': {
    what: 'Peran seseorang pada semua situs, beserta surat keputusan serta tanggal mulai dan berakhirnya.',
    first: 'Pilih peran dan isi nomor surat keputusan. Isi tanggal berakhir jika penugasannya berjangka.',
  },
  '/site/:site/members': {
    what: 'Siapa berperan apa pada situs ini, berdasarkan keputusan mana dan sampai kapan.',
    first: 'Pastikan setiap langkah ada pelaksananya: penulis, penyunting, pejabat penyetuju, dan penerbit.',
  },
  '/site/:site/members/:user': {
    what: 'Peran seseorang pada situs ini. Tidak seorang pun dapat menyetujui tulisannya sendiri, apa pun perannya.',
    first: 'Pilih peran dan isi nomor surat keputusan. Isi tanggal berakhir jika penugasannya berjangka.',
  },
  '/sites': {
    what: 'Situs-situs web tempat Anda bertugas.',
    first: 'Buka salah satu untuk melihat anggota, menu, jenis konten, dan pengaturannya.',
  },
  '/sites/new': {
    what: 'Membuat situs web baru pada instalasi ini. Masyarakat belum melihat apa pun sebelum ada yang diterbitkan.',
    first: 'Isi namanya. Nama host dapat menyusul; setelah itu tugaskan anggotanya.',
  },
  '/site/:site': {
    what: 'Satu situs: anggota, menu, jenis konten, pengaturan, dan alamatnya.',
    first: 'Mulailah dari anggota. Kemudian isi pengaturan, misalnya nama dan kontak yang tampil di setiap halaman.',
  },
  '/site/:site/types': {
    what: 'Jenis-jenis konten situs ini dan isian yang dimiliki masing-masing.',
    first: 'Buka sebuah jenis untuk melihat isiannya. Buat jenis baru hanya jika tidak ada yang sesuai.',
  },
  '/site/:site/types/:type': {
    what: 'Isian sebuah jenis konten. Sebelum disimpan, Lamin memberitahukan akibat perubahannya.',
    first: 'Tambahkan isian, periksa akibatnya, lalu simpan. Isian yang sudah terpakai sebaiknya tidak dihapus.',
  },
  '/site/:site/new-type': {
    what: 'Membuat jenis konten baru dengan isiannya sendiri.',
    first: 'Isi namanya dalam dua bahasa, lalu tambahkan isian judul dan isian lain yang wajib diisi.',
  },
  '/site/:site/checks': {
    what: 'Hal-hal yang diperiksa sebelum konten diteruskan atau diterbitkan, dan akibat setiap temuan pada situs ini.',
    first: 'Biarkan sesuai kebiasaan, kecuali ada alasan yang jelas. Perubahan langsung berlaku dan tercatat atas nama Anda.',
  },
  '/site/:site/terms': {
    what: 'Kategori dan tag yang dipakai konten situs ini, beserta jumlah konten yang memakainya.',
    first: 'Cari dua ejaan untuk hal yang sama, lalu gabungkan. Yang sudah disetujui atau tayang tetap sama sampai disetujui kembali.',
  },
  '/site/:site/menus': {
    what: 'Menu yang ditemukan masyarakat di bagian atas dan bawah setiap halaman.',
    first: 'Buka sebuah menu untuk mengubah tautannya. Seperti konten lain, menu tayang setelah disetujui.',
  },
  '/site/:site/menus/:entry': {
    what: 'Tautan-tautan dalam sebuah menu dan urutannya.',
    first: 'Tambah, pindahkan, atau hapus tautan, lalu simpan. Setelah itu buka sebagai konten dan serahkan.',
  },
  '/notices': {
    what: 'Yang terjadi pada pekerjaan yang melibatkan Anda, yang terbaru di atas.',
    first: 'Buka pemberitahuan untuk melihat hal yang dimaksud. Cara Anda diberi tahu diatur pada halaman akun.',
  },
  '/link': {
    what: 'Di sini Anda menetapkan kata sandi sendiri melalui tautan yang Anda terima.',
    first: 'Tulislah kata sandi yang panjang dua kali. Tautan berlaku satu kali dalam 72 jam; setelah itu mintalah yang baru.',
  },
  '/hours': {
    what: 'Jam kerja, hari libur, dan cuti bersama yang menjadi dasar penghitungan tenggat untuk seluruh instalasi.',
    first: 'Tempelkan hari libur tahun baru segera setelah keputusan bersama terbit, periksa, lalu simpan.',
  },
  '/mail': {
    what: 'Server surel yang mengirimkan pemberitahuan.',
    first: 'Isi alamat dan kata sandi server, simpan, lalu kirim surat uji kepada Anda sendiri.',
  },
  '/site/:site/webhooks': {
    what: 'Alamat pada sistem lain yang diberi tahu tentang peristiwa pada situs ini.',
    first: 'Tambahkan alamat, pilih peristiwanya, dan isi kunci rahasia yang juga diketahui sistem itu.',
  },
  '/incidents': {
    what: 'Serangan dan gangguan pada situs, dari pemantauan, petugas, maupun laporan masyarakat: yang terbuka lebih dahulu, beserta lama penanganannya.',
    first: 'Buka insiden yang belum diambil lalu pilih “Ambil penanganan”, atau laporkan yang Anda lihat sendiri.',
  },
  '/incidents/new': {
    what: 'Melaporkan bahwa sebuah situs diserang atau terganggu. Berkasnya dibuka seketika.',
    first: 'Salin alamat halamannya, lalu tuliskan apa yang terlihat di sana.',
  },
  '/incidents/:id': {
    what: 'Satu insiden: giliran siapa, tindakan yang tersedia, lini masa yang tidak dapat diubah, laporan resmi, dan berkas bukti bertanda tangan untuk CSIRT.',
    first: 'Ambil penanganannya, lalu nyatakan terkendali begitu bahayanya berhenti. Tulis laporan insiden sebelum tim melapor kepada kepala bidang.',
  },
  '/on-call': {
    what: 'Siapa yang dihubungi ketika insiden mulai, menurut urutan apa dan dengan cara apa. Panggilan diulang siang dan malam sampai ada yang mengambil insiden.',
    first: 'Tambahkan petugas menurut urutan, dan berikan masing-masing sedikitnya satu cara.',
  },
  '/monitoring': {
    what: 'Situs yang dipantau dan keadaannya: dapat diakses atau tidak, sejak kapan, dan apa penyebabnya. Tombol keadaan, kelompok, dan pencarian menyaring daftarnya.',
    first: 'Situs yang paling bermasalah ada di atas: bukalah untuk melihat gangguan dan kontaknya. Laporan mingguan, impor, dan unduhan daftar juga ada di sini.',
  },
  '/monitoring/new': {
    what: 'Menambahkan situs yang akan dipantau, apa pun perangkat lunaknya. Nama perangkat daerah dan alamat situs sudah cukup.',
    first: 'Isi alamatnya, lalu tekan “Kenali” agar perangkat lunak dan bagian situs dicarikan. Isi juga orang yang dihubungi jika situs tidak dapat diakses.',
  },
  '/monitoring/import': {
    what: 'Memasukkan daftar situs dari berkas CSV atau XLSX. Perubahannya ditampilkan lebih dahulu dan baru diterapkan setelah Anda setuju.',
    first: 'Unduh daftar yang ada dari halaman pemantauan, ubah di lembar kerja, lalu pilih berkasnya di sini.',
  },
  '/monitoring/:id': {
    what: 'Satu situs: keadaan dan penyebabnya, gangguan, ketersediaan, pemeliharaan, hasil laporan mingguan selama setahun, dan hal yang lazim ditampilkannya.',
    first: 'Hubungi penanggung jawabnya. Umumkan pemeliharaan sebelum bekerja. Terima hal baru pada “Yang lazim di situs ini” hanya jika wajar; yang asing bisa jadi ulah penyusup.',
  },
  '/monitoring/:id/edit': {
    what: 'Keterangan situs yang dipantau: alamat, kontak, bagian yang harus diperbarui, host yang boleh ditautkan, kelompok, pengecualian, dan mandat tertulis.',
    first: 'Pastikan kontaknya masih berlaku. “Kenali” mengisi yang masih kosong. Hilangkan tanda “Pantau situs ini” untuk berhenti sementara.',
  },
  '/recaps': {
    what: 'Laporan rekapitulasi mingguan hasil monitoring website perangkat daerah (SOP monitoring). Terbuka sendiri setiap Senin; kepala bidang dapat membukanya di luar jadwal.',
    first: 'Buka pekan yang sedang berjalan. Kepala bidang menugaskan, tim melengkapi alasan lalu melaporkan, kepala bidang menyetujui atau mengembalikan.',
  },
  '/recaps/:id': {
    what: 'Satu laporan: hasil setiap situs dengan buktinya, alasan operator, langkah SOP berikutnya, versi yang telah dilaporkan, serta cetakan PDF, XLSX, dan CSV.',
    first: 'Saring “Tidak diperbarui”, tuliskan alasannya, lalu laporkan. “Ambil data baru” tidak menghapus catatan. Ubah hasil hanya jika pengukuran keliru.',
  },
};
