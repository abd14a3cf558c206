/**
 * Every screen, by somebody who may see it: in both languages and widths, light and dark; pictures when they are asked for. Which screens those are
 * stands in `screens.json`, where `:name` is one of the things that are made first; a test of the routes holds it to be all of them.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { audit, base, DESKTOP, expect, fault, goto, password, person, PHONE, pictures, story } from './house.mjs';

const SCREENS = JSON.parse(readFileSync(new URL('screens.json', import.meta.url), 'utf8'));
/** What is the last to be drawn, where that is not the heading. */
const LAST = { '/entries/:entry': 'main aside.sheet', '/entries/:entry/review': 'iframe' };
/** What opens only by a button: whose, where, which button. */
const DIALOGS = [
  ['monitor', '/recaps/:recap', /^(Tulis|Write): /],
  ['head', '/recaps', /^(Buka laporan sekarang|Open a report now)$/],
];

await story(async (browser) => {
  if (pictures) mkdirSync(pictures, { recursive: true });
  const things = await made();
  const placed = (path) => path.replace(/:(\w+)/g, (_, name) => things[name]);
  for (const [viewport, scheme, language] of [[DESKTOP, 'light', 'id'], [PHONE, 'dark', 'en'], [PHONE, 'light', 'id'], [DESKTOP, 'dark', 'en']]) {
    const door = await person(browser, { viewport, scheme, language });
    await look(door, 'sign-in', viewport, language);
    await door.context().close();
    for (const [who, paths] of Object.entries(SCREENS)) {
      const page = await person(browser, { email: who && `${who}@demo.test`, viewport, scheme, language });
      const twice = askedTwice(page);
      for (const path of paths) {
        twice();
        await goto(page, placed(path));
        if (LAST[path]) await page.locator(LAST[path]).waitFor();
        await look(page, path, viewport, language);
        for (const asked of twice()) fault(`${path} asks ${asked} twice`);
      }
      for (const [, path, button] of DIALOGS.filter((one) => one[0] === who)) {
        await goto(page, placed(path));
        await page.getByRole('button', { name: button }).first().click();
        await page.locator('dialog[open]').waitFor();
        await look(page, `dialog ${path}`, viewport, language);
      }
      if (who === 'editor') {
        await goto(page, '/');
        await page.keyboard.press('h');
        await page.locator('#help').waitFor();
        await look(page, 'help', viewport, language);
        await page.keyboard.press('h');
        await page.keyboard.press('?');
        await page.locator('dialog[open]').waitFor();
        await look(page, 'keys', viewport, language);
      }
      await page.context().close();
    }
  }
});

/** One of each kind of thing that has a screen of its own. */
async function made() {
  const [editor, admin, monitor, head] = await Promise.all(['editor', 'admin', 'monitor', 'head'].map(speaker));
  const found = async (path, is) => {
    const one = (await editor('GET', `/sites/portal/${path}`)).items.find(is);
    expect(one, `${path} has what is looked at`);
    return one;
  };
  // By name, since lists of what came at once have no order: the article with a picture, a table and a footnote.
  const entry = await found('entries?filter[type]=berita&limit=100', ({ slug }) => slug === 'penanaman-mangrove-teluk-senja');
  const menu = await found('entries?filter[type]=menu', ({ slug }) => slug === 'utama');
  const file = await found('assets?limit=100', ({ name }) => name === 'mangrove.jpg');
  const document = await found('assets?limit=100', ({ name }) => name === 'ringkasan-rkpd-2027.pdf');
  const user = (await admin('GET', '/users?limit=100')).items.find((one) => one.email === 'editor@demo.test');
  const sections = ['berita', 'artikel', 'agenda'].map((section) => ({ section }));
  const website = await monitor('POST', '/monitored', { agency: 'Dinas Pemberdayaan Perempuan dan Perlindungan Anak', url: 'https://dinas-pemberdayaan.example.invalid/', profile: { sections } });
  const incident = await monitor('POST', '/incidents', { url: website.url, agency: website.agency, title: 'Halaman depan berubah', summary: 'Ada tautan yang bukan milik dinas.' });
  const waiting = await head('POST', '/recaps');
  const recap = await head('POST', '/recaps');
  const { version } = await head('GET', `/cases/${recap.case}`);
  await head('POST', `/cases/${recap.case}/transitions`, { command: 'order', fields: { order_form: 'tertulis', figures: 'baru' } }, version);
  // The server takes figures at its own pace; three minutes are many times what one website needs.
  for (let turn = 0; !(await head('GET', `/recaps/${recap.id}`)).round; turn++) {
    expect(turn < 720, 'the report has its figures');
    await new Promise((later) => setTimeout(later, 250));
  }
  return { entry: entry.id, menu: menu.id, file: file.digest, document: document.digest, user: user.id, website: website.id, incident: incident.id, waiting: waiting.id, recap: recap.id, case: recap.case };
}

/** Asks the API as somebody of the demo. */
async function speaker(who) {
  const call = (token) => async (method, path, body, seen) => {
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID(), ...(token && { Authorization: `Bearer ${token}` }), ...(seen && { 'If-Match': `"${seen}"` }) };
    const answer = await fetch(`${base}/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    expect(answer.ok, `${method} ${path} is answered with ${answer.status}: ${answer.ok || (await answer.text())}`);
    return answer.json();
  };
  const { access_token } = await call('')('POST', '/auth/login', { email: `${who}@demo.test`, password });
  return call(access_token);
}

/** A screen that looks again by itself does so after longer than that. */
const AGAIN_MS = 10_000;

/** What was asked twice at once since one last looked: a screen takes over what was asked ahead of it. What is told live may be looked at again. */
function askedTwice(page) {
  let asked = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (request.method() === 'GET' && /^\/api\/v1\/(?!inbox|notices|events)/.test(pathname)) asked.push({ path: pathname + search, at: Date.now() });
  });
  return () => {
    const found = asked.filter((one, place) => asked.slice(0, place).some(({ path, at }) => path === one.path && one.at - at < AGAIN_MS)).map(({ path }) => path);
    asked = [];
    return found;
  };
}

async function look(page, name, { width }, language) {
  await audit(page, `${name} at ${width} px in ${language}`);
  if (!pictures) return;
  await page.waitForTimeout(300);
  const file = `${name.replace(/\W+/g, '-').replace(/^-|-$/g, '') || 'tasks'}-${width}-${language}.png`;
  await page.screenshot({ path: `${pictures}/${file}`, fullPage: true });
}
