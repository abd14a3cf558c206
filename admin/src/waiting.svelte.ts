/** How many tasks wait, for the menu and the title of the tab; looked at again when somebody comes back to the tab, and each half minute. */
import { api, ask, Refused } from './api/client';

const LOOK_AGAIN_MS = 30_000;
const COUNTED_MAX = 100;

const now = $state({ count: 0 });
export const waiting = () => now.count;

const watchers = new Set<() => void>();

/** Calls when what waits may have changed. Returns how to stop. */
export function watch(changed: () => void): () => void {
  watchers.add(changed);
  return () => watchers.delete(changed);
}

let seen = '';
async function look(): Promise<void> {
  if (document.hidden) return;
  try {
    const { items } = await ask(api.GET('/api/v1/inbox', { params: { query: { limit: COUNTED_MAX } } }));
    now.count = items.length;
    const state = items.map((one) => `${one.id} ${one.version}`).join();
    if (seen && state !== seen) watchers.forEach((changed) => changed());
    seen = state;
  } catch (error) {
    // The next look tells.
    if (!(error instanceof Refused)) throw error;
  }
}

/** Begins to look; returns how to stop. */
export function attend(): () => void {
  void look();
  const timer = setInterval(look, LOOK_AGAIN_MS);
  addEventListener('focus', look);
  return () => {
    clearInterval(timer);
    removeEventListener('focus', look);
  };
}
