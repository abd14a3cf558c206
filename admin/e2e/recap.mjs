/** SOP 2 with its figures: websites are looked at, and their weekly report is ordered, written on, printed, handed in, returned, handed in again, approved and archived. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { note, office, prepare, send, stands } from './cases.mjs';
import { audit, expect, goto, person, PHONE, settled, story } from './house.mjs';

const RETURNED = 'Tuliskan alasan Dinas Sosial dengan lengkap.';
const REASON = 'Operator pindah tugas, akun belum diserahkan';
/** What begins like a formula has to stay a text in every sheet. */
const OVERRIDDEN = '=Agenda dimuat di kanal lain';

await story(async (browser) => {
  const [farming, social, archive] = await Promise.all([website([1, 9]), website([300, 320]), website([2, 12])]);
  archive.away = true;
  const by = office(browser, { head: PHONE });
  const [head, monitor] = [await by('head'), await by('monitor')];
  await goto(monitor, '/recaps');
  await audit(monitor, 'weekly reports');
  expect((await monitor.getByRole('button', { name: 'Buka laporan sekarang' }).count()) === 0, 'the team opens no report by itself');
  await watch(monitor, [
    ['Dinas Pertanian', farming, '/berita/', ''],
    ['Dinas Sosial', social, '/berita/', 'ya'],
    ['Badan Arsip', archive, '/berita/', ''],
  ]);

  const place = await order(head);
  const row = (agency) => monitor.getByRole('listitem').filter({ has: monitor.getByRole('link', { name: agency, exact: true }) });
  await goto(monitor, place);
  await figures(monitor, row);
  await write(monitor, row);
  await refresh(monitor, row, archive);
  await number(monitor);
  await printed(monitor);
  await handIn(monitor, place, 1);

  const task = await giveBack(head, place);
  await goto(monitor, place);
  await monitor.getByText(RETURNED).waitFor();
  await audit(monitor, 'a report that came back');
  await handIn(monitor, place, 2);

  await takeReport(head, task);
  await head.getByRole('link', { name: 'Buka laporan mingguan' }).click();
  await stands(head, 'Pemeriksaan laporan');
  await move(head, 'Setujui laporan', 'Pengarsipan');
  const office_staff = await by('sub_coordinator');
  await goto(office_staff, place);
  await move(office_staff, 'Arsipkan', 'Selesai');

  await goto(monitor, place);
  await row('Dinas Sosial').first().waitFor();
  expect((await monitor.getByRole('button', { name: /^(Tulis|Ambil data baru|Simpan)/ }).count()) === 0, 'nothing is written on an archived report');
  await audit(monitor, 'an archived report');
  await printed(monitor);
  await weeks(monitor);
  for (const path of ['/recaps', place]) {
    const english = await person(browser, { email: 'monitor@demo.test', language: 'en', viewport: PHONE });
    await goto(english, path);
    await audit(english, `${path} in English on a phone`);
  }
});

