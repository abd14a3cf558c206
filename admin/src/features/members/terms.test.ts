import { expect, test } from 'vitest';
import { endAfter, ended, lastDay, standing, startOf } from './terms';

const WITA = 'Asia/Makassar';

test('a day begins at midnight of the zone', () => {
  expect(startOf(WITA, '2026-11-21')).toBe('2026-11-20T16:00:00.000Z');
  expect(startOf('Europe/Amsterdam', '2026-03-29')).toBe('2026-03-28T23:00:00.000Z');
  expect(startOf('Europe/Amsterdam', '2026-03-30')).toBe('2026-03-29T22:00:00.000Z');
  expect(startOf(WITA, '')).toBeNull();
});

test('an end is told by the last day that it holds, and comes back as it was', () => {
  const until = endAfter(WITA, '2026-12-31')!;
  expect(until).toBe('2026-12-31T16:00:00.000Z');
  expect(lastDay(WITA, until)).toBe('2026-12-31');
});

test('a term is ahead, now or past', () => {
  const now = Date.parse('2026-11-21T00:00:00Z');
  expect(standing({ from: null, until: null }, now)).toBe('now');
  expect(standing({ from: '2026-11-21T00:00:00Z', until: null }, now)).toBe('now');
  expect(standing({ from: '2026-12-01T00:00:00Z', until: null }, now)).toBe('ahead');
  expect(standing({ from: null, until: '2026-11-21T00:00:00Z' }, now)).toBe('past');
});

test('what ends before it began is no appointment', () => {
  const at = '2026-11-21T00:00:00Z';
  expect(ended({ from: null, until: null }, at)).toEqual({ from: null, until: at });
  expect(ended({ from: '2026-12-01T00:00:00Z', until: null }, at)).toBeNull();
});
