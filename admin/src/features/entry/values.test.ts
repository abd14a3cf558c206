import { expect, test } from 'vitest';
import { differing, moved, over, plainest, pruned, same, type Field } from './values';

const field = (key: string, kind: Field['kind'], rest: Partial<Field> = {}): Field => ({ key, kind, label: { id: key, en: key }, ...rest });

test('what says nothing is left out, at every depth', () => {
  const fields = [field('title', 'text'), field('on', 'boolean'), field('tags', 'reference', { many: true }), field('links', 'components', { fields: [field('url', 'url'), field('title', 'text')] })];
  const values = { title: '', on: false, tags: ['', 'a'], links: [{ url: '/x', title: '' }, { url: '', title: '' }] };
  expect(pruned(fields, values)).toEqual({ on: false, tags: ['a'], links: [{ url: '/x' }] });
});

test('order of keys is no difference', () => {
  expect(same({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 })).toBe(true);
  expect(same([1, 2], [2, 1])).toBe(false);
});

test('parts that differ are named', () => {
  const one = { slug: 'a', category: '', tags: ['x'], fields: { title: 'A', body: 'B' } };
  expect(differing(one, { ...one, tags: [], fields: { title: 'A', summary: 'S' } })).toEqual(['tags', 'fields.body', 'fields.summary']);
});

test('an item moves by one place, and not beyond the ends', () => {
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
  expect(moved(['a', 'b'], 1, 2)).toEqual(['a', 'b']);
});

test('two ways of writing the same Markdown are the same, and a lost note is a difference', () => {
  expect(plainest('* satu\n* dua\n\n__tebal__ dan _miring_')).toBe(plainest('- satu\n- dua\n\n**tebal** dan *miring*'));
  expect(plainest('Judul\n=====\n')).toBe(plainest('# Judul'));
  expect(plainest('a | b\n--- | ---')).not.toBe(plainest('a b'));
  expect(plainest('Kalimat.[^1]\n\n[^1]: catatan')).not.toBe(plainest('Kalimat.'));
});

test('only the parts that were changed go over what somebody else saved', () => {
  const base = { slug: 'a', category: '', tags: ['x'], fields: { title: 'Satu', body: 'lama', gone: 'ada' } };
  const mine = { ...base, tags: ['x', 'y'], fields: { title: 'Satu', body: 'baru' } };
  const theirs = { ...base, slug: 'b', fields: { ...base.fields, title: 'Dua' } };
  expect(over(theirs, mine, differing(mine, base))).toEqual({ slug: 'b', category: '', tags: ['x', 'y'], fields: { title: 'Dua', body: 'baru', gone: undefined } });
});
