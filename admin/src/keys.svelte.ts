/** Who does what a key means, on the screen that is shown; and whether single keys mean anything to this person. */
import { t } from './locale/locale.svelte';
import { named, SHORTCUTS, spelled, type Name } from './shortcuts';

const doers = new Map<Name, (() => unknown)[]>();

/** Until the answer is called, a key does this; the newest is asked. */
export function onKey(name: Name, act: () => unknown): () => void {
  doers.set(name, [...(doers.get(name) ?? []), act]);
  return () => void doers.set(name, (doers.get(name) ?? []).filter((one) => one !== act));
}

/** False when nobody here does it. */
export function press(name: Name): boolean {
  const act = doers.get(name)?.at(-1);
  act?.();
  return !!act;
}

const KEPT = 'lamin.keys.single';

function read(): boolean {
  try {
    return localStorage.getItem(KEPT) !== 'off';
  } catch {
    return true;
  }
}

/** Whoever speaks to the machine, or rests a hand on it, turns single keys off. */
const now = $state({ single: read() });
export const single = () => now.single;
export function setSingle(on: boolean): void {
  now.single = on;
  try {
    localStorage.setItem(KEPT, on ? 'on' : 'off');
  } catch {
    // A browser that keeps nothing begins with them again.
  }
}

export const mac = /Mac|iP(hone|ad)/.test(navigator.platform);

/** What a button says of its key, to eyes and to machines that read it out. */
export const hint = (name: Name) => {
  const keys = SHORTCUTS[name].keys[0];
  return { title: t('keys.hint', { keys: spelled(keys, mac).join(mac ? '' : '+') }), 'aria-keyshortcuts': named(keys, mac) };
};
