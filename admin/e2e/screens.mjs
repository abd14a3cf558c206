/** Every screen, by somebody who may see it: in both languages and widths, light and dark; pictures when they are asked for. */
import { mkdirSync } from 'node:fs';
import { audit, DESKTOP, fault, goto, person, PHONE, pictures, story } from './house.mjs';

const SCREENS = {
  'editor@demo.test': ['/', '/account', '/notices', '/content/portal', '/content/portal?q=zzzz', '/content/portal?type=agenda', '/content/portal?due=month', '/content/portal/new/berita', '/media/portal', '/calendar/portal', '/cases', '/procedures', '/procedures/website_creation', '/site/portal/menus', '/site/portal/terms', '/site/portal/terms?show=category'],
  'publisher@demo.test': ['/publish/portal', '/publish/portal/releases/1', '/publish/portal?show=staging', '/publish/portal?show=targets', '/publish/portal?show=verify', '/publish/portal?show=theme', '/publish/portal?show=evidence'],
  'requester@demo.test': ['/cases/new/website_creation', '/nowhere'],
  'admin@demo.test': ['/sites', '/sites/new', '/site/portal', '/site/portal/members', '/site/portal/checks', '/site/portal/types', '/site/portal/types/berita', '/users', '/users/new', '/members', '/hours', '/mail', '/site/portal/webhooks', '/ledger'],
  'monitor@demo.test': ['/monitoring', '/monitoring?state=down', '/monitoring?state=off&q=zzzz', '/monitoring/new', '/monitoring/import', '/recaps', '/incidents', '/incidents?open=false', '/incidents/new'],
  'head@demo.test': ['/on-call'],
};

await story(async (browser) => {
  if (pictures) mkdirSync(pictures, { recursive: true });
  for (const [viewport, scheme, language] of [[DESKTOP, 'light', 'id'], [PHONE, 'dark', 'en'], [PHONE, 'light', 'id'], [DESKTOP, 'dark', 'en']]) {
    const door = await person(browser, { viewport, scheme, language });
    await look(door, 'sign-in', viewport, language);
    for (const [email, paths] of Object.entries(SCREENS)) {
      const page = await person(browser, { email, viewport, scheme, language });
      const twice = askedTwice(page);
      for (const path of paths) {
        twice();
        await goto(page, path);
        await look(page, path, viewport, language);
        for (const asked of twice()) fault(`${path} asks ${asked} twice`);
      }
      if (email.startsWith('editor')) {
        await page.keyboard.press('h');
        await page.locator('#help').waitFor();
        await look(page, 'help', viewport, language);
        await page.keyboard.press('h');
        await page.keyboard.press('?');
        await page.locator('dialog[open]').waitFor();
        await look(page, 'keys', viewport, language);
        await page.keyboard.press('Escape');
        await goto(page, '/content/portal?type=berita');
        await page.locator('main :is(li, th) a').first().click();
        await page.waitForURL(/entries/);
        // The list stays until the entry can be drawn.
        await page.locator('main aside').waitFor();
        await look(page, 'edit', viewport, language);
        await goto(page, `${new URL(page.url()).pathname.replace('/admin', '')}/review`);
        await page.locator('iframe').waitFor();
        await look(page, 'review', viewport, language);
      }
      await page.context().close();
    }
  }
});

/** What was asked more than once since one last looked: a screen takes over what was asked ahead of it. What is told live may be looked at again. */
function askedTwice(page) {
  let asked = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (request.method() === 'GET' && /^\/api\/v1\/(?!inbox|notices|events)/.test(pathname)) asked.push(pathname + search);
  });
  return () => {
    const found = asked.filter((one, at) => asked.indexOf(one) !== at);
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
