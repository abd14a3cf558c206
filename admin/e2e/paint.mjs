/**
 * How long the dashboard of monitoring takes with 1,000 websites: `LAMIN_DEMO_PASSWORD=… node e2e/paint.mjs http://127.0.0.1:8080` beside a server that
 * runs with `--demo --set monitor_round_hours=0 --set fetch_private_networks=127.0.0.0/8`. The list is taken in as a file, as a province would. From the
 * address until something is painted, and until the websites stand there; once with nothing in the browser's store, once with the files of the time before,
 * and both again as in `slow.mjs`. It measures and judges nothing: figures belong to the machine that made them.
 */
import { base, expect, password, person, story } from './house.mjs';
import { slow } from './slowly.mjs';

const WEBSITES = 1_000;
const RUNS = Number(process.env.LAMIN_RUNS ?? 7);
const EMAIL = 'monitor@demo.test';

/** As many websites as are measured, each looked at once a day: what is drawn is measured here, not the looks. */
async function fill() {
  const ask = async (path, init = {}, token = '') => {
    const answer = await fetch(`${base}/api/v1${path}`, { ...init, headers: { ...init.headers, ...(token && { Authorization: `Bearer ${token}` }) } });
    expect(answer.ok, `${path} is answered with ${answer.status}`);
    return answer.json();
  };
  const body = JSON.stringify({ email: EMAIL, password });
  const { access_token: token } = await ask('/auth/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  const { counts } = await ask('/monitored?limit=1', {}, token);
  const there = Object.values(counts).reduce((sum, one) => sum + one, 0);
  if (there >= WEBSITES) return;
  const lines = Array.from({ length: WEBSITES }, (_, at) => `Dinas Contoh Kabupaten ke-${at + 1};http://127.0.0.1:9/situs-${at + 1}/;ya;7;Server ${1 + (at % 20)};86400`);
  const list = new Blob([`\ufeff${['agency;url;berita;berita_days;groups;interval_seconds', ...lines].join('\n')}\n`], { type: 'text/csv' });
  const send = (digest) => {
    const form = new FormData();
    form.append('file', list, 'daftar.csv');
    return ask(`/monitored/import${digest ? `?digest=${digest}` : ''}`, { method: 'POST', body: form, headers: { 'Idempotency-Key': crypto.randomUUID() } }, token);
  };
  const { digest } = await send();
  await send(digest);
}

/** Milliseconds from the address until the first paint, and until the list stands. */
async function measure(page) {
  await page.goto(`${base}/admin/monitoring`, { waitUntil: 'commit' });
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const look = () => {
          if (!document.querySelector('section[aria-labelledby="list"] li')) return requestAnimationFrame(look);
          requestAnimationFrame(() =>
            setTimeout(() => {
              const list = performance.now();
              // The browser may tell of the paint a little after it.
              const told = () => {
                const [paint] = performance.getEntriesByName('first-contentful-paint');
                return paint ? resolve({ paint: paint.startTime, list }) : setTimeout(told);
              };
              told();
            }),
          );
        };
        look();
      }),
  );
}

const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
const row = (values) => `${Math.round(median(values))} (${Math.round(Math.min(...values))} to ${Math.round(Math.max(...values))})`;

await story(async (browser) => {
  await fill();
  console.log('| line and processor | store of the browser | first paint, ms | list stands, ms |\n|---|---|---:|---:|');
  for (const [name, slowed] of [['as they are', false], ['slowed', true]]) {
    for (const [store, kept] of [['empty', false], ['files of the time before', true]]) {
      const page = await person(browser, { email: EMAIL });
      await page.locator('main h1').waitFor();
      const line = await page.context().newCDPSession(page);
      if (kept) await measure(page);
      else await line.send('Network.setCacheDisabled', { cacheDisabled: true });
      if (slowed) await slow(page);
      const found = [];
      for (let run = 0; run < RUNS; run++) found.push(await measure(page));
      console.log(`| ${name} | ${store} | ${row(found.map((one) => one.paint))} | ${row(found.map((one) => one.list))} |`);
      await page.context().close();
    }
  }
});
