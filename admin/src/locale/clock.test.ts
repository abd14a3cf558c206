import { expect, test } from 'vitest';
import { dayIn, fromLocal, toLocal } from './clock';

test('a moment is shown and read in the zone of the site', () => {
  expect(toLocal('2026-11-21T06:05:00Z', 'Asia/Makassar')).toBe('2026-11-21T14:05');
  expect(fromLocal('2026-11-21T14:05', 'Asia/Makassar')).toBe('2026-11-21T14:05:00+08:00');
  expect(fromLocal('2026-11-21T14:05', 'Asia/Jayapura')).toBe('2026-11-21T14:05:00+09:00');
  expect(fromLocal('2026-07-01T00:30', 'Europe/London')).toBe('2026-07-01T00:30:00+01:00');
  expect(fromLocal('', 'Asia/Jakarta')).toBe('');
  expect(toLocal(undefined, 'Asia/Jakarta')).toBe('');
});

test('a moment falls on the day of the clock of its place', () => {
  expect(dayIn('Asia/Makassar', '2026-11-21T17:00:00Z')).toBe('2026-11-22');
  expect(dayIn('Asia/Makassar', new Date('2026-11-21T15:59:59Z'))).toBe('2026-11-21');
});
