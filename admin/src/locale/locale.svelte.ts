/** The language of the screen. Words are loaded by language, so that nobody loads both, and at the door only its own. */
import { door } from './door/id';
import type { Key, Words } from './en';

export type Language = 'id' | 'en';
export const LANGUAGES: Record<Language, string> = { id: 'Bahasa Indonesia', en: 'English' };

const load: Record<Language, () => Promise<Words>> = {
  id: async () => (await import('./id')).id,
  en: async () => (await import('./en')).en,
};

/** Most who come read Indonesian: these words come with the door, and save them a way to the server. */
const atDoor: Record<Language, () => Promise<Partial<Words>>> = {
  id: async () => door,
  en: async () => (await import('./door/en')).door,
};
let inside = false;

const now = $state({ language: 'id' as Language, words: {} as Words });

export const language = () => now.language;

export async function speak(chosen: Language): Promise<void> {
  now.words = (await (inside ? load : atDoor)[chosen]()) as Words;
  now.language = chosen;
  document.documentElement.lang = chosen;
  remember(chosen);
}

/** Whoever is signed in sees every screen, and needs all words from then on. */
export async function enter(): Promise<void> {
  if (inside) return;
  inside = true;
  await speak(now.language).catch((error) => {
    inside = false;
    throw error;
  });
}

/** What was chosen on this device, before anybody signed in. */
export function remembered(): Language {
  try {
    return localStorage.getItem('lamin.language') === 'en' ? 'en' : 'id';
  } catch {
    return 'id';
  }
}

function remember(chosen: Language) {
  try {
    localStorage.setItem('lamin.language', chosen);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

type Values = Record<string, string | number>;

/** The words of a key; `{name}` takes a value, and `{count|one|many}` one of two words by a number. */
export function t(key: Key, values: Values = {}): string {
  return fill(now.words[key] ?? key, values);
}

/** Whether there are words for a key that was put together. */
export const known = (key: string): key is Key => key in now.words;

export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, name: string, one?: string, many?: string) =>
    one === undefined ? String(values[name] ?? '') : values[name] === 1 ? one : (many ?? ''),
  );
}

/** A word that is known in both languages, as the server sends it. */
export const said = (words: { id: string; en: string }) => words[now.language];
