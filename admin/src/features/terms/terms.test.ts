import { expect, test } from 'vitest';
import { asked, byWhy, kindOf } from './terms';

test('tags are shown unless categories are asked for', () => {
  expect([kindOf(''), kindOf('category'), kindOf('x')]).toEqual(['tag', 'category', 'tag']);
  expect(asked('tag', ' ')).toEqual({ kind: 'tag', q: undefined, limit: 50, cursor: undefined });
});

test('what stayed is told by why it did', () => {
  const left = (entry: string, why: 'live' | 'withdrawn') => ({ entry, title: entry, step: 'published', why });
  expect(byWhy([left('a', 'live'), left('b', 'withdrawn'), left('c', 'live')]).map(({ why, entries }) => [why, entries.map((one) => one.entry)])).toEqual([
    ['live', ['a', 'c']], ['withdrawn', ['b']],
  ]);
});
