/** Looks that were added up by hours or days: how often the website was there, and a drawing of its days. */
import type { Shape } from '../../api/client';

type Rollup = Pick<Shape<'ProbeRollup'>, 'begins_at' | 'good' | 'bad' | 'unknown' | 'quiet'>;

/** By whose clock the server begins a day. */
export const ZONE = 'Asia/Makassar';
const DAY_MS = 86_400_000;

/** The share of looks that found it, of those that could tell; cut to hundredths of a percent, since 99.999 % is not all. */
export function share({ good, bad }: Pick<Rollup, 'good' | 'bad'>): number | undefined {
  return good + bad ? Math.floor((good / (good + bad)) * 10_000) / 10_000 : undefined;
}

/** The same of all of them together. */
export const shareOf = (all: Rollup[]) => share({ good: sum(all, 'good'), bad: sum(all, 'bad') });
const sum = (all: Rollup[], what: 'good' | 'bad') => all.reduce((count, one) => count + one[what], 0);

/** What a day's bar shows, from its top: the share of looks that failed, then that of those that were good. `blank`: nothing could be told. */
export type Bar = { at: number; bad: number; good: number; blank: boolean };

/** So little of a bar is still seen. */
const SEEN_MIN = 0.04;

/** Bars of days, the oldest at place 0; a day without any look leaves its place empty. */
export function bars(all: Rollup[]): Bar[] {
  const days = all.map((one) => Math.round(Date.parse(one.begins_at) / DAY_MS));
  const first = Math.min(...days);
  return all.map((one, index) => {
    const looks = one.good + one.bad;
    const failed = looks && one.bad / looks;
    const bad = failed && Math.max(failed, SEEN_MIN);
    return { at: days[index]! - first, bad, good: looks && 1 - bad, blank: !looks };
  });
}

/** Minutes from one moment to another, at least one. */
export const minutesBetween = (from: string, until: string | number): number =>
  Math.max(1, Math.round((new Date(until).getTime() - Date.parse(from)) / 60_000));
