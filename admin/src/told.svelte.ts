/** How many notices I have not read. */
import { api, ask, Refused } from './api/client';
import { live, on } from './live.svelte';

const LOOK_AGAIN_MS = 60_000;

const now = $state({ unread: 0 });
export const unread = () => now.unread;

export async function lookForNotices(): Promise<void> {
  try {
    now.unread = (await ask(api.GET('/api/v1/notices', { params: { query: { limit: 1 } } }))).unread;
  } catch (error) {
    // The next look tells.
    if (!(error instanceof Refused)) throw error;
  }
}

/** Begins to look; returns how to stop. */
export function attendNotices(): () => void {
  const seldom = () => {
    if (!live() && !document.hidden) void lookForNotices();
  };
  void lookForNotices();
  const timer = setInterval(seldom, LOOK_AGAIN_MS);
  addEventListener('focus', seldom);
  const off = on('notice', () => void lookForNotices());
  return () => {
    clearInterval(timer);
    removeEventListener('focus', seldom);
    off();
  };
}
