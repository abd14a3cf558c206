/** SOP 2 and 3: the websites are put under watch, monitored and secured, each with its "no". */
import { ended, move, office, open, refuse } from './cases.mjs';
import { audit, expect, goto, person, PHONE, settled, story } from './house.mjs';

await story(async (browser) => {
  const by = office(browser, { head: PHONE });
  const [head, monitor] = [await by('head'), await by('monitor')];

  await watch(monitor, await person(browser, { email: 'admin@demo.test' }), head);

  const round = 'Monitoring minggu keempat';
  const watched = await open(head, 'website_monitoring', round);
  await move(head, round, 'Tugaskan tim', 'Monitoring');
  await move(monitor, round, 'Laporkan', 'Pemeriksaan laporan');
  await refuse(head, round, 'Tidak disetujui', 'Monitoring', 'Dua situs belum diperiksa.');
  await move(monitor, round, 'Laporkan', 'Pemeriksaan laporan');
  await move(head, round, 'Setujui laporan', 'Pengarsipan');
  await move(await by('sub_coordinator'), round, 'Arsipkan', 'Selesai');
  await ended(monitor, watched, 6);

  const attack = 'Halaman depan berubah sendiri';
  const secured = await open(await by('operator'), 'website_security', attack);
  await move(await by('sub_coordinator'), attack, 'Terima laporan', 'Penugasan', { words: { 'Jenis laporan': 'Serangan' } });
  await move(head, attack, 'Tugaskan tim', 'Pengamanan');
  await move(monitor, attack, 'Laporkan', 'Pemeriksaan laporan');
  await refuse(head, attack, 'Tidak disetujui', 'Pengamanan', 'Sebabnya belum ditemukan.');
  await move(monitor, attack, 'Laporkan', 'Pemeriksaan laporan');
  await move(head, attack, 'Setujui laporan', 'Perawatan');
  await move(head, attack, 'Nyatakan aman', 'Aman');
  await ended(monitor, secured, 7);
});

/** A list is shown before it is taken in; what is wrong in it is told; then the websites are searched for. */
async function lists(monitor, agency) {
  const choose = (name, text) => monitor.getByLabel('Berkas daftar').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
  await goto(monitor, '/monitoring/import');
  await audit(monitor, 'an import before its file');
  await choose('salah.csv', 'OPD;Alamat;Aktif\nDinas Sosial;ftp://sosial;ya\n');
  await monitor.getByRole('button', { name: 'Periksa berkas' }).click();
  await monitor.getByText('Belum ada yang diubah').waitFor();
  await monitor.getByRole('cell', { name: 'Alamat situs' }).waitFor();
  await audit(monitor, 'an import that is wrong');
  await choose('daftar.csv', `OPD;Alamat;Kontak;Penanggung jawab\nDinas Sosial;sosial.example.invalid;;\n${agency};arsip.example.invalid;arsip@example.go.id;Sitti Rahma\n`);
  await monitor.getByRole('button', { name: 'Periksa berkas' }).click();
  await monitor.getByText('1 baru').waitFor();
  await monitor.getByText('arsip@example.go.id').waitFor();
  await audit(monitor, 'an import that is shown');
  await monitor.getByRole('button', { name: 'Terapkan pada 2 situs' }).click();
  await monitor.getByRole('link', { name: 'Dinas Sosial' }).waitFor();
  await monitor.getByLabel('Cari nama atau alamat').fill('sosial');
  await monitor.getByRole('link', { name: agency }).waitFor({ state: 'detached' });
  await monitor.getByLabel('Cari nama atau alamat').fill('');
  await monitor.getByLabel('Kelompok').selectOption('Server 1');
  await monitor.getByRole('link', { name: 'Dinas Sosial' }).waitFor({ state: 'detached' });
  await audit(monitor, 'watched websites that were filtered');
}

