import { expect, test } from 'vitest';
import { exchanged, filesIn, readable } from './files';

const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string];

test('files are found in a field, in a text and in items, each once', () => {
  expect(filesIn(A)).toEqual([A]);
  expect(filesIn(`![Jembatan](asset:${A}) dan ![lagi](asset:${A})`)).toEqual([A]);
  expect(filesIn([{ image: A }, { image: B }])).toEqual([A, B]);
  expect(filesIn(undefined)).toEqual([]);
  expect(filesIn('a'.repeat(65))).toEqual([]);
});

test('nobody has to read a digest', () => {
  expect(readable(`![Jembatan](asset:${A}) baru`)).toBe('![Jembatan](asset:…) baru');
});

test('what stands on both sides was not exchanged', () => {
  expect(exchanged([A, B], [B, C])).toEqual({ before: [A], after: [C] });
  expect(exchanged(null, A)).toEqual({ before: [], after: [A] });
});
