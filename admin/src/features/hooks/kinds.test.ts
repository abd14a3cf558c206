import { expect, test } from 'vitest';
import { KINDS, newSecret } from './kinds';

test('a secret is long enough, of plain letters, and another each time', () => {
  const [one, other] = [newSecret(), newSecret()];
  expect(one).toMatch(/^[0-9a-f]{48}$/);
  expect(one).not.toBe(other);
});

test('no kind stands twice', () => {
  expect(new Set(KINDS).size).toBe(KINDS.length);
});
