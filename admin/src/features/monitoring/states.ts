/** How a watched website fares, and what the list of them asks the server for by what stands in the address. */
import type { Shape } from '../../api/client';

export type State = Shape<'MonitoredState'>;

/** The worst first. */
export const STATES = ['down', 'unstable', 'suspect', 'unknown', 'maintenance', 'ok'] as const satisfies State[];

export const TONES = { down: 'bad', unstable: 'warn', suspect: 'warn', unknown: 'plain', maintenance: 'accent', ok: 'good' } as const satisfies Record<State, string>;

/** What the list is filtered by: a state, or `off` for those that nobody looks at now. */
export const CHOICES = [...STATES, 'off'] as const;
export type Choice = (typeof CHOICES)[number];

/** A choice that an address names; none where it names no such. */
export const choiceOf = (text: string): Choice | undefined => CHOICES.find((one) => one === text);

export type Asked = { state?: State; active?: boolean; q?: string; group?: string; order?: 'agency' };

/** What is asked for by an address: its state, words, group and order. */
export function askedBy(query: (name: string) => string): Asked {
  const choice = choiceOf(query('state'));
  const [q, group] = [query('q'), query('group')];
  return {
    ...(choice === 'off' ? { active: false } : choice && { state: choice }),
    ...(q && { q }),
    ...(group && { group }),
    ...(query('order') === 'agency' && { order: 'agency' as const }),
  };
}

type Counts = Shape<'MonitoredCounts'>;
export const countOf = (counts: Counts, choice: Choice): number => (choice === 'off' ? counts.inactive : counts[choice]);
export const allOf = (counts: Counts): number => CHOICES.reduce((sum, one) => sum + countOf(counts, one), 0);

/** The choices that have any, and the one that is made even if it has none. */
export const offered = (counts: Counts, made: Choice | undefined): Choice[] => CHOICES.filter((one) => one === made || countOf(counts, one) > 0);
