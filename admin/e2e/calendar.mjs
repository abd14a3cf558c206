/** What is scheduled gets another time in the calendar: by its button, and by being dragged to another day. */
import { audit, base, expect, goto, person, PHONE, story } from './house.mjs';

const TITLE = 'Pasar murah di halaman kantor gubernur';

/** The month after this one, so that every day of it lies ahead. */
const MONTH = (() => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 15)).toISOString().slice(0, 7);
})();
const on = (day, time) => `${MONTH}-${day}T${time}`;

/** The API as somebody, for what the story of the publication has shown already. */
async function by(role) {
  const post = (path, body, headers = {}) =>
    fetch(`${base}/api/v1${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) });
  const door = await post('/auth/login', { email: `${role}@demo.test`, password: process.env.LAMIN_DEMO_PASSWORD });
  const { access_token } = await door.json();
  return async (path, body, version) => {
    const answer = await post(path, body, { Authorization: `Bearer ${access_token}`, ...(version && { 'If-Match': `"${version}"` }) });
    const told = await answer.json();
    expect(answer.ok, `${path}: ${JSON.stringify(told)}`);
    return told;
  };
}

async function scheduled() {
  const [author, editor, approver, publisher] = await Promise.all(['author', 'editor', 'approver', 'publisher'].map(by));
  let entry = await author('/sites/portal/entries', { type: 'berita', fields: { title: TITLE, body: 'Warga dapat berbelanja mulai pukul delapan.' } });
  const move = async (who, body) => (entry = await who(`/entries/${entry.id}/transitions`, body, entry.version));
  await move(author, { command: 'submit' });
  await move(editor, { command: 'claim' });
  await move(editor, { command: 'forward' });
  await move(approver, { command: 'approve', digest: entry.digest });
  await move(publisher, { command: 'publish', digest: entry.digest, publish_at: `${on('10', '09:00')}:00+08:00`, unpublish_at: `${on('20', '17:00')}:00+08:00` });
}

await story(async (browser) => {
  await scheduled();

  const phone = await person(browser, { email: 'publisher@demo.test', viewport: PHONE });
  await goto(phone, `/calendar/portal?month=${MONTH}`);
  await phone.locator('.list').getByRole('button', { name: `Ubah jadwal: ${TITLE}` }).click();
  const dialog = phone.locator('dialog[open]');
  const appears = dialog.getByLabel('Tayangkan pada');
  await appears.waitFor();
  expect((await appears.inputValue()) === on('10', '09:00'), 'the dialog begins with the time that holds');
  expect((await dialog.getByLabel('Tarik pada').inputValue()) === on('20', '17:00'), 'and with when it goes');
  await audit(phone, 'another time on a phone');
  await appears.fill('2020-01-01T09:00');
  await dialog.getByRole('button', { name: 'Jadwalkan pada waktu ini' }).click();
  await dialog.locator('[aria-invalid="true"]').waitFor();
  await appears.fill(on('12', '10:30'));
  await dialog.getByRole('button', { name: 'Jadwalkan pada waktu ini' }).click();
  await dialog.waitFor({ state: 'detached' });
  await phone.locator('.list').getByText('10.30').waitFor();

  const desk = await person(browser, { email: 'publisher@demo.test' });
  await goto(desk, `/calendar/portal?month=${MONTH}`);
  const cell = (day) => desk.locator('.grid td:not(.away)', { has: desk.locator('.date', { hasText: new RegExp(`^${day}\\b`) }) });
  await cell(12).locator('.movable').dragTo(cell(14));
  const moving = desk.locator('dialog[open]');
  await moving.getByLabel('Tayangkan pada').waitFor();
  expect((await moving.getByLabel('Tayangkan pada').inputValue()) === on('14', '10:30'), 'another day, the same time');
  await audit(desk, 'what was dragged');
  await moving.getByRole('button', { name: 'Jadwalkan pada waktu ini' }).click();
  await moving.waitFor({ state: 'detached' });
  await cell(14).getByText(TITLE).waitFor();

  await cell(14).getByRole('button', { name: `Ubah jadwal: ${TITLE}` }).click();
  await moving.getByRole('button', { name: 'Batalkan jadwal' }).click();
  await moving.waitFor({ state: 'detached' });
  await cell(14).getByText(TITLE).waitFor({ state: 'detached' });

  const author = await person(browser, { email: 'author@demo.test' });
  await goto(author, `/calendar/portal?month=${MONTH}`);
  expect((await author.getByRole('button', { name: /Ubah jadwal/ }).count()) === 0, 'an author reschedules nothing');
});
