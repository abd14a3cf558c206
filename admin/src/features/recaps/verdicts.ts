/** What a weekly report says of a part of a website, and how that is drawn. */
import type { Shape } from '../../api/client';
import type { components } from '../../api/schema.gen';

export type Verdict = components['schemas']['RecapVerdict'];
export type Row = Shape<'RecapRow'>;

/** The best last: what has to be looked at stands first. */
export const VERDICTS = ['not_updated', 'no_answer', 'down', 'maintenance', 'updated'] as const satisfies Verdict[];

export const TONES = { updated: 'good', not_updated: 'warn', no_answer: 'plain', down: 'bad', maintenance: 'accent' } as const satisfies Record<Verdict, string>;

/** Rows that are shown at a time: a hundred take an old laptop two seconds to draw. */
export const ROWS = 40;

export const SECTIONS = ['berita', 'artikel', 'agenda'] as const;

export const verdictOf = (text: string): Verdict | undefined => VERDICTS.find((one) => one === text);

export const total = (counts: Record<string, number>): number => Object.values(counts).reduce((sum, one) => sum + one, 0);

/** Shares of a whole in hundredths, in the order of the verdicts; nothing of nothing. */
export function shares(counts: Record<string, number>): { verdict: Verdict; share: number }[] {
  const all = total(counts);
  return VERDICTS.filter((verdict) => counts[verdict]).map((verdict) => ({ verdict, share: ((counts[verdict] ?? 0) * 100) / all }));
}
