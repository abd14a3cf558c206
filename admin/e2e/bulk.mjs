/** Several pieces of content go their way at once: chosen with the mouse, by keys and on a phone; with all of them or with none. */
import { mkdirSync } from 'node:fs';
import { audit, base, expect, goto, person, PHONE, pictures, story } from './house.mjs';

/** A word that nothing else has, so that the story can be told again on the same server. */
const WORD = `gotong${Date.now()}`;
const TITLES = ['Timur', 'Barat', 'Utara', 'Selatan'].map((place) => `Kerja bakti ${WORD} di Kelurahan ${place}`);
const list = (step) => `/content/portal?step=${step}&q=${WORD}`;

/** The API as somebody, for what other stories have shown already. */
async function by(role) {
  const send = (path, method, body, headers = {}) =>
    fetch(`${base}/api/v1${path}`, { method, headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) });
  const { access_token } = await (await send('/auth/login', 'POST', { email: `${role}@demo.test`, password: process.env.LAMIN_DEMO_PASSWORD })).json();
  return async (path, method, body, version) => {
    const answer = await send(path, method, body, { Authorization: `Bearer ${access_token}`, ...(version && { 'If-Match': `"${version}"` }) });
    const told = await answer.json();
    expect(answer.ok, `${path}: ${JSON.stringify(told)}`);
    return told;
  };
}

const box = (page, title) => page.getByRole('checkbox', { name: `Pilih ${title}`, exact: true });
const counted = (page, count) => page.locator('.bar [role=status]', { hasText: `${count} dipilih` }).waitFor();
const bar = (page, name) => page.locator('.bar').getByRole('button', { name, exact: true });
const dialog = (page) => page.locator('dialog[open]');
const titles = (page) => page.locator('main .picked > a').allTextContents();
async function picture(page, name) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: `${pictures}/bulk-${name}.png` });
}

