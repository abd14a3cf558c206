/** SOP 4: an agency that has no website gets one, from its letter to its thanks; another is refused; a third has its own renewed. */
import { ended, move, note, office, open, prepare, refuse, send, stands, take } from './cases.mjs';
import { audit, expect, goto, PHONE, story } from './house.mjs';

/** The site of the demo, which is live. */
const LIVE = 'portal';

await story(async (browser) => {
  const by = office(browser, { agency_head: PHONE });
  const [agency, secretary, kadis] = [await by('requester'), await by('secretary'), await by('agency_head')];
  const [head, sub, developer] = [await by('head'), await by('sub_coordinator'), await by('web_developer')];

  /** Rows 1 to 4 of the SOP: the letter, its registration, the instruction, the assessment. */
  async function until(title) {
    const id = await open(agency, 'website_creation', title);
    await take(agency, title);
    await missing(agency, title);
    await move(agency, title, 'Kirim permohonan', 'Pengagendaan surat', { words: { 'Yang dimohon': 'Pembuatan' } });
    await move(secretary, title, 'Agendakan', 'Disposisi');
    await move(kadis, title, 'Disposisikan', 'Pengkajian');
    await move(sub, title, 'Catat hasil pengkajian', 'Persetujuan');
    return id;
  }

  /** What the form demands and is not there is told at its field. */
  async function missing(page, title) {
    await send(page);
    const number = page.getByLabel('Nomor surat');
    await page.locator('[aria-invalid="true"]').first().waitFor();
    expect((await number.getAttribute('aria-invalid')) === 'true', `${title}: the number of the letter is asked for`);
    expect(await number.evaluate((field) => field === document.activeElement), `${title}: it has the focus`);
    await audit(page, 'a form with what is missing');
  }

  const made = 'Website Dinas Perikanan';
  const one = await until(made);
  await move(head, made, 'Setujui', 'Pemeriksaan website yang ada');
  await move(sub, made, 'Belum ada: buat', 'Analisa kebutuhan informasi');
  await move(agency, made, 'Serahkan kebutuhan', 'Pembuatan website');
  await move(developer, made, 'Serahkan website', 'Instalasi pada server');
  await install(developer, made, 'dinas-perikanan');
  await notYet(developer, 'dinas-perikanan');
  const key = await found(await by('admin'), 'Dinas Perikanan');
  expect(key === 'dinas-perikanan', `the site is called ${key}`);
  await send(developer);
  await notYet(developer, key);
  await publish(await by('publisher'), key);
  await send(developer);
  await stands(developer, 'Pelaporan');
  await move(head, made, 'Laporkan kepada Kadis', 'Penyelesaian');
  await move(agency, made, 'Nyatakan selesai', 'Selesai');
  await ended(kadis, one, 11);

  const refused = 'Website kedua Dinas Pasar';
  const two = await until(refused);
  await refuse(head, refused, 'Tidak dapat dilaksanakan', 'Jawaban kepada perangkat daerah', 'Dinas ini sudah memiliki website.');
  await take(kadis, refused);
  await kadis.getByText('Dinas ini sudah memiliki website.').first().waitFor();
  await refuse(kadis, refused, 'Disposisikan sekali lagi', 'Pengkajian', 'Mohon dikaji sekali lagi.');
  await move(head, refused, 'Catat hasil pengkajian', 'Persetujuan');
  await refuse(head, refused, 'Tidak dapat dilaksanakan', 'Jawaban kepada perangkat daerah', 'Tetap tidak dapat.');
  await move(kadis, refused, 'Jawab perangkat daerah', 'Tidak disetujui');
  await ended(agency, two, 9);

  const renewed = 'Pemutakhiran website Dinas Kesehatan';
  await until(renewed);
  await move(head, renewed, 'Setujui', 'Pemeriksaan website yang ada');
  await move(sub, renewed, 'Sudah ada: mutakhirkan', 'Instalasi pada server');
  await install(developer, renewed, LIVE);
  await stands(developer, 'Pelaporan');
});

/** Row 9, with the address of a site. */
async function install(page, title, address) {
  await take(page, title);
  await prepare(page, 'Instalasi selesai', { 'Alamat website': address });
  await note(page, 'Terpasang pada server.');
  await send(page);
}

/** What is not there, or shows nothing yet, is told at its field, and what was filled in stays. */
async function notYet(page, address) {
  const field = page.getByLabel('Alamat website');
  await page.locator('[aria-invalid="true"]').first().waitFor();
  expect((await field.getAttribute('aria-invalid')) === 'true', `${address}: the address is told to be wrong`);
  expect(await field.evaluate((one) => one === document.activeElement), `${address}: it has the focus`);
  expect((await field.inputValue()) === address, `${address}: what was filled in stays`);
  await page.getByText('Tulis kunci atau alamat situs yang sudah ada dan sudah tayang.').first().waitFor();
  await audit(page, 'an installation without a live site');
}

/** The site that row 8 is about: an administrator makes it. */
async function found(page, name) {
  await goto(page, '/sites/new');
  await page.getByLabel('Nama situs').fill(name);
  const key = await page.getByLabel('Kunci').inputValue();
  await page.getByRole('button', { name: 'Buat situs', exact: true }).click();
  await page.getByText(`Situs ${name} telah dibuat.`).waitFor();
  return key;
}

/** Its first release. */
async function publish(page, site) {
  await goto(page, `/publish/${site}`);
  await page.getByRole('button', { name: 'Bangun sekarang', exact: true }).click();
  await page.getByText(/rilis \d+ (telah|tetap) tayang/i).first().waitFor();
}
