/**
 * How long somebody with an old laptop on a 3G line waits: `LAMIN_DEMO_PASSWORD=… node e2e/slow.mjs http://127.0.0.1:8080` beside a server that
 * runs with `--demo`. The browser's processor is slowed four times, its line has 700 kbit/s and 300 ms. It measures and judges
 * nothing: figures belong to the machine that made them.
 */
import { base, person, story } from './house.mjs';

const CPU_SLOWER = 4;
const bytes = (bits) => bits / 8;
const LINE = { offline: false, latency: 300, downloadThroughput: bytes(700_000), uploadThroughput: bytes(700_000) };
/** Tenths of a second: so long nothing may be on its way, and so long that is waited for. A stream that stays open never ends. */
const [QUIET_TURNS, TURNS_MAX] = [5, 100];
const RUNS = Number(process.env.LAMIN_RUNS ?? 3);

/** By whom, in the order in which somebody would go. */
const SCREENS = {
  'editor@demo.test': ['/content/portal', '/content/portal/new/berita', '/media/portal', '/calendar/portal', '/procedures', '/procedures/website_creation', '/cases', '/site/portal', '/site/portal/menus', '/account', '/'],
  'publisher@demo.test': ['/publish/portal', '/publish/portal?show=targets'],
  'admin@demo.test': ['/sites', '/site/portal/members', '/site/portal/types', '/site/portal/types/berita', '/users', '/ledger'],
};

const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
const seconds = (ms) => (ms / 1000).toFixed(2);

/** Slows a page down. What it gives waits until nothing is on its way, and tells how much was sent since it was last asked. */
async function slow(page) {
  const line = await page.context().newCDPSession(page);
  const open = new Set();
  let sent = 0;
  line.on('Network.requestWillBeSent', ({ requestId }) => open.add(requestId));
  line.on('Network.loadingFailed', ({ requestId }) => open.delete(requestId));
  line.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    open.delete(requestId);
    sent += encodedDataLength;
  });
  await line.send('Network.enable');
  await line.send('Network.emulateNetworkConditions', LINE);
  await line.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWER });
  return async () => {
    for (let quiet = 0, turn = 0; quiet < QUIET_TURNS && turn < TURNS_MAX; turn++) {
      await page.waitForTimeout(100);
      quiet = open.size ? 0 : quiet + 1;
    }
    const before = sent;
    sent = 0;
    return before;
  };
}

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
      const sent = await slow(page);
      await sent();
      for (const again of [0, 1]) {
        for (const path of paths) {
          const ms = await visit(page, path);
          // What comes after the screen stands, such as the visual editor, counts with it, and delays no other.
          measured.get(path)[again].push({ ms, bytes: await sent() });
        }
      }
      await page.context().close();
    }
    for (const [path, [first, second]] of measured) rows.push([path, first, second]);
  }
  console.log('| screen | first time, s | again, s | kB, first time |\n|---|---:|---:|---:|');
  for (const [name, first, again] of rows) {
    const kilobytes = Math.round(median(first.map((one) => one.bytes)) / 1000);
    console.log(`| ${name} | ${seconds(median(first.map((one) => one.ms)))} | ${again.length ? seconds(median(again.map((one) => one.ms))) : ''} | ${kilobytes} |`);
  }
});
