/** What the program says in passing. One place shows it and reads it out. */
import { Refused } from './api/client';
import { t } from './locale/locale.svelte';

export type Notice = { id: number; tone: 'good' | 'bad'; text: string };

const now = $state({ notices: [] as Notice[] });
let last = 0;

export const notices = () => now.notices;

export function tell(text: string, tone: Notice['tone'] = 'good'): void {
  const id = ++last;
  now.notices.push({ id, tone, text });
  // What went wrong stays until it is read.
  if (tone === 'good') setTimeout(() => dismiss(id), 6_000);
}

export function dismiss(id: number): void {
  now.notices = now.notices.filter((notice) => notice.id !== id);
}

/** A refusal in words: the server's own sentence, or ours where it could not say any. */
export function reason(error: unknown): string {
  if (!(error instanceof Refused)) throw error;
  if (error.code === 'offline') return t('error.offline');
  return error.title || t('error.internal');
}

export const complain = (error: unknown) => tell(reason(error), 'bad');
