// Pages in a real browser: axe-core, the Content-Security-Policy, what leads away, the width of a small phone, the keyboard.
import { readFileSync } from 'node:fs';
import { each, look, open } from './chromium.js';
import { walk } from './keyboard.js';
import { file } from './tools.js';

const LANES = 2;
const NARROW = { width: 320, height: 640 };
const WIDE = { width: 1280, height: 900 };
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
/** What other colours alone can change. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];
/** Every look at a page: the sample asks in the dark only what the dark can change. */
const looks = (whole) => [
  { name: '320 px, light', size: NARROW, scheme: 'light' },
  { name: '320 px, dark', size: NARROW, scheme: 'dark', rules: whole ? null : OF_COLOURS },
  { name: '1280 px, dark', size: WIDE, scheme: 'dark', rules: whole ? null : OF_COLOURS },
  { name: '1280 px, light', size: WIDE, scheme: 'light' },
];

export async function check(job, tell) {
  const whole = job.depth === 'whole';
  const pages = whole ? job.pages.filter((page) => page.kind !== 'redirect') : job.sample;
  const axe = readFileSync(file('axe-core/axe.min.js'), 'utf8');
  const figures = { pages: pages.length, looks: 0, stops: 0, ms: { visit: 0, axe: 0, keyboard: 0 }, unsure: {} };
  const browser = await open(job);
  try {
    await each(browser, pages, LANES, async (page, of, context) => {
      const told = new Set();
      const once = (text) => told.has(text) || (told.add(text), tell(of.address, text));
      await watch(page, job, once);
      for (const at of looks(whole)) {
        await page.setViewport(at.size);
        await look(page, at.scheme);
        if (page.url() === 'about:blank') await timed(figures, 'visit', visit(page, job, of, once));
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        await timed(figures, 'axe', audited(page, axe, at, once, figures));
        if (at.scheme === 'light') {
          await fits(page, at, once);
          await aligned(page, at, once);
          figures.stops += await timed(figures, 'keyboard', walk(page, (text) => once(`${at.name}: ${text}`)));
        }
      }
      for (const cookie of await context.cookies()) once(`a cookie: ${cookie.name}`);
    });
  } finally {
    await browser.close();
  }
  return figures;
}

/** Whatever the page does that it must not. */
async function watch(page, job, tell) {
  await page.evaluateOnNewDocument(() => {
    globalThis.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => globalThis.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== new URL(job.origin).origin) tell(`a request to ${url.origin}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest()) tell(`${response.status()} for ${response.url()}`);
  });
  page.on('pageerror', (error) => tell(`a script failed: ${error.message}`));
  page.on('console', (message) => {
    // That a page without an address says so is its purpose; the statuses of all others are told above.
    if (message.type() === 'error' && !message.text().includes('the server responded with a status of')) tell(`the browser says: ${message.text()}`);
  });
}

async function visit(page, job, of, tell) {
  const answer = await page.goto(job.origin + of.address, { waitUntil: 'load' });
  const expected = { gone: 410, not_found: 404 }[of.kind] ?? 200;
  const status = of.kind === 'not_found' ? (await page.goto(`${job.origin}/tidak-ada-${of.kind}/`, { waitUntil: 'load' })).status() : answer.status();
  if (status !== expected) tell(`status ${status}, not ${expected}`);
  const policy = answer.headers()['content-security-policy'] ?? '';
  if (!policy.includes("default-src 'none'") || policy.includes('unsafe-')) tell(`Content-Security-Policy: ${policy || 'none'}`);
  for (const violation of await page.evaluate(() => globalThis.violations)) tell(`against the policy: ${violation}`);
}

async function audited(page, axe, at, tell, figures) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
  const runOnly = at.rules ? { type: 'rule', values: at.rules } : { type: 'tag', values: RULES };
  const found = await page.evaluate(async (runOnly) => {
    const { violations, incomplete } = await globalThis.axe.run(document, { runOnly, resultTypes: ['violations', 'incomplete'] });
    const told = (all) => all.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html, failureSummary }) => ({ html: html.slice(0, 200), failureSummary })) }));
    return { violations: told(violations), incomplete: told(incomplete) };
  }, runOnly);
  figures.looks += 1;
  for (const { id, help, nodes } of found.violations) tell(`${at.name}: ${id}: ${help}: ${nodes[0].html}: ${nodes[0].failureSummary.replaceAll(/\s+/g, ' ')} (${nodes.length})`);
  for (const { id, nodes } of found.incomplete) {
    figures.unsure[id] ??= { count: 0, such: nodes[0].html, why: nodes[0].failureSummary?.replaceAll(/\s+/g, ' ') };
    figures.unsure[id].count += nodes.length;
  }
}

/** Nothing is wider than the window. */
async function fits(page, at, tell) {
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return null;
    const out = [...document.body.querySelectorAll('*')].find((one) => one.getBoundingClientRect().right > width + 1);
    return `${document.documentElement.scrollWidth} px wide: ${out?.outerHTML.slice(0, 160)}`;
  });
  if (wide) tell(`${at.name}: ${wide}`);
}

/** Of articles that stand one below another the headings do, too, whether there is a picture beside them or not. */
async function aligned(page, at, tell) {
  const out = await page.evaluate(() => {
    const left = (one) => Math.round(one.getBoundingClientRect().left);
    const lists = new Map();
    for (const article of document.querySelectorAll('main article')) {
      const heading = article.querySelector('h2, h3');
      if (!heading) continue;
      const columns = lists.get(article.parentElement) ?? {};
      lists.set(article.parentElement, columns);
      columns[left(article)] ??= left(heading);
      if (columns[left(article)] !== left(heading)) return heading.textContent;
    }
  });
  if (out) tell(`${at.name}: a heading begins elsewhere than the one above it: ${out}`);
}

async function timed(figures, what, work) {
  const start = performance.now();
  const done = await work;
  figures.ms[what] += Math.round(performance.now() - start);
  return done;
}
