import { expect, test } from 'vitest';
import { begins, parameters } from './search';

const nothing = { subject: '', actor: '', action: '', site: '', from: '', until: '' };

test('what is not chosen is not asked', () => {
  expect(parameters(nothing)).toEqual({});
  expect(parameters({ ...nothing, actor: 'user:1', from: 'kemarin' })).toEqual({ actor: 'user:1' });
});

test('the last day counts whole', () => {
  const asked = parameters({ ...nothing, from: '2026-11-30', until: '2026-11-30' });
  expect(Date.parse(asked.until!) - Date.parse(asked.from!)).toBe(24 * 3_600_000);
  expect(begins('2026-11-30', 1)).toBe(new Date(2026, 11, 1).toISOString());
});
