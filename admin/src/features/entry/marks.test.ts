import { expect, test } from 'vitest';
import { MARK_QUOTE_CHARS_MAX, passages, quoted, stands, textsOf, told, written } from './marks';

test('a comment carries a reason with its marks, and gives them back', () => {
  const marks = [{ quote: 'Jembatan dibuka Senin.', words: 'Hari Selasa.\nLihat undangan.' }, { quote: 'Biaya Rp4 miliar', words: '' }];
  expect(told(written('Dua hal.\n\nMohon diperbaiki.', marks))).toEqual({ reason: 'Dua hal.\n\nMohon diperbaiki.', marks });
  expect(told(written('', marks)).marks).toEqual(marks);
});

test('a comment without marks is all reason', () => {
  expect(told('Belum lengkap.\n\nTambahkan foto.')).toEqual({ reason: 'Belum lengkap.\n\nTambahkan foto.', marks: [] });
});

test('what is said of a passage begins no other mark and ends none', () => {
  expect(told(written('x', [{ quote: 'a', words: 'satu\n\n> dua' }])).marks).toEqual([{ quote: 'a', words: 'satu\ndua' }]);
});

test('a passage is quoted on one line, and a long one by its beginning', () => {
  expect(quoted('satu\n  dua')).toBe('satu dua');
  expect(quoted('x'.repeat(1000)).length).toBe(MARK_QUOTE_CHARS_MAX);
});

test('paragraphs are apart, and a passage is found again until it is changed', () => {
  const text = 'Satu dua\ntiga.\n\nEmpat lima.\n';
  expect(passages(text)).toEqual(['Satu dua\ntiga.', 'Empat lima.']);
  expect(stands(quoted(passages(text)[0]!), [text])).toBe(true);
  expect(stands('Satu dua tiga.', ['Satu dua empat.'])).toBe(false);
});

test('texts are found at every depth', () => {
  expect(textsOf({ title: 'A', seats: 4, items: [{ label: 'B' }, null] })).toEqual(['A', 'B']);
});
