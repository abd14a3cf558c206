import { expect, test } from 'vitest';
import { all, apart, asLines, details, screenOf, title } from './events';

const event = (more = {}) => ({
  sequence: 7,
  hash: 'aa',
  previous: 'bb',
  at: '2026-11-22T00:00:00Z',
  actor: 'user:1',
  action: 'editorial.publish',
  subject: 'entry:2',
  digests: [],
  detail: {},
  ...more,
});

test('a name is a kind with an id, or a kind alone', () => {
  expect(apart('entry:2')).toEqual({ kind: 'entry', id: '2' });
  expect(apart('installation')).toEqual({ kind: 'installation', id: '' });
  expect(screenOf(apart('case:3'))).toBe('/cases/3');
  expect(screenOf(apart('release:3'))).toBeUndefined();
});

test('the detail is told in lines, and names the subject where it can', () => {
  const told = event({ detail: { title: 'Banjir', hosts: [], changed: ['name', 'locale'], approver: null, late_minutes: 0 } });
  expect(title(told)).toBe('Banjir');
  expect(details(told)).toEqual([['title', 'Banjir'], ['changed', 'name, locale'], ['late_minutes', '0']]);
  expect(details(event({ detail: null }))).toEqual([]);
  expect(title(event({ subject: 'release:9', detail: { number: 8 } }))).toBe('8');
  expect(title(event({ detail: { number: 8 } }))).toBe('');
});

test('an export has one event a line', () => {
  const text = asLines([event(), event({ sequence: 6 })]);
  expect(text.trimEnd().split('\n').map((line) => (JSON.parse(line) as { sequence: number }).sequence)).toEqual([7, 6]);
});

test('all pages are read, unless somebody stops it', async () => {
  const page = async (cursor?: string) => (cursor ? { items: [3], next_cursor: null } : { items: [1, 2], next_cursor: 'more' });
  expect(await all(page, () => true)).toEqual([1, 2, 3]);
  expect(await all(page, (count) => count > 2)).toBeUndefined();
});
