import { expect, test } from 'vitest';
import type { Shape } from '../../api/client';
import { offered, shown, toggled } from './columns';

type Field = Shape<'Field'>;
const field = (key: string, kind: Field['kind'], rest: Partial<Field> = {}): Field => ({ key, kind, label: { id: key, en: key }, ...rest });
const FIELDS = [
  field('title', 'text', { max_length: 200 }),
  field('summary', 'text', { max_length: 500 }),
  field('place', 'text', { max_length: 200 }),
  field('body', 'markdown'),
  field('start', 'datetime'),
  field('kind', 'choice'),
  field('seats', 'number'),
  field('others', 'reference', { many: true }),
];
const keys = (fields: Field[]) => fields.map((one) => one.key);

test('what is short can be a column', () => {
  expect(keys(offered(FIELDS))).toEqual(['place', 'start', 'kind', 'seats']);
});

test('nobody having chosen, the first that are more than words are shown', () => {
  expect(keys(shown(FIELDS, ''))).toEqual(['start', 'kind']);
});

test('the address chooses, and what it names wrongly is left out', () => {
  expect(keys(shown(FIELDS, 'seats,place,body,nothing'))).toEqual(['place', 'seats']);
  expect(keys(shown(FIELDS, '-'))).toEqual([]);
});

test('a column comes and goes, and the last one that goes stays away', () => {
  expect(toggled(FIELDS, '', 'seats', true)).toBe('start,kind,seats');
  expect(toggled(FIELDS, 'seats', 'seats', false)).toBe('-');
  expect(toggled(FIELDS, '-', 'place', true)).toBe('place');
});
