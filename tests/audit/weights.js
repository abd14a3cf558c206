// What a phone has to fetch for a first visit, as the server sends it, and what styles and scripts weigh.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { each, look, open } from './chromium.js';

const KIB = 1024;
const PHONE = { width: 360, height: 780, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const BARS = { css: 10 * KIB, js: 5 * KIB, search: 6 * KIB, page: 14 * KIB, text: 30 * KIB, pictures: 150 * KIB, home: 200 * KIB };
const ARTICLES = ['berita', 'artikel', 'pengumuman', 'halaman'];

export async function check(job, tell) {
  const largest = { css: 0, js: 0, search: 0, page: 0, text: 0, pictures: 0, home: 0 };
  const weigh = (bar, bytes, what) => {
    largest[bar] = Math.max(largest[bar], bytes);
    if (bytes > BARS[bar]) tell(what, `${bytes} bytes; the bar (${bar}) is ${BARS[bar]}`);
  };
  const compressed = (path) => gzipSync(readFileSync(path), { level: 9 }).length;
  const assets = readdirSync(`${job.folder}/theme`, { recursive: true }).map(String);
  const sum = (test) => assets.filter(test).reduce((all, name) => all + compressed(`${job.folder}/theme/${name}`), 0);
  const is = (ending) => (name) => name.endsWith(ending);
  const css = sum(is('.css'));
  weigh('css', css, 'theme');
  weigh('js', sum((name) => name.endsWith('.js') && !name.includes('cari')), 'theme');
  weigh('search', sum((name) => name.endsWith('.js') && name.includes('cari')), 'theme');
  for (const page of job.sample.filter((page) => page.kind === 'entry' || page.kind === 'home')) {
    weigh('page', compressed(`${job.folder}/${page.file}`) + css, page.address);
  }
  const browser = await open(job);
  try {
    const visited = job.sample.filter((page) => page.kind === 'home' || (page.kind === 'entry' && ARTICLES.includes(page.type)));
    await each(browser, visited, 1, async (page, of) => {
      const { bytes, pictures } = await fetched(page, job.origin + of.address);
      const bar = of.kind === 'home' ? 'home' : pictures > 0 ? 'pictures' : 'text';
      weigh(bar, bytes, of.address);
    });
  } finally {
    await browser.close();
  }
  return { largest, bars: BARS };
}

/** The bytes that come over the line, headers included, when a phone opens a page and reads it to its end. */
async function fetched(page, address) {
  await page.setViewport(PHONE);
  await look(page, 'light');
  await page.setCacheEnabled(false);
  const client = await page.createCDPSession();
  await client.send('Network.enable');
  let bytes = 0;
  client.on('Network.loadingFinished', (done) => (bytes += done.encodedDataLength));
  await page.goto(address, { waitUntil: 'load' });
  await page.evaluate(async () => {
    for (let at = 0; at < document.body.scrollHeight; at += innerHeight / 2) {
      scrollTo(0, at);
      await new Promise((done) => setTimeout(done, 30));
    }
  });
  await page.waitForNetworkIdle({ idleTime: 100 });
  // The seal in the header is on every page.
  const pictures = await page.evaluate(() => document.querySelectorAll('main img').length);
  return { bytes, pictures };
}
