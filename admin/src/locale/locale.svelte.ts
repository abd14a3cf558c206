/** The language of the screen. Words are loaded by language, so that nobody loads both, and at the door only its own. */
import { door } from './door/id';
import type { Key, Words } from './en';

export type Language = 'id' | 'en';
export const LANGUAGES: Record<Language, string> = { id: 'Bahasa Indonesia', en: 'English' };

const load: Record<Language, () => Promise<Partial<Words>>> = {
  id: async () => (await import('./id')).id,
  en: async () => (await import('./en')).en,
};

/** Most who come read Indonesian: these words come with the door, and save them a way to the server. */
const atDoor: Record<Language, () => Promise<Partial<Words>>> = {
  id: async () => door,
  en: async () => (await import('./door/en')).door,
};
let inside = false;

/** Words that few screens need, by the language that they were read in. */
const apart: Record<Language, () => Promise<Partial<Words>>> = {
  id: async () => (await import('./rare/id')).rare,
  en: async () => (await import('./rare/en')).rare,
};
const own: Partial<Record<Language, Partial<Words>>> = {};
let wanted = false;

const now = $state({ language: 'id' as Language, words: {} as Words });

export const language = () => now.language;

export async function speak(chosen: Language): Promise<void> {
  const words = await (inside ? load : atDoor)[chosen]();
  if (wanted) own[chosen] ??= await apart[chosen]();
  now.words = { ...words, ...own[chosen] } as Words;
  now.language = chosen;
  document.documentElement.lang = chosen;
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

/** The words that few screens need, too, from now on. */
export const learn = (): Promise<void> =>
  (learning ??= fetchOwn().catch((error) => {
    learning = undefined;
    throw error;
  }));
let learning: Promise<void> | undefined;

async function fetchOwn(): Promise<void> {
  wanted = true;
  // An effect that shows a screen asks for them, and is not to run again when words or language change.
  await undefined;
  let spoken: Language;
  do {
    spoken = now.language;
    own[spoken] ??= await apart[spoken]();
  } while (spoken !== now.language);
  now.words = { ...now.words, ...own[spoken] };
}

/** Chosen on this device, or else what the account of whoever was here last says. */
const CHOSEN = 'lamin.language';
const OF_ACCOUNT = 'lamin.language.account';

const kept = (name: string): Language | undefined => {
  try {
    const found = localStorage.getItem(name);
    return found === 'id' || found === 'en' ? found : undefined;
  } catch {
    return undefined;
  }
};

function keep(name: string, language: Language) {
  try {
    localStorage.setItem(name, language);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

/** What is spoken before anybody signed in. */
export const remembered = (): Language => kept(CHOSEN) ?? kept(OF_ACCOUNT) ?? 'id';

export async function choose(chosen: Language): Promise<void> {
  await speak(chosen);
  keep(CHOSEN, chosen);
}

/** Somebody signed in: their account says in which language, unless one was chosen on this device. */
export async function follow(account: string): Promise<void> {
  if (account !== 'id' && account !== 'en') return;
  keep(OF_ACCOUNT, account);
  if (!kept(CHOSEN) && account !== now.language) await speak(account);
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
