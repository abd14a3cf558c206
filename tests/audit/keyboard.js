// The keyboard alone: what is folded opens with Enter; Tab from the top of a page comes to everything that can be used, in
// sight and visibly; a picture that is shown large closes with Escape and gives the focus back.

/** A page has fewer stops. */
const STOPS_MAX = 2_000;

/** Returns how many stops there were. */
export async function walk(page, tell) {
  await page.evaluate(prepare);
  for (let at = 0; await page.evaluate(folded, at); at += 1) {
    await page.keyboard.press('Enter');
    const closed = await page.evaluate(() => !document.activeElement.parentElement.open && globalThis.short(document.activeElement));
    if (closed) tell(`keyboard: Enter does not open ${closed}`);
  }
  const expected = await page.evaluate(toTheTop);
  // One more than there are: the focus leaves the page, or comes round.
  const stops = Math.min(expected + 1, STOPS_MAX);
  await tabs(page, stops);
  const { faults, missed } = await page.evaluate(() => ({
    faults: globalThis.faults,
    missed: globalThis.usable().filter((one) => !globalThis.seen.has(one)).map(globalThis.short),
  }));
  for (const fault of faults) tell(`keyboard: ${fault}`);
  for (const one of missed) tell(`keyboard: Tab does not come to ${one}`);
  await enlarged(page, tell);
  await page.evaluate(() => document.querySelectorAll('details[open]').forEach((one) => (one.open = false)));
  return expected;
}

/** Presses Tab so often; the keys are sent without waiting for each, and arrive one after the other. */
async function tabs(page, times) {
  const client = await page.createCDPSession();
  const key = { key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9 };
  const press = () => [client.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...key }), client.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key })];
  await Promise.all(Array.from({ length: times }, press).flat());
  await client.detach();
}

/** What the walk needs in the page; runs there, once. */
function prepare() {
  if (globalThis.usable) return;
  const usable = 'a[href], button, input:not([type=hidden]), select, textarea, summary, audio[controls], video[controls], [tabindex]';
  const visible = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0;
  globalThis.usable = () => [...document.querySelectorAll(usable)].filter((one) => one.tabIndex >= 0 && !one.disabled && visible(one));
  globalThis.short = (one) => one.outerHTML.replaceAll(/\s+/g, ' ').slice(0, 140);
  const shows = (of) => of.outlineStyle === 'auto' || (of.outlineStyle !== 'none' && parseFloat(of.outlineWidth) >= 2);
  const faultOf = (one) => {
    // The ring may be on an overlay of a whole card, or on a part.
    const around = [getComputedStyle(one), getComputedStyle(one, '::after')];
    if (!around.some(shows) && ![...one.children].some((inner) => shows(getComputedStyle(inner)))) return 'the focus does not show on';
    const rects = [...one.getClientRects()].filter((rect) => rect.width > 0 && rect.height > 0);
    const seen = rects.filter((rect) => rect.bottom > 0 && rect.top < innerHeight && rect.right > 0 && rect.left < innerWidth);
    if (seen.length === 0) return 'out of sight with the focus:';
    const inside = (at, most) => Math.min(Math.max(at, 0), most - 1);
    const covered = seen.every((rect) => {
      const there = document.elementFromPoint(inside((rect.left + rect.right) / 2, innerWidth), inside((rect.top + rect.bottom) / 2, innerHeight));
      return there && !one.contains(there) && !there.contains(one);
    });
    return covered ? 'covered with the focus:' : null;
  };
  // Before each next key, what has the focus has come to where it stays.
  globalThis.addEventListener(
    'keydown',
    (event) => {
      const one = document.activeElement;
      if (event.key !== 'Tab' || !one || one === document.body || globalThis.seen.has(one)) return;
      globalThis.seen.add(one);
      const fault = faultOf(one);
      if (fault) globalThis.faults.push(`${fault} ${globalThis.short(one)}`);
    },
    true,
  );
}

/** Gives the focus to what is folded in this place among all; runs in the page. */
function folded(at) {
  const all = globalThis.usable().filter((one) => one.tagName === 'SUMMARY');
  const one = all.find((one, place) => place >= at && !one.parentElement.open);
  one?.focus();
  return !!one;
}

/** The next Tab begins at the top; how many stops there are; runs in the page. */
function toTheTop() {
  globalThis.seen = new Set();
  globalThis.faults = [];
  document.activeElement?.blur();
  scrollTo(0, 0);
  const top = document.createElement('span');
  top.tabIndex = -1;
  document.body.prepend(top);
  top.focus();
  top.remove();
  return globalThis.usable().length;
}

async function enlarged(page, tell) {
  const name = await page.evaluate(() => {
    const link = document.querySelector('dialog.large') && document.querySelector('.gallery figure > a:not(.watch)');
    link?.focus();
    return link && globalThis.short(link);
  });
  if (!name) return;
  await page.keyboard.press('Enter');
  const opened = await page.evaluate(() => !!document.querySelector('dialog[open]')?.contains(document.activeElement));
  if (!opened) return tell(`keyboard: Enter shows no picture large: ${name}`);
  await page.keyboard.press('Escape');
  const back = await page.evaluate(() => !document.querySelector('dialog[open]') && globalThis.short(document.activeElement));
  if (back !== name) tell(`keyboard: after Escape the focus is on ${back}, not on ${name}`);
}