await story(async (browser) => {
  const [author, editor] = [await by('author'), await by('editor')];
  const made = [];
  for (const title of TITLES) made.push(await author('/sites/portal/entries', 'POST', { type: 'berita', fields: { title, body: 'Warga bekerja bersama pada hari Minggu.' } }));

  // The author hands three of four over: the first with a click, the third with Shift, so that the one between goes along.
  const writer = await person(browser, { email: 'author@demo.test' });
  await goto(writer, list('draft'));
  const rows = await titles(writer);
  expect(rows.length === TITLES.length, `there are ${rows}`);
  await box(writer, rows[0]).click();
  await counted(writer, 1);
  await box(writer, rows[2]).click({ modifiers: ['Shift'] });
  await counted(writer, 3);
  await audit(writer, 'rows that are chosen');
  await picture(writer, 'chosen');
  await bar(writer, 'Serahkan').click();
  await dialog(writer).waitFor();
  await audit(writer, 'the question before many are handed over');
  await picture(writer, 'question');
  expect((await dialog(writer).locator('li').count()) === 3, 'the dialog names what it will hand over');
  await dialog(writer).getByRole('button', { name: 'Serahkan (3)' }).click();
  await dialog(writer).waitFor({ state: 'detached' });
  await box(writer, rows[0]).waitFor({ state: 'detached' });
  expect((await titles(writer)).join() === rows[3], 'what was handed over is no draft any more');

  // What goes to the trash is found there, and comes back.
  await box(writer, rows[3]).click();
  await bar(writer, 'Buang').click();
  await dialog(writer).getByRole('button', { name: 'Buang (1)' }).click();
  await box(writer, rows[3]).waitFor({ state: 'detached' });
  await writer.getByRole('button', { name: 'Tempat sampah' }).click();
  await box(writer, rows[3]).click();
  await audit(writer, 'the trash');
  await picture(writer, 'trash');
  await bar(writer, 'Kembalikan').click();
  await dialog(writer).getByRole('button', { name: 'Kembalikan (1)' }).click();
  await box(writer, rows[3]).waitFor({ state: 'detached' });
  await writer.getByRole('button', { name: 'Kembali ke konten' }).click();
  await box(writer, rows[3]).waitFor();

  // The editor takes them by keys alone.
  const keys = await person(browser, { email: 'editor@demo.test' });
  await goto(keys, list('handed_over'));
  const handed = await titles(keys);
  await box(keys, handed[0]).focus();
  await keys.keyboard.press('Space');
  await keys.keyboard.press('Shift+ArrowDown');
  await keys.keyboard.press('Shift+ArrowDown');
  await counted(keys, 3);
  await bar(keys, 'Ambil').waitFor();
  await keys.keyboard.press('Enter');
  await keys.keyboard.press('Enter');
  await dialog(keys).getByRole('button', { name: 'Ambil (3)' }).focus();
  await keys.keyboard.press('Enter');
  await dialog(keys).waitFor({ state: 'detached' });

  // One of them is changed by somebody else meanwhile: none goes on, and the one is named.
  await goto(keys, list('editing'));
  await keys.getByRole('checkbox', { name: 'Pilih semua 3 yang tampil' }).check();
  await bar(keys, 'Teruskan untuk disaring').click();
  await dialog(keys).waitFor();
  const other = made.find((one) => one.title === handed[1]);
  const now = await (await fetch(`${base}/api/v1/entries/${other.id}`, { headers: { Authorization: `Bearer ${await token('editor')}` } })).json();
  await editor(`/entries/${other.id}`, 'PATCH', { tags: ['gotong royong'] }, now.version);
  await dialog(keys).getByRole('button', { name: 'Teruskan untuk disaring (3)' }).click();
  await dialog(keys).getByRole('alert').getByText(handed[1]).waitFor();
  await audit(keys, 'a refusal of many');
  await picture(keys, 'refused');
  await dialog(keys).getByRole('button', { name: 'Lanjutkan tanpa yang ditolak (1)' }).click();
  await dialog(keys).getByRole('button', { name: 'Teruskan untuk disaring (2)' }).click();
  await dialog(keys).waitFor({ state: 'detached' });
  await box(keys, handed[0]).waitFor({ state: 'detached' });
  expect((await titles(keys)).join() === handed[1], 'the one that was refused stayed');

  // The official decides on a phone, about exactly what stands there now.
  const official = await person(browser, { email: 'approver@demo.test', viewport: PHONE, scheme: 'dark' });
  await goto(official, list('filtering'));
  await official.getByRole('checkbox', { name: 'Pilih semua 2 yang tampil' }).check();
  await bar(official, 'Setujui').waitFor();
  await audit(official, 'rows that are chosen on a phone');
  await picture(official, 'phone');
  await bar(official, 'Setujui').click();
  await dialog(official).getByText(/berlaku tepat/).waitFor();
  await audit(official, 'the question before many are approved');
  await picture(official, 'phone-question');
  await dialog(official).getByRole('button', { name: 'Setujui (2)' }).click();
  await dialog(official).waitFor({ state: 'detached' });

  const publisher = await person(browser, { email: 'publisher@demo.test', language: 'en' });
  await goto(publisher, list('approved'));
  await publisher.getByRole('checkbox', { name: 'Choose all 2 shown' }).check();
  await publisher.locator('.bar').getByRole('button', { name: 'Publish' }).click();
  await dialog(publisher).getByRole('button', { name: 'Publish (2)' }).click();
  await dialog(publisher).waitFor({ state: 'detached' });
  await goto(publisher, list('published'));
  expect((await titles(publisher)).length === 2, 'two of them are live');

  // A list of what bears one tag, however it is written.
  await goto(publisher, `/content/portal?q=${WORD}`);
  await publisher.getByText('Category and tag', { exact: true }).click();
  await publisher.getByLabel('Tag', { exact: true }).fill('Gotong Royong');
  await publisher.keyboard.press('Enter');
  await publisher.waitForURL(/tag=Gotong/);
  await publisher.getByRole('link', { name: handed[0] }).waitFor({ state: 'detached' });
  expect((await titles(publisher)).join() === handed[1], 'the one that bears the tag');
  await audit(publisher, 'a list by tag');
  await picture(publisher, 'tag');
});

async function token(role) {
  const answer = await fetch(`${base}/api/v1/auth/login`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ email: `${role}@demo.test`, password: process.env.LAMIN_DEMO_PASSWORD }) });
  return (await answer.json()).access_token;
}
