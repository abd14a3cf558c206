import { expect, test } from 'vitest';
import { including, plain, read, VIEWS_MAX, without, type View } from './views';

const view = (name: string, filters: Record<string, string> = {}): View => ({ name, filters });

test('a view of the same name takes the place of the other', () => {
  expect(including([view('Draf', { step: 'draft' }), view('Lain')], view('draf', { step: 'editing' }))).toEqual([view('Lain'), view('draf', { step: 'editing' })]);
});

test('beyond the limit the oldest goes', () => {
  const many = Array.from({ length: VIEWS_MAX }, (_, at) => view(`v${at}`));
  const after = including(many, view('new'));
  expect(after.length).toBe(VIEWS_MAX);
  expect([after[0]!.name, after.at(-1)!.name]).toEqual(['v1', 'new']);
});

test('a view goes by its name', () => {
  expect(without([view('a'), view('b')], 'A')).toEqual([view('b')]);
});

test('filters are the same in any order and without empty ones', () => {
  expect(plain({ q: 'x', type: 'berita', step: '' })).toBe(plain({ type: 'berita', q: 'x' }));
  expect(plain({ q: 'x' })).not.toBe(plain({ q: 'y' }));
});

test('what a browser kept and is no view breaks nothing', () => {
  expect(read(null)).toEqual([]);
  expect(read('{')).toEqual([]);
  expect(read('[{"name":1},{"name":"a","filters":{"q":2}},{"name":"b","filters":{"q":"z"}},null]')).toEqual([view('b', { q: 'z' })]);
});
