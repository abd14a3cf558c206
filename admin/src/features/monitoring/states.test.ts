import { expect, test } from 'vitest';
import { allOf, askedBy, choiceOf, offered } from './states';

const COUNTS = { down: 2, unstable: 0, suspect: 0, unknown: 1, maintenance: 0, ok: 40, inactive: 3 };
const by = (values: Record<string, string>) => askedBy((name) => values[name] ?? '');

test('what an address says is what is asked for, and nonsense is not', () => {
  expect(by({ state: 'down', q: 'dinas', group: 'Kota', order: 'agency' })).toEqual({ state: 'down', q: 'dinas', group: 'Kota', order: 'agency' });
  expect(by({ state: 'off' })).toEqual({ active: false });
  expect(by({ state: 'broken', order: 'size' })).toEqual({});
  expect(choiceOf('inactive')).toBeUndefined();
});

test('only states that some website is in are offered, and the one that was chosen', () => {
  expect(offered(COUNTS, undefined)).toEqual(['down', 'unknown', 'ok', 'off']);
  expect(offered(COUNTS, 'suspect')).toEqual(['down', 'suspect', 'unknown', 'ok', 'off']);
  expect(allOf(COUNTS)).toBe(46);
});
