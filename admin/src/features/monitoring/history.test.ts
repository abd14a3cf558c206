import { expect, test } from 'vitest';
import { bars, minutesBetween, share, shareOf } from './history';

const day = (date: string, good: number, bad: number, more = {}) => ({ begins_at: `${date}T16:00:00Z`, good, bad, unknown: 0, quiet: 0, ...more });

test('one failure in very many is not rounded away', () => {
  expect(share({ good: 99_999, bad: 1 })).toBe(0.9999);
  expect(share({ good: 5, bad: 0 })).toBe(1);
});

test('where nothing could be told, there is no share', () => {
  expect(share({ good: 0, bad: 0 })).toBeUndefined();
  expect(shareOf([day('2026-11-20', 0, 0), day('2026-11-19', 3, 1)])).toBe(0.75);
});

test('bars stand in the order of days, with a gap where a day has no looks', () => {
  const drawn = bars([day('2026-11-20', 10, 0), day('2026-11-17', 0, 0, { quiet: 8 })]);
  expect(drawn.map((one) => one.at)).toEqual([3, 0]);
  expect(drawn[0]).toMatchObject({ good: 1, bad: 0, blank: false });
  expect(drawn[1]).toMatchObject({ good: 0, bad: 0, blank: true });
});

test('a short outage of a day is still seen', () => {
  const [drawn] = bars([day('2026-11-20', 9_999, 1)]);
  expect(drawn!.bad).toBeGreaterThan(0.03);
  expect(drawn!.bad + drawn!.good).toBeCloseTo(1);
});

test('an outage of seconds is told as a minute', () => {
  expect(minutesBetween('2026-11-20T01:00:00Z', '2026-11-20T01:00:20Z')).toBe(1);
  expect(minutesBetween('2026-11-20T01:00:00Z', '2026-11-20T02:30:00Z')).toBe(90);
});
