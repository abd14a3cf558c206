/**
 * How many tasks wait, for the menu and the title of the tab. The server tells when that may have changed; while it does not,
 * one looks when somebody comes back to the tab, and each half minute.
 */
import { api, ask, Refused, type Shape } from './api/client';
import { live, on } from './live.svelte';
import { BASE, path } from './place.svelte';

const LOOK_AGAIN_MS = 30_000;
const COUNTED_MAX = 100;
/** For the title of the tab. */
export const counted = () => (now.count >= COUNTED_MAX ? `${COUNTED_MAX - 1}+` : String(now.count));

export type Task = Shape<'Waiting'>;

/** Where a task is done: an entry that waits for the official is reviewed, others are edited. */
export function addressOf(task: Task): string {
  if (!task.entry) return `${BASE}/cases/${task.id}`;
  return ['filtering', 'approved'].includes(task.step) ? `${BASE}/entries/${task.entry}/review` : `${BASE}/entries/${task.entry}`;
}

/** Of what waits, how many are looked at to find one that is not on the screen already. */
const NEXT_LOOKED_AT = 5;

/** Where the first thing that waits is done, but for the one that is looked at. */
export async function next(): Promise<string | undefined> {
  const { items } = await ask(api.GET('/api/v1/inbox', { params: { query: { limit: NEXT_LOOKED_AT } } }));
  const here = path().split('/')[2];
  const other = items.find((one) => here !== one.id && here !== one.entry);
  return other && addressOf(other);
}

const now = $state({ count: 0 });
export const waiting = () => now.count;

const watchers = new Set<() => void>();

/** Calls when what waits may have changed. Returns how to stop. */
export function watch(changed: () => void): () => void {
  watchers.add(changed);
  return () => watchers.delete(changed);
}

let seen = '';
let looking = false;
let again = false;
/** Looks now: after something was done that may have taken a task away. */
export async function look(): Promise<void> {
  // What is told while one looks may not be in what one sees.
  if (looking) {
    again = true;
    return;
  }
  looking = true;
  try {
    const { items } = await ask(api.GET('/api/v1/inbox', { params: { query: { limit: COUNTED_MAX } } }));
    now.count = items.length;
    const state = items.map((one) => `${one.id} ${one.version}`).join();
    if (seen && state !== seen) watchers.forEach((changed) => changed());
    seen = state;
  } catch (error) {
    // The next look tells.
    if (!(error instanceof Refused)) throw error;
  } finally {
    looking = false;
  }
  if (again) {
    again = false;
    await look();
  }
}

/** Begins to look; returns how to stop. */
export function attend(): () => void {
  const seldom = () => {
    if (!live() && !document.hidden) void look();
  };
  void look();
  const timer = setInterval(seldom, LOOK_AGAIN_MS);
  addEventListener('focus', seldom);
  const off = on('inbox', () => void look());
  return () => {
    clearInterval(timer);
    removeEventListener('focus', seldom);
    off();
  };
}
