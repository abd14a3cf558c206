import { expect, test } from 'vitest';
import { made } from './password';

test('a password has five groups of four letters that are not easily confused', () => {
  expect(made()).toMatch(/^([a-hjkmnp-z2-9]{4}-){4}[a-hjkmnp-z2-9]{4}$/);
  expect(made()).not.toBe(made());
});

test('bytes that would favour a letter are left out', () => {
  let turn = 0;
  const random = (bytes: Uint8Array) => bytes.fill(turn++ ? 0 : 255);
  expect(made(random)).toBe('aaaa-aaaa-aaaa-aaaa-aaaa');
});
