import { expect, test } from 'vitest';
import { blankType, changes, definition, fitted, keyFor, labelled, type Definition, type Field } from './draft';

const words = (word: string) => ({ id: word, en: word });
const field = (key: string, more: Partial<Field> = {}): Field => ({ key, kind: 'text', label: words(key), ...more });
const type = (...fields: Field[]): Definition => ({ key: 'x', title: words('X'), fields });

test('what does not fit a kind, or says nothing, is left out', () => {
  expect(fitted(field('a', { kind: 'number', max_length: 5, min: 0, max: null, color: true, required: false, help: words(' ') }))).toEqual({
    key: 'a', kind: 'number', label: words('a'), min: 0,
  });
  expect(fitted(field('a', { kind: 'reference', types: ['opd'], max_items: 4 }))).toEqual({ key: 'a', kind: 'reference', label: words('a'), types: ['opd'] });
  expect(fitted(field('a', { kind: 'reference', many: true, max_items: 4 }))).toMatchObject({ many: true, max_items: 4 });
  expect(fitted(field('a', { kind: 'components', fields: [field('b', { integer: true })] })).fields).toEqual([field('b')]);
  expect(fitted(field('a', { indexed: false }))).toHaveProperty('indexed', false);
});

test('a change is told field by field', () => {
  const before = type(field('title', { required: true }), field('a'), field('b'));
  const after = { ...type(field('title', { required: true }), field('b'), field('c')), pages: false };
  expect(changes(before, before)).toEqual([]);
  expect(changes(before, after).map(({ what, label }) => `${what} ${label.id}`)).toEqual(['removed a', 'added c', 'changed X']);
  expect(changes(before, type(field('title', { required: true }), field('b'), field('a'))).map((one) => one.what)).toEqual(['order']);
  expect(changes(before, type(field('title', { required: true }), field('a', { max_length: 9 }), field('b'))).map((one) => one.what)).toEqual(['changed']);
});

test('a new type has its title', () => {
  expect(definition(blankType()).fields[0]).toMatchObject({ key: 'title', required: true });
});

test('a label gives a key that is free', () => {
  expect(keyFor('Nomor telepon', [])).toBe('nomor_telepon');
  expect(keyFor('2 Foto', ['foto'])).toBe('foto_2');
  expect(keyFor('!', [])).toBe('field');
});

test('a path is told by labels', () => {
  const fields = [field('items', { kind: 'components', fields: [field('caption')] })];
  expect(labelled('fields.items[3].caption', fields, (one) => one.id)).toBe('items › caption');
  expect(labelled('fields.gone', fields, (one) => one.id)).toBe('gone');
});
