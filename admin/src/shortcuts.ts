/** One table of what keys do: what listens to keys and the overview under `?` both read it. Pure. */
import type { Key } from './locale/en';

/** Keys as they are pressed; `Ctrl` is ⌘ on a Mac. A combination with `Ctrl` or `Alt` serves while one types, too. */
type Shortcut = { keys: readonly string[]; label: Key; group: Group; by?: 'text' };

export const GROUPS = ['everywhere', 'entry', 'text'] as const;
export type Group = (typeof GROUPS)[number];

/** Those `by` the text are the visual editor's own: it listens to them itself, and a test holds it to them. */
export const SHORTCUTS = {
  overview: { keys: ['?'], label: 'keys.overview', group: 'everywhere' },
  help: { keys: ['h'], label: 'keys.help', group: 'everywhere' },
  search: { keys: ['/'], label: 'keys.search', group: 'everywhere' },
  next: { keys: ['n', 'Alt+n'], label: 'keys.next', group: 'everywhere' },
  save: { keys: ['Ctrl+s'], label: 'keys.save', group: 'entry' },
  forward: { keys: ['Ctrl+Enter'], label: 'keys.forward', group: 'entry' },
  review: { keys: ['Alt+p'], label: 'keys.review', group: 'entry' },
  bold: { keys: ['Ctrl+b'], label: 'write.bold', group: 'text', by: 'text' },
  italic: { keys: ['Ctrl+i'], label: 'write.italic', group: 'text', by: 'text' },
  heading: { keys: ['Ctrl+Alt+2'], label: 'write.heading', group: 'text', by: 'text' },
  subheading: { keys: ['Ctrl+Alt+3'], label: 'write.subheading', group: 'text', by: 'text' },
  bullets: { keys: ['Ctrl+Shift+8'], label: 'write.bullets', group: 'text', by: 'text' },
  numbers: { keys: ['Ctrl+Shift+7'], label: 'write.numbers', group: 'text', by: 'text' },
  quote: { keys: ['Ctrl+Shift+b'], label: 'write.quote', group: 'text', by: 'text' },
  undo: { keys: ['Ctrl+z'], label: 'write.undo', group: 'text', by: 'text' },
  redo: { keys: ['Ctrl+Shift+z'], label: 'write.redo', group: 'text', by: 'text' },
} as const satisfies Record<string, Shortcut>;

export type Name = keyof typeof SHORTCUTS;
export const all = Object.entries(SHORTCUTS) as [Name, Shortcut][];

type Press = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** What a press means. Keys without another held down (`single`) count only where nobody types, and can be turned off. */
export function meant(press: Press, single: boolean): Name | undefined {
  return all.find(([, one]) => !one.by && one.keys.some((keys) => (single || isHeld(keys)) && fits(press, keys)))?.[0];
}

const isHeld = (keys: string) => /^(Ctrl|Alt)\+/.test(keys);

function fits(press: Press, keys: string): boolean {
  const parts = keys.split('+');
  const key = parts.pop()!;
  const letter = /^[a-z]$/.test(key);
  // A Mac writes another letter with Alt; where a sign such as `?` stands differs, and so does whether it needs Shift.
  const same = press.key.toLowerCase() === key.toLowerCase() || (letter && press.altKey && press.code === `Key${key.toUpperCase()}`);
  const shift = press.shiftKey === parts.includes('Shift') || (!letter && key.length === 1);
  return same && shift && (press.ctrlKey || press.metaKey) === parts.includes('Ctrl') && press.altKey === parts.includes('Alt');
}

/** A combination as it is written for people: its keys, one by one. */
export const spelled = (keys: string, mac = false): string[] =>
  keys.split('+').map((key) => {
    if (mac && key in SIGNS) return SIGNS[key as keyof typeof SIGNS];
    return /^[a-z]$/.test(key) && keys.includes('+') ? key.toUpperCase() : key;
  });

const SIGNS = { Ctrl: '⌘', Alt: '⌥', Shift: '⇧' } as const;

/** The same for the machines that read it out. */
export const named = (keys: string, mac = false): string => keys.replace('Ctrl', mac ? 'Meta' : 'Control');
