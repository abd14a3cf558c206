import { expect, test } from 'vitest';
import { filled, shown } from './form';

const field = (key: string, kind: string) => ({ key, kind });

test('each kind of field is sent as the server reads it', () => {
  const fields = ['text', 'long_text', 'date', 'choice', 'number', 'boolean', 'rows', 'attachment'].map((kind) => field(kind, kind));
  const typed = { text: ' a ', long_text: 'b\nc', date: '2026-12-01', choice: 'ya', number: '2,5', boolean: 'false', rows: ' x \n\n y', attachment: 'id' };
  expect(filled(fields, typed)).toEqual({ text: 'a', long_text: 'b\nc', date: '2026-12-01', choice: 'ya', number: 2.5, boolean: false, rows: ['x', 'y'], attachment: 'id' });
});

test('empty fields, and what was typed for another command, are left out', () => {
  expect(filled([field('note', 'text'), field('parts', 'rows'), field('safe', 'boolean')], { note: '  ', other: 'kept' })).toEqual({});
});

test('a number that is none is sent as it was typed', () => {
  expect(filled([field('sites', 'number')], { sites: 'dua belas' })).toEqual({ sites: 'dua belas' });
});

test('values of the history are lines, or yes and no', () => {
  expect(shown(['a', 'b'])).toEqual({ lines: ['a', 'b'] });
  expect(shown(true)).toEqual({ yes: true });
  expect(shown('a\nb')).toEqual({ lines: ['a', 'b'] });
  expect(shown(12)).toEqual({ lines: ['12'] });
});
