/**
 * How long somebody with an old laptop on a 3G line waits: `LAMIN_DEMO_PASSWORD=… node e2e/slow.mjs http://127.0.0.1:8080` beside a server that
 * runs with `--demo`. The browser's processor is slowed four times, its line has 700 kbit/s and 300 ms. With LAMIN_RESTS_MS somebody reads each
 * screen so long before the next, and what it leads to is fetched meanwhile, over the same line; without, nothing is fetched ahead of a visit.
 * It measures and judges nothing: figures belong to the machine that made them.
 */
import { base, person, story } from './house.mjs';
import { slow } from './slowly.mjs';

const RUNS = Number(process.env.LAMIN_RUNS ?? 3);
const RESTS_MS = Number(process.env.LAMIN_RESTS_MS ?? 0);
/** Until all that follows a sign-in has come over a line that is not slow yet. */
const SETTLED_MS = 2_000;

/** By whom, in the order in which somebody would go; `*` is the first of what the list before it leads to, passed over where there is none. */
const SCREENS = {
  'editor@demo.test': ['/content/portal', '/content/portal/new/berita', '/media/portal', '/calendar/portal', '/procedures', '/procedures/website_creation', '/cases', '/site/portal', '/site/portal/menus', '/account', '/'],
  'publisher@demo.test': ['/publish/portal', '/publish/portal?show=targets'],
  'admin@demo.test': ['/sites', '/site/portal/members', '/site/portal/types', '/site/portal/types/berita', '/users', '/ledger'],
  'monitor@demo.test': ['/monitoring', '/monitoring/*', '/recaps', '/recaps/*', '/incidents', '/incidents/*', '/monitoring/new', '/monitoring/import'],
};

const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
const seconds = (ms) => (ms / 1000).toFixed(2);

/** From the address to a field that takes what is typed, with nothing in the browser's store. */
async function door(browser) {
  const context = await browser.newContext({ locale: 'id-ID' });
  const page = await context.newPage();
  const sent = await slow(page);
  await page.goto(`${base}/admin/`, { waitUntil: 'commit' });
  const ms = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const look = () => (document.querySelector('input[type="email"]') ? requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))) : requestAnimationFrame(look));
        look();
      }),
  );
  const measured = { ms, bytes: await sent() };
  await context.close();
  return measured;
}

/** An address without its `*`; none where the screen before leads to nothing of the kind. */
async function placed(page, path) {
  if (!path.endsWith('*')) return path;
  const begin = `/admin${path.slice(0, -1)}`;
  const links = await page.locator(`main a[href^="${begin}"]`).evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  return links.find((href) => /^[0-9a-f-]{36}$/.test(href.slice(begin.length)))?.slice('/admin'.length);
}

/** From the click on a link until the screen shows what it has asked for. */
const visit = (page, path) =>
  page.evaluate(
    (href) =>
      new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error(`${href} does not end to load: ${document.querySelector('main')?.innerText.slice(0, 300)}`)), 60_000);
        const before = document.querySelector('main h1');
        const [from, screen] = [performance.now(), location.pathname];
        const link = Object.assign(document.createElement('a'), { href });
        document.body.append(link);
        link.click();
        link.remove();
        const waits = () => {
          const heading = document.querySelector('main h1');
          if (!heading || (heading === before && new URL(href, location.href).pathname !== screen)) return true;
          return [...document.querySelectorAll('main [role="status"]')].some((one) => one.checkVisibility() && /^(Memuat|Loading)/.test(one.textContent ?? ''));
        };
        const look = () => (waits() ? requestAnimationFrame(look) : requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - from))));
        look();
      }),
    `/admin${path}`,
  );

await story(async (browser) => {
  const rows = [];
  const doors = [];
  for (let run = 0; run < RUNS; run++) doors.push(await door(browser));
  rows.push(['sign-in', doors, []]);
  for (const [email, paths] of Object.entries(SCREENS)) {
    const measured = new Map(paths.map((path) => [path, [[], []]]));
    for (let run = 0; run < RUNS; run++) {
      const page = await person(browser, { email });
      await page.locator('main h1').waitFor();
      // What the sign-in asked for is there before the line is slow, and without rests nothing else is: a first time is one.
      if (!RESTS_MS) {
        await page.evaluate(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
        await page.waitForTimeout(SETTLED_MS);
      }
      const sent = await slow(page);
      await sent();
      for (const again of [0, 1]) {
        for (const path of paths) {
          const place = await placed(page, path);
          if (!place) continue;
          await page.waitForTimeout(RESTS_MS);
          const ms = await visit(page, place);
          // What comes after the screen stands, such as the visual editor, counts with it, and delays no other.
          measured.get(path)[again].push({ ms, bytes: await sent() });
        }
      }
      await page.context().close();
    }
    for (const [path, [first, second]] of measured) if (first.length) rows.push([path, first, second]);
  }
  console.log('| screen | first time, s | again, s | kB, first time |\n|---|---:|---:|---:|');
  for (const [name, first, again] of rows) {
    const kilobytes = Math.round(median(first.map((one) => one.bytes)) / 1000);
    console.log(`| ${name} | ${seconds(median(first.map((one) => one.ms)))} | ${again.length ? seconds(median(again.map((one) => one.ms))) : ''} | ${kilobytes} |`);
  }
});