/** A website on this machine with news of these ages in days; `away`: it says that it is broken. */
async function website(ages) {
  const one = { away: false, url: '' };
  const day = (age) => new Date(Date.now() + (8 - 24 * age) * 3_600_000).toISOString().slice(0, 10);
  const item = (age) => `<article><h2><a href="/berita/kegiatan-${day(age)}/">Kegiatan dinas pada hari itu</a></h2><time datetime="${day(age)}">${day(age)}</time></article>`;
  const pages = { '/': '<nav><a href="/berita/">Berita</a></nav><p>Selamat datang di situs dinas.</p>', '/berita/': ages.map(item).join('') };
  const server = createServer((request, response) => {
    const page = pages[new URL(request.url, one.url).pathname];
    response.writeHead(one.away ? 500 : page ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><html lang="id"><head><title>Dinas</title></head><body>${page ?? 'Tidak ditemukan'}<footer>© Dinas Kominfo</footer></body></html>`);
  });
  // A story that ends does not wait for them.
  server.unref();
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  one.url = `http://127.0.0.1:${server.address().port}/`;
  return one;
}

/** The websites come by a list. */
async function watch(monitor, websites) {
  const lines = websites.map(([agency, { url }, ...sections]) => [agency, url, ...sections].join(';'));
  await goto(monitor, '/monitoring/import');
  await monitor.getByLabel('Berkas daftar').setInputFiles({ name: 'daftar.csv', mimeType: 'text/csv', buffer: Buffer.from(['agency;url;berita;agenda', ...lines, ''].join('\n')) });
  await monitor.getByRole('button', { name: 'Periksa berkas' }).click();
  await monitor.getByRole('button', { name: 'Terapkan pada 3 situs' }).click();
  await monitor.getByRole('link', { name: 'Badan Arsip' }).waitFor();
}

/** The head opens a report beside the schedule, on a phone, and orders it with fresh figures. */
async function order(head) {
  await goto(head, '/recaps');
  await head.getByRole('button', { name: 'Buka laporan sekarang' }).click();
  await audit(head, 'a report to be opened');
  await head.locator('dialog[open]').getByRole('button', { name: 'Buka laporan sekarang' }).click();
  await stands(head, 'Penugasan');
  await audit(head, 'a report that waits for its order, on a phone');
  const place = new URL(head.url()).pathname.replace('/admin', '');
  await move(head, 'Tugaskan tim', 'Monitoring', { 'Bentuk perintah': 'Tertulis', 'Data pengukuran': 'Baru' });
  return place;
}

/** Makes a move of the report's case on its own screen. */
async function move(page, command, to, words) {
  await prepare(page, command, words);
  await send(page);
  await stands(page, to);
}

/** The figures come by themselves; they are narrowed down, and what they stand on is opened. */
async function figures(monitor, row) {
  await row('Dinas Pertanian').getByText('Diperbarui', { exact: true }).waitFor();
  await row('Dinas Sosial').getByText('Tidak diperbarui', { exact: true }).waitFor();
  await row('Badan Arsip').getByText('Tidak dapat diakses', { exact: true }).waitFor();
  await audit(monitor, 'a report with its figures');
  await monitor.getByLabel('Hasil', { exact: true }).selectOption('not_updated');
  await row('Badan Arsip').waitFor({ state: 'detached' });
  await monitor.getByLabel('Perangkat daerah atau alamat').fill('sosial');
  await monitor.getByRole('button', { name: 'Cari', exact: true }).click();
  await monitor.waitForURL(/q=sosial/);
  await settled(monitor);
  expect((await row('Dinas Sosial').count()) === 1, 'one row is left');
  await audit(monitor, 'a report that was narrowed down');
  const [evidence] = await Promise.all([monitor.waitForEvent('popup'), row('Dinas Sosial').getByRole('link', { name: /^Bukti/ }).click()]);
  await evidence.waitForURL(/\/berita\/kegiatan-/);
  await evidence.close();
  await monitor.getByLabel('Hasil', { exact: true }).selectOption('');
  await monitor.getByLabel('Perangkat daerah atau alamat').fill('');
  await monitor.getByRole('button', { name: 'Cari', exact: true }).click();
  await row('Badan Arsip').waitFor();
}

/** A reason, and a verdict by hand that is refused without one. */
async function write(monitor, row) {
  const dialog = monitor.locator('dialog[open]');
  const save = () => dialog.getByRole('button', { name: 'Simpan', exact: true }).click();
  await monitor.getByRole('button', { name: 'Tulis: Dinas Sosial, Berita' }).click();
  await audit(monitor, 'the form of a row');
  await dialog.getByLabel('Alasan operator').fill(REASON);
  await save();
  await row('Dinas Sosial').getByText(REASON).waitFor();
  await dialog.waitFor({ state: 'detached' });

  await monitor.getByRole('button', { name: 'Tulis: Dinas Sosial, Agenda' }).click();
  await dialog.getByLabel('Hasil menurut tim').selectOption('updated');
  const why = dialog.getByLabel('Alasan mengubah hasil');
  await why.fill(' ');
  await save();
  await dialog.locator('textarea[aria-invalid="true"]').waitFor();
  expect(await why.evaluate((field) => field === document.activeElement), 'the reason has the focus');
  await audit(monitor, 'a verdict by hand that is refused');
  await why.fill(OVERRIDDEN);
  await save();
  await row('Dinas Sosial').getByText('Diubah tim').waitFor();
  await dialog.waitFor({ state: 'detached' });
  await audit(monitor, 'a report that was written on');
}

/** Fresh figures keep what people wrote. */
async function refresh(monitor, row, archive) {
  archive.away = false;
  await monitor.getByRole('button', { name: 'Ambil data baru' }).click();
  await row('Badan Arsip').getByText('Diperbarui', { exact: true }).waitFor();
  await row('Dinas Sosial').getByText(REASON).waitFor();
  await row('Dinas Sosial').getByText('Diubah tim').waitFor();
}

async function number(monitor) {
  await monitor.getByLabel('Nomor laporan').fill('555/12/Diskominfo/2026');
  await monitor.locator('section[aria-labelledby="stands"]').getByRole('button', { name: 'Simpan', exact: true }).click();
  await monitor.getByText('Nomor laporan disimpan').first().waitFor();
}

/** Each of the printed forms is what its name says, and the sheet tells what was put right. */
async function printed(monitor) {
  const forms = { PDF: '%PDF-', XLSX: 'PK\u0003\u0004', CSV: '\ufeffPerangkat daerah,' };
  for (const [form, begin] of Object.entries(forms)) {
    const [download] = await Promise.all([monitor.waitForEvent('download'), monitor.getByRole('button', { name: form, exact: true }).click()]);
    const name = download.suggestedFilename();
    expect(new RegExp(`^rekap-\\d{4}-\\d\\d-\\d\\d\\.${form.toLowerCase()}$`).test(name), `the report is called ${name}`);
    const bytes = readFileSync(await download.path());
    expect(bytes.subarray(0, Buffer.byteLength(begin)).equals(Buffer.from(begin)), `${name} begins with ${bytes.subarray(0, 20)}`);
    if (form !== 'CSV') continue;
    const lines = bytes.toString('utf8').split(/\r?\n/);
    const put = lines.find((line) => line.startsWith('Dinas Sosial') && line.includes('Agenda')) ?? '';
    expect(put.includes(`,Diperbarui,`) && put.includes(`,'${OVERRIDDEN},`), `the sheet tells what was put right: ${put}`);
    expect(lines.some((line) => line.includes(`"${REASON}"`)), 'the sheet tells the reason');
  }
}

async function handIn(monitor, place, version) {
  await goto(monitor, place);
  await move(monitor, 'Laporkan', 'Pemeriksaan laporan');
  await monitor.getByText(new RegExp(`^Versi ${version}, `)).waitFor();
  expect((await monitor.getByRole('button', { name: /^Tulis/ }).count()) === 0, 'what was handed in is not written on');
  await audit(monitor, `version ${version} of a report`);
}

/** The case of that address, from the tasks: on a Monday the report that came by itself is there beside it, by the same name. */
async function takeReport(head, address) {
  await goto(head, '/');
  await head.locator(`main a[href$="${address}"]`).click();
  await head.getByRole('link', { name: 'Buka laporan mingguan' }).waitFor();
  await settled(head);
}

/** From the task on a phone to the report, and back to the team with a note; gives the address of the case. */
async function giveBack(head, place) {
  await goto(head, place);
  await head.getByRole('link', { name: 'Buka berkas SOP' }).click();
  await head.getByRole('link', { name: 'Buka laporan mingguan' }).waitFor();
  const address = new URL(head.url()).pathname;
  await audit(head, 'the case of a report on a phone');
  await takeReport(head, address);
  await head.getByRole('link', { name: 'Buka laporan mingguan' }).click();
  await stands(head, 'Pemeriksaan laporan');
  await audit(head, 'a report that was handed in, on a phone');
  await prepare(head, 'Tidak disetujui');
  await note(head, RETURNED);
  await send(head);
  await stands(head, 'Monitoring');
  return address;
}

/** What the year's reports say of a website stands on its own page, below how it fares and above what it is used to show. */
async function weeks(monitor) {
  await goto(monitor, '/monitoring');
  await monitor.getByRole('link', { name: 'Dinas Sosial', exact: true }).click();
  await monitor.getByRole('heading', { level: 1, name: 'Dinas Sosial' }).waitFor();
  const table = monitor.locator('section[aria-labelledby="weeks"] table');
  await table.getByRole('row', { name: /^Berita/ }).getByTitle(/Tidak diperbarui$/).first().waitFor();
  await table.getByRole('row', { name: /^Agenda/ }).getByTitle(/: Diperbarui$/).first().waitFor();
  const accept = monitor.getByRole('button', { name: 'Terima semuanya' });
  await accept.waitFor();
  await audit(monitor, 'a website with its weeks and its first questions');
  await accept.click();
  await monitor.getByText('Tidak ada hal baru').waitFor();
  await audit(monitor, 'a website without questions');
}
