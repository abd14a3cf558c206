// Pictures of the sample for people to look at: a phone and a desk, light and dark.
import { mkdirSync } from 'node:fs';
import { each, look, open } from './chromium.js';

const WIDTHS = [360, 1280];
const HEIGHT_MAX = 3_600;

export async function take(job) {
  if (!job.pictures) return {};
  mkdirSync(job.pictures, { recursive: true });
  const browser = await open(job);
  try {
    await each(browser, job.sample, 2, async (page, of) => {
      const address = of.kind === 'not_found' ? '/tidak-ada/' : of.address;
      const name = `${of.kind}-${of.type ?? ''}-${of.locale}${of.number > 1 ? '-further' : ''}`.replaceAll(/-+/g, '-');
      for (const width of WIDTHS) {
        await page.setViewport({ width, height: 900 });
        for (const scheme of ['light', 'dark']) {
          await look(page, scheme);
          await page.goto(job.origin + address, { waitUntil: 'networkidle0' });
          await page.evaluate(async () => {
            for (const image of document.images) image.loading = 'eager';
            await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
          });
          const tall = await page.evaluate(() => document.documentElement.scrollHeight);
          const clip = { x: 0, y: 0, width, height: Math.min(tall, HEIGHT_MAX) };
          await page.screenshot({ path: `${job.pictures}/${name}-${width}-${scheme}.png`, clip, captureBeyondViewport: true });
        }
      }
    });
  } finally {
    await browser.close();
  }
  return { pictures: job.sample.length * 4 };
}
