/** What the stories share: a browser, people who sign in, and the audit that every visit ends with. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export const base = process.argv[2];
export const pictures = process.env.LAMIN_TEST_PICTURES;
export const password = process.env.LAMIN_DEMO_PASSWORD;

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };

/** For what must come: a crowded machine is slow, and what never comes is told either way. */
export const PATIENCE_MS = 180_000;

/** Everything that was found wrong; a story fails when there is anything. */
const faults = [];
export const fault = (text) => faults.push(text);

export async function story(tell) {
  const browser = await chromium.launch({
    executablePath: process.env.LAMIN_TEST_CHROMIUM,
    timeout: PATIENCE_MS,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  try {
    await tell(browser);
  } catch (error) {
    // What each of them sees, for whoever reads the log.
    for (const page of browser.contexts().flatMap((context) => context.pages())) {
      const seen = await page.locator('body').innerText().catch(() => '');
      fault(`${page.url()} shows:\n${seen.slice(0, 1500)}`);
    }
    fault(error.stack);
  } finally {
    await browser.close();
  }
  if (faults.length) {
    console.error(faults.join('\n'));
    process.exit(1);
  }
}

/** Somebody with a browser of their own. */
export async function person(browser, { email = '', viewport = DESKTOP, language = 'id', scheme = 'light' } = {}) {
  const context = await browser.newContext({ viewport, colorScheme: scheme, reducedMotion: 'reduce', locale: language === 'id' ? 'id-ID' : 'en-GB' });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('pageerror', (error) => fault(`${page.url()}: ${error.stack ?? error}`));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) fault(`${page.url()}: ${message.text()}`);
  });
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== new URL(base).origin) fault(`${page.url()} asks ${request.url()}`);
  });
  await page.addInitScript((chosen) => self === top && localStorage.setItem('lamin.language', chosen), language);
  await page.goto(`${base}/admin/`);
  if (email) {
    await page.locator('input[type=email]').fill(email);
    await page.locator('input[type=password]').fill(password);
    await page.keyboard.press('Enter');
    await page.locator('header').waitFor();
  }
  return page;
}

/** Looks at what is shown: axe with contrast, and nothing wider than the window. What somebody is writing is theirs to finish. */
export async function audit(page, name) {
  await settled(page);
  await page.evaluate(axe);
  const { violations } = await page.evaluate((tags) => globalThis.axe.run({ exclude: [['.ProseMirror > *']] }, { runOnly: tags, iframes: false }), RULES);
  for (const { id, nodes } of violations) fault(`${name}: ${id}, ${nodes.length} times: ${nodes[0].html.slice(0, 200)}`);
  const over = await page.evaluate(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return '';
    const widest = [...document.querySelectorAll('body *')].sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)[0];
    return `${document.documentElement.scrollWidth - innerWidth} px wider than the window: ${widest.outerHTML.slice(0, 200)}`;
  });
  if (over) fault(`${name}: ${over}`);
}

/** Until nothing says that it is loading. */
export async function settled(page) {
  await page.locator('h1').first().waitFor();
  await page.locator('main [role=status]:visible', { hasText: /^(Memuat|Loading)/ }).first().waitFor({ state: 'detached' });
}

export async function goto(page, path) {
  await page.goto(`${base}/admin${path}`);
  await settled(page);
}

export function expect(is, text) {
  if (!is) throw new Error(text);
}

/** Presses the button of a step, and where it asks once more, answers. */
export async function act(page, name, comment) {
  await page.getByRole('button', { name, exact: true }).click();
  const dialog = page.locator('dialog[open]');
  if (await dialog.isVisible().catch(() => false)) {
    await audit(page, `dialog ${name}`);
    if (comment) await dialog.locator('textarea').last().fill(comment);
    await dialog.getByRole('button', { name, exact: true }).click();
  }
}

/** Until the entry is said to be at a step. */
export const step = (page, words) => page.locator('.badge', { hasText: words }).first().waitFor();

/** Opens a task from the list of what waits. */
export async function takeTask(page, title) {
  await goto(page, '/');
  await audit(page, 'tasks');
  await page.getByRole('link', { name: new RegExp(title) }).click();
  await page.getByRole('heading', { name: title }).waitFor();
  await settled(page);
}
