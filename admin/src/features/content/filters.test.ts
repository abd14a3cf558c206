import { expect, test } from 'vitest';
import { asked, due, named } from './filters';

const NOW = new Date('2026-11-22T06:00:00Z');
const filters = (text: string) => named((name) => new URLSearchParams(text).get(name) ?? '');

test('what the address names is asked for, and nothing else', () => {
  expect(asked(filters('type=berita&q=jalan'), ['start'], 'next', NOW)).toEqual({ limit: 50, sort: '-updated_at', 'filter[type][eq]': 'berita', q: 'jalan', fields: 'start', cursor: 'next' });
  expect(asked(filters('trash=true'), []).trashed).toBe(true);
  expect(asked(filters('trash=1'), [])).not.toHaveProperty('trashed');
  expect(asked(filters('category=kesehatan&tag=Satu Data'), [])).toEqual({ limit: 50, sort: '-updated_at', 'filter[category][eq]': 'kesehatan', 'filter[tag][eq]': 'Satu Data' });
});

test('what is to be looked at again comes by its day, today whole', () => {
  expect(asked(filters('due=now'), [], undefined, NOW)).toEqual({ limit: 50, sort: 'review_at', 'filter[review_at][lt]': '2026-11-23' });
  expect(asked(filters('due=month'), [], undefined, NOW)['filter[review_at][lt]']).toBe('2026-12-23');
  expect(asked(filters('due=never'), [], undefined, NOW).sort).toBe('-updated_at');
});

test('it is time, or soon, or not yet', () => {
  expect(due('2026-11-22T05:00:00Z', NOW.getTime())).toBe('now');
  expect(due('2026-12-10T05:00:00Z', NOW.getTime())).toBe('month');
  expect(due('2027-12-10T05:00:00Z', NOW.getTime())).toBeUndefined();
  expect(due(null)).toBeUndefined();
});
