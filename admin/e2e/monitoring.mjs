/** SOP 2 and 3: the websites are monitored and secured, each with its "no". */
import { ended, move, office, open, refuse } from './cases.mjs';
import { PHONE, story } from './house.mjs';

await story(async (browser) => {
  const by = office(browser, { head: PHONE });
  const [head, monitor] = [await by('head'), await by('monitor')];

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
