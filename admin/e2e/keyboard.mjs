/** News from a draft to citizens by four people, none of whom touches a mouse. */
import { audit, base, expect, password, person, settled, step, story } from './house.mjs';

const TITLE = 'Pasar malam Sungai Lestari pindah tempat';
/** A screen on which something is further away than this is not made for keys. */
const TABS_MAX = 60;

/** Goes on with Tab, or back with Shift and Tab, until one of these has the focus; it must not be wholly hidden then. */
async function reach(page, wanted, key = 'Tab') {
  for (let presses = 0; presses < TABS_MAX; presses++) {
    await page.keyboard.press(key);
    const seen = await wanted.evaluateAll((all) => {
      const focused = all.find((one) => one === document.activeElement);
      if (!focused) return null;
      const box = focused.getBoundingClientRect();
      const [left, right] = [Math.max(0, box.left), Math.min(innerWidth, box.right)];
      const [top, bottom] = [Math.max(0, box.top), Math.min(innerHeight, box.bottom)];
      return [0.1, 0.5, 0.9].some((across) =>
        [0.1, 0.5, 0.9].some((down) => {
          const there = document.elementFromPoint(left + (right - left) * across, top + (bottom - top) * down);
          return !!there && (focused.contains(there) || there.contains(focused));
        }),
      );
    });
    if (seen === null) continue;
    expect(seen, `${wanted} has the focus and is seen`);
    return;
  }
  throw new Error(`${TABS_MAX} presses of ${key} do not reach ${wanted}`);
}

async function use(page, role, name, key) {
  await reach(page, page.getByRole(role, { name, exact: typeof name === 'string' }), key);
  await page.keyboard.press('Enter');
}

async function enter(browser, email) {
  const page = await person(browser);
  await reach(page, page.locator('input[type=email]'));
  await page.keyboard.type(email);
  await reach(page, page.locator('input[type=password]'));
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.locator('header').waitFor();
  await settled(page);
  return page;
}

async function takeTask(page) {
  await use(page, 'link', new RegExp(TITLE));
  await page.getByRole('heading', { name: TITLE }).waitFor();
  await settled(page);
}

/** The main button of the steps by its keys, and where it asks once more, the answer. */
async function forward(page, name) {
  await page.getByRole('button', { name, exact: true }).waitFor();
  await page.keyboard.press('Control+Enter');
}
async function agree(page, name) {
  const dialog = page.locator('dialog[open]');
  await dialog.waitFor();
  await reach(page, dialog.getByRole('button', { name, exact: true }));
  await page.keyboard.press('Enter');
}

await story(async (browser) => {
  const author = await enter(browser, 'author@demo.test');
  await author.keyboard.press('?');
  await author.getByRole('heading', { name: 'Pintasan papan ketik' }).waitFor();
  await audit(author, 'keyboard overview');
  await author.keyboard.press('Escape');
  await author.locator('dialog[open]').waitFor({ state: 'detached' });
  await author.keyboard.press('h');
  await author.getByText('Pertama-tama:').waitFor();
  await audit(author, 'help');
  await author.keyboard.press('h');

  await use(author, 'link', 'Konten');
  await author.waitForURL(/\/content\//);
  await settled(author);
  await use(author, 'button', 'Tulis baru …');
  await use(author, 'link', /^Berita/);
  await author.getByRole('heading', { name: 'Baru: Berita' }).waitFor();
  await author.locator('.ProseMirror').waitFor();
  await reach(author, author.getByLabel('Judul', { exact: false }));
  await author.keyboard.type(TITLE);
  await reach(author, author.locator('.ProseMirror'));
  await author.keyboard.type('Mulai hari ');
  await author.keyboard.press('Control+b');
  await author.keyboard.type('Senin?');
  await author.keyboard.press('Control+b');
  await author.keyboard.type(' pasar malam pindah ke lapangan.');
  expect((await author.locator('.ProseMirror strong').innerText()) === 'Senin?', 'what is typed is typed, and bold where it should be');
  await author.keyboard.press('Control+s');
  await author.waitForURL(/\/admin\/entries\//);
  await settled(author);
  await forward(author, 'Serahkan');
  await step(author, 'Diserahkan');

  const editor = await enter(browser, 'editor@demo.test');
  const first = await editor.locator('main li a').first().getAttribute('href');
  await editor.keyboard.press('n');
  await editor.waitForURL((address) => address.pathname === first);
  await settled(editor);
  await use(editor, 'link', /^Tugas saya/, 'Shift+Tab');
  await takeTask(editor);
  await forward(editor, 'Ambil');
  await step(editor, 'Penyuntingan');
  await reach(editor, editor.locator('.ProseMirror'));
  await editor.keyboard.press('Control+End');
  await editor.keyboard.type(' Pedagang sudah diberi tahu.');
  await forward(editor, 'Teruskan untuk disaring');
  await step(editor, 'Penyaringan');

  const official = await enter(browser, 'approver@demo.test');
  await takeTask(official);
  expect(new URL(official.url()).pathname.endsWith('/review'), 'a task of the official opens the review');
  await official.frameLocator('iframe').getByText('Pedagang sudah diberi tahu.').first().waitFor();
  await forward(official, 'Setujui');
  await agree(official, 'Setujui');
  await official.waitForURL(/\/admin\/$/);

  const publisher = await enter(browser, 'publisher@demo.test');
  await takeTask(publisher);
  await forward(publisher, 'Tayangkan');
  await agree(publisher, 'Tayangkan');
  await publisher.waitForURL(/\/admin\/$/);

  const page = await publisher.request.get(`${base}/delivery/v1/sites/portal/entries?filter[title][eq]=${encodeURIComponent(TITLE)}`);
  expect((await page.text()).includes(TITLE), 'citizens can read it');
});
