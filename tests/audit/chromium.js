// One browser for a check, with pages that are opened as a reader's would be.
import { load } from './tools.js';

/** Beyond this a page hangs. */
export const PAGE_MS_MAX = 60_000;

export async function open(job, more = []) {
  const puppeteer = await load('puppeteer-core');
  const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--disable-background-networking', '--no-first-run', ...more];
  return puppeteer.launch({ executablePath: job.chromium, headless: true, args, timeout: 3 * PAGE_MS_MAX, protocolTimeout: 3 * PAGE_MS_MAX });
}

/** Does something with each item, on as many pages of the browser at a time. */
export async function each(browser, items, lanes, what) {
  const waiting = [...items];
  const lane = async () => {
    const context = await browser.createBrowserContext();
    for (let item = waiting.shift(); item; item = waiting.shift()) {
      const page = await context.newPage();
      page.setDefaultTimeout(PAGE_MS_MAX);
      try {
        await what(page, item, context);
      } finally {
        await page.close();
      }
    }
    await context.close();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

export const look = (page, scheme) =>
  page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: scheme },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
