/** Cases in the screens: opened from the document of their procedure, found among the tasks of whoever is next, and moved by the form that the file asks for. */
import { audit, expect, goto, person, settled } from './house.mjs';

/** The shortest that is one. */
const PDF = Buffer.from('%PDF-1.7\nnota\nstartxref\n0\n%%EOF');

/** One person for each role, each with a browser of their own from when they are first needed. */
export function office(browser, viewports = {}) {
  const people = new Map();
  return async (role) => {
    if (!people.has(role)) people.set(role, await person(browser, { email: `${role}@demo.test`, viewport: viewports[role] }));
    return people.get(role);
  };
}

/** Opens a case of a flow. */
export async function open(page, procedure, title, flow) {
  await goto(page, `/procedures/${procedure}`);
  await page.getByRole('link', { name: 'Buka berkas', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Buka berkas' }).waitFor();
  await settled(page);
  if (flow) await page.getByLabel('Bagian prosedur').selectOption({ label: flow });
  await page.getByLabel('Perihal').fill(title);
  await audit(page, `open ${procedure}`);
  await page.getByRole('button', { name: 'Buka berkas', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
  await settled(page);
  return new URL(page.url()).pathname.split('/').pop();
}

/** The case, from the tasks of whoever is next. */
export async function take(page, title) {
  await goto(page, '/');
  await page.getByRole('link', { name: title }).first().click();
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
  await settled(page);
}

const form = (page) => page.locator('section[aria-labelledby="act"] form');

/** Takes up a command and fills in its form as its kinds ask; `words` says by label what else to write. */
export async function prepare(page, command, words = {}) {
  const choice = page.locator('section[aria-labelledby="act"] [role="group"]').getByRole('button', { name: command, exact: true });
  if (await choice.count()) await choice.click();
  await form(page).getByRole('heading', { name: command, exact: true }).waitFor();
  const fields = form(page).locator('.field');
  // The last one is the note.
  for (let at = 0; at < (await fields.count()) - 1; at++) await fill(fields.nth(at), words);
}

async function fill(field, words) {
  const label = (await field.locator('label').first().innerText()).replace(/ \*$| \(opsional\)$/, '');
  const [file, select, area, input] = ['input[type="file"]', 'select', 'textarea', 'input'].map((kind) => field.locator(kind));
  if (await file.count()) {
    await file.setInputFiles({ name: `${label.replace(/\W+/g, ' ').trim()}.pdf`, mimeType: 'application/pdf', buffer: PDF });
    // The file is chosen in the form when it has arrived.
    await field.locator('select option:checked:not([value=""])').waitFor({ state: 'attached' });
  } else if (await select.count()) {
    if (words[label]) await select.selectOption({ label: words[label] });
    else await select.selectOption({ index: 1 });
  } else if (await area.count()) {
    await area.fill(words[label] ?? 'Sesuai dengan SOP\nBaris kedua');
  } else if ((await input.getAttribute('type')) === 'date') {
    await input.fill(words[label] ?? '2026-12-01');
  } else {
    await input.fill(words[label] ?? ((await input.getAttribute('inputmode')) === 'decimal' ? '12' : 'Sesuai'));
  }
}

export const note = (page, text) => form(page).locator('.field').last().locator('textarea').fill(text);
export const send = (page) => form(page).locator('button[type="submit"]').click();

/** Where the case stands, as the screen says it. */
export const stands = (page, step) => page.locator('section[aria-labelledby="stands"] .badge').getByText(step, { exact: true }).waitFor();

/** One move: by whose role, what, where it leads; a reason where it is a "no". */
export async function move(page, title, command, to, { reason = '', words = {} } = {}) {
  await take(page, title);
  await prepare(page, command, words);
  if (reason) await note(page, reason);
  await send(page);
  await stands(page, to);
}

/** A "no" without a reason is refused, at the field and with the focus on it; with one it goes. */
export async function refuse(page, title, command, to, reason) {
  await take(page, title);
  await prepare(page, command);
  await send(page);
  const wrong = form(page).locator('textarea[aria-invalid="true"]');
  await wrong.waitFor();
  expect(await wrong.evaluate((field) => field === document.activeElement), `the reason of ${command} has the focus`);
  await audit(page, `${command} without a reason`);
  await note(page, reason);
  await send(page);
  await stands(page, to);
}

/** Nothing is left to do, and the history tells every move. */
export async function ended(page, id, moves) {
  await goto(page, `/cases/${id}`);
  expect((await page.locator('section[aria-labelledby="act"]').count()) === 0, 'nothing can be done with a case that has ended');
  const told = await page.locator('section[aria-labelledby="history"] ol > li').count();
  // The opening is told, too.
  expect(told === moves + 1, `the history tells ${told - 1} of ${moves} moves`);
  await audit(page, 'a case that has ended');
}
