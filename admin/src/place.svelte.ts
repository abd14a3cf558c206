/** Where we are. The address owns filters and pages, so a link or a reload brings back what was seen. */
export const BASE = '/admin';

const read = () => ({ path: location.pathname.slice(BASE.length) || '/', query: new URLSearchParams(location.search) });

const now = $state(read());

export const path = () => now.path;
export const query = (name: string) => now.query.get(name) ?? '';

/** The whole address of a screen. Empty values are left out. */
export function at(screen: string, values: Record<string, string | undefined> = {}): string {
  const search = new URLSearchParams(Object.entries(values).filter((pair): pair is [string, string] => !!pair[1]));
  return BASE + screen + (search.size ? `?${search}` : '');
}

/** Work that is not saved may hold the reader back: it answers false. */
let leaving: (() => boolean) | null = null;
export function guard(ask: (() => boolean) | null): void {
  leaving = ask;
}

export function go(address: string, replace = false): void {
  if (leaving && !leaving()) return;
  leaving = null;
  history[replace ? 'replaceState' : 'pushState'](null, '', address);
  Object.assign(now, read());
}

/** Changes the filters of this screen, without a new entry in the browser's history. */
export function filter(values: Record<string, string | undefined>): void {
  const all = Object.fromEntries(now.query);
  history.replaceState(null, '', at(now.path, { ...all, ...values }));
  Object.assign(now, read());
}

addEventListener('popstate', () => {
  const before = BASE + now.path + (now.query.size ? `?${now.query}` : '');
  if (leaving && !leaving()) {
    history.pushState(null, '', before);
    return;
  }
  leaving = null;
  Object.assign(now, read());
});

/** Where a link within the admin leads; nothing for the others. */
export function inside(link: HTMLAnchorElement): URL | undefined {
  if (link.target || link.hasAttribute('download')) return undefined;
  const address = new URL(link.href, location.href);
  return address.origin === location.origin && (address.pathname + '/').startsWith(BASE + '/') ? address : undefined;
}

/** Links within the admin change the screen; with a key held down, or to elsewhere, they are the browser's. */
addEventListener('click', (event) => {
  const link = (event.target as Element).closest?.('a');
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented) return;
  const address = inside(link);
  if (!address || (address.hash && address.pathname === location.pathname)) return;
  event.preventDefault();
  go(address.pathname + address.search + address.hash);
});