/** A website is put under watch and told wrong where it is wrong, changed by two at a time, worked on, and taken off again. */
async function watch(monitor, admin, head) {
  const agency = 'Dinas Kearsipan';
  await goto(monitor, '/monitoring');
  await audit(monitor, 'no watched website yet');
  await monitor.getByRole('link', { name: 'Tambahkan situs' }).click();
  await monitor.getByLabel('Perangkat daerah').fill(agency);
  const address = monitor.getByLabel('Alamat situs');
  await address.fill('http://nama:sandi@arsip.example.invalid/');
  await monitor.getByRole('button', { name: 'Tambahkan situs' }).click();
  await monitor.getByText('Tuliskan alamat yang diawali http atau https').waitFor();
  expect(await address.evaluate((field) => field === document.activeElement), 'the address has the focus');
  await audit(monitor, 'a website that is refused');
  await address.fill('arsip.example.invalid');
  await monitor.getByLabel('Nama', { exact: true }).fill('Sitti Rahma');
  await monitor.getByRole('button', { name: 'Tambahkan situs' }).click();
  await monitor.getByText('Isi nama, lalu alamat surel').waitFor();
  await monitor.getByLabel('Nomor telepon').fill('0411 123456');
  await monitor.getByLabel('Berita', { exact: true }).check();
  await monitor.getByLabel('Berita: diperbarui').fill('7');
  await monitor.getByLabel('Kelompok').fill('Server 1');
  await monitor.getByRole('button', { name: 'Tambahkan situs' }).click();
  await monitor.getByRole('heading', { name: agency }).waitFor();
  await monitor.getByText('setiap 7 hari').waitFor();
  const { pathname } = new URL(monitor.url());
  const place = pathname.replace('/admin', '');
  for (const part of ['now', 'availability', 'looks', 'windows']) {
    await goto(monitor, `${place}?show=${part}`);
    await audit(monitor, `a watched website: ${part}`);
  }

  await goto(monitor, `${place}/edit`);
  await goto(admin, `${place}/edit`);
  await admin.getByLabel('Perangkat lunak').fill('wordpress');
  await admin.getByRole('button', { name: 'Simpan', exact: true }).click();
  await admin.getByRole('heading', { name: agency }).waitFor();
  await monitor.getByLabel('Perangkat lunak').fill('joomla');
  await monitor.getByRole('button', { name: 'Simpan', exact: true }).click();
  await monitor.getByRole('heading', { name: 'Ubah situs yang dipantau' }).waitFor();
  await monitor.getByRole('cell', { name: 'wordpress' }).waitFor();
  await audit(monitor, 'a website that somebody else changed');
  await monitor.getByRole('button', { name: 'Pakai versi saya' }).click();
  await monitor.getByRole('button', { name: 'Simpan', exact: true }).click();
  await monitor.getByText('joomla').waitFor();

  await goto(head, `${place}?show=windows`);
  const announced = head.locator('section[aria-labelledby="windows"] li');
  await head.getByRole('button', { name: 'Umumkan pemeliharaan' }).click();
  const dialog = head.locator('dialog[open]');
  await dialog.getByLabel('Berakhir').fill('2020-01-01T10:00');
  await dialog.getByLabel('Alasan').fill('Server dipindahkan');
  await dialog.getByRole('button', { name: 'Umumkan', exact: true }).click();
  await dialog.getByText('Waktu berakhir harus di masa depan').waitFor();
  await audit(head, 'maintenance that is refused');
  await dialog.getByRole('button', { name: 'Batal', exact: true }).click();
  await head.getByRole('button', { name: 'Umumkan pemeliharaan' }).click();
  await dialog.getByLabel('Berlaku untuk').selectOption('group:Server 1');
  await dialog.getByLabel('Mulai').fill('2099-01-01T08:00');
  await dialog.getByLabel('Berakhir').fill('2099-01-01T10:00');
  await dialog.getByLabel('Alasan').fill('Server dipindahkan');
  await dialog.getByRole('button', { name: 'Umumkan', exact: true }).click();
  await announced.getByText('Akan datang').waitFor();
  await audit(head, 'announced maintenance');
  expect((await head.getByRole('link', { name: 'Ubah', exact: true }).count()) === 0, 'a head of division changes no watched website');
  await announced.getByRole('button', { name: 'Batalkan' }).click();
  await dialog.getByRole('button', { name: 'Batalkan' }).click();
  await head.getByRole('heading', { name: 'Belum ada pemeliharaan' }).waitFor();

  await lists(monitor, agency);

  await goto(monitor, place);
  await monitor.getByRole('button', { name: 'Hapus', exact: true }).click();
  await audit(monitor, 'a website to be removed');
  await monitor.locator('dialog[open]').getByRole('button', { name: 'Hapus', exact: true }).click();
  await monitor.getByRole('heading', { name: 'Pemantauan situs' }).waitFor();
  await settled(monitor);
  expect((await monitor.getByRole('link', { name: agency }).count()) === 0, 'it is watched no more');
}
