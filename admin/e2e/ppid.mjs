/** SOP 5: its five flows by their real roles, each with the way back that its checks have. */
import { ended, move, note, office, open, prepare, refuse, send, stands, take } from './cases.mjs';
import { audit, expect, PHONE, settled, story } from './house.mjs';

const SOP = 'ppid_website_security';

await story(async (browser) => {
  const by = office(browser, { agency_head: PHONE });
  const [sub, head, kadis] = [await by('sub_coordinator'), await by('head'), await by('agency_head')];
  const [operator, developer] = [await by('operator'), await by('web_developer')];

  const list = 'Daftar konten triwulan keempat';
  const one = await open(sub, SOP, list, 'Update dan Pengisian Konten Secara Rutin: daftar konten');
  await move(sub, list, 'Ajukan daftar', 'Tanda tangan koordinator');
  await refuse(head, list, 'Kembalikan daftar', 'Penetapan konten', 'Daftar regulasi belum ada.');
  await move(sub, list, 'Ajukan daftar', 'Tanda tangan koordinator');
  await move(head, list, 'Tandatangani', 'Penyerahan kepada kepala dinas');
  await move(kadis, list, 'Terima daftar', 'Ditetapkan');
  await ended(sub, one, 5);

  const upload = 'Unggahan bulan November';
  const two = await open(operator, SOP, upload);
  await move(operator, upload, 'Catat unggahan', 'Diunggah');
  await ended(operator, two, 1);

  const work = 'Pencarian pada website PPID';
  const three = await open(sub, SOP, work, 'Pengembangan Web PPID');
  await move(sub, work, 'Sampaikan rencana', 'Pembahasan di bidang', { words: { 'Tanggal yang disepakati untuk langkah ini dan berikutnya': '2026-12-04' } });
  await remark(head, work, 'Mohon rapat dihadiri operator.');
  await agree(head, work, '2026-12-10');
  await refuse(head, work, 'Kembalikan rencana', 'Rencana dan kendala', 'Kendala belum diuraikan.');
  await move(sub, work, 'Sampaikan rencana', 'Pembahasan di bidang');
  await move(head, work, 'Tetapkan hasil rapat', 'Koordinasi dengan web developer');
  await move(sub, work, 'Teruskan ke web developer', 'Tanda terima web developer');
  await move(developer, work, 'Tandatangani tanda terima', 'Program perbaikan');
  await move(developer, work, 'Persentasikan draft', 'Persentasi kepada sub koordinator', { words: { 'Bentuk persentasi': 'Offline' } });
  await refuse(sub, work, 'Kembalikan draft', 'Program perbaikan', 'Belum sesuai dengan tampilan.');
  await move(developer, work, 'Persentasikan draft', 'Persentasi kepada sub koordinator');
  await move(sub, work, 'Terima draft', 'Perbaikan dan pengembangan');
  await move(developer, work, 'Serahkan hasil offline', 'Pemeriksaan offline');
  await refuse(sub, work, 'Kembalikan hasil offline', 'Perbaikan dan pengembangan', 'Formulir belum bekerja.');
  await move(developer, work, 'Serahkan hasil offline', 'Pemeriksaan offline');
  await move(sub, work, 'Terima hasil offline', 'Pemasukan konten');
  await move(operator, work, 'Konten telah dimasukkan', 'Pemeriksaan sebelum online');
  await refuse(head, work, 'Kembalikan kepada operator', 'Pemasukan konten', 'Satu dokumen belum ada.');
  await move(operator, work, 'Konten telah dimasukkan', 'Pemeriksaan sebelum online');
  await move(head, work, 'Setujui untuk online', 'Online');
  await ended(developer, three, 19);

  const evaluation = 'Evaluasi semester kedua';
  const four = await open(head, SOP, evaluation, 'Evaluasi oleh koordinator');
  await move(head, evaluation, 'Laporkan evaluasi', 'Penyerahan kepada kepala dinas');
  await refuse(kadis, evaluation, 'Kembalikan laporan', 'Evaluasi', 'Lampirkan daftar update konten.');
  await move(head, evaluation, 'Laporkan evaluasi', 'Penyerahan kepada kepala dinas');
  await move(kadis, evaluation, 'Terima laporan', 'Dilaporkan');
  await ended(head, four, 4);

  const meeting = 'Rapat evaluasi November';
  const five = await open(kadis, SOP, meeting);
  await move(kadis, meeting, 'Tetapkan hasil evaluasi', 'Dievaluasi');
  await ended(kadis, five, 1);
});

/** A remark moves nothing and stands with the case. */
async function remark(page, title, words) {
  await take(page, title);
  await page.getByLabel('Komentar Anda').fill(words);
  await page.getByRole('button', { name: 'Kirim komentar' }).click();
  await page.locator('section[aria-labelledby="remarks"] .said', { hasText: words }).waitFor();
  await settled(page);
}

/** Another date is agreed with a reason, and the case stays where it is. */
async function agree(page, title, day) {
  await take(page, title);
  await prepare(page, 'Tetapkan tanggal', { 'Tanggal yang disepakati untuk langkah ini dan berikutnya': day });
  await note(page, 'Rapat diundur.');
  await audit(page, 'a date to be agreed');
  await send(page);
  await page.locator('section[aria-labelledby="history"]').getByText('Rapat diundur.').waitFor();
  await stands(page, 'Pembahasan di bidang');
  const told = await page.locator('section[aria-labelledby="stands"]').innerText();
  expect(told.includes('10 Desember 2026'), `the date that was agreed is shown: ${told}`);
}
