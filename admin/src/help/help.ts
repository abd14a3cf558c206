/** Help for a screen: what it is for, and what to do first. */
import type { Language } from '../locale/locale.svelte';

export type Help = Record<string, { what: string; first: string }>;

const load: Record<Language, () => Promise<Help>> = {
  id: async () => (await import('./id')).id,
  en: async () => (await import('./en')).en,
};

export const helpIn = (language: Language): Promise<Help> => load[language]();
