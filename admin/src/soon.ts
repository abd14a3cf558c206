/** What is likely to be wanted next is fetched before it is: what a link leads to once somebody seems about to follow it, and the code of what a screen leads to while nobody waits. */
import { askFirst } from './first';
import { BASE, inside } from './place.svelte';
import { match, type Match, type Route } from './routes';

const begun = new WeakSet<Route>();

/** The code of a route, once. Whoever opens the screen hears of a failure. */
async function fetchCode(route: Route): Promise<void> {
  if (begun.has(route)) return;
  begun.add(route);
  await route.load().catch(() => begun.delete(route));
}

function led(address: URL | undefined): Match | undefined {
  return address && match(address.pathname.slice(BASE.length) || '/');
}
const linkOf = (event: Event) => (event.target as Element).closest?.('a') ?? undefined;

/** Begins to watch where people are about to go; returns how to stop. */
export function attendLinks(): () => void {
  const code = (event: Event) => {
    const link = linkOf(event);
    const found = link && led(inside(link));
    if (found) void fetchCode(found.route);
  };
  /** Who presses a mouse goes there; who touches may only be scrolling. */
  const answers = (event: PointerEvent) => {
    const link = linkOf(event);
    const address = link && inside(link);
    const found = led(address);
    if (!found || !address || event.button !== 0 || event.pointerType === 'touch') return;
    askFirst(found, (name) => address.searchParams.get(name) ?? '');
  };
  const stop = new AbortController();
  const how = { signal: stop.signal, passive: true };
  for (const event of ['pointerover', 'focusin', 'touchstart']) addEventListener(event, code, how);
  addEventListener('pointerdown', answers, how);
  return () => stop.abort();
}

/** So long a screen has stood before what it leads to is fetched. */
const QUIET_MS = 1_000;
let timer: ReturnType<typeof setTimeout>;
let turn = 0;

const idle = () => new Promise<unknown>((go) => ('requestIdleCallback' in window ? requestIdleCallback(go) : setTimeout(go, 200)));
const sparing = () => !navigator.onLine || !!(navigator as { connection?: { saveData?: boolean } }).connection?.saveData;

/** Somebody waits for a screen: the line is theirs. */
export function makeWay(): void {
  clearTimeout(timer);
  turn++;
}

/** The code of the screens that this one links to, one after the other, while nothing else is to be done. */
export function lookAround(): void {
  makeWay();
  const mine = turn;
  timer = setTimeout(async () => {
    const routes = new Set([...document.querySelectorAll<HTMLAnchorElement>('a[href]')].map((link) => led(inside(link))?.route));
    for (const route of routes) {
      if (!route || begun.has(route)) continue;
      await idle();
      if (mine !== turn || sparing()) return;
      await fetchCode(route);
    }
  }, QUIET_MS);
}
