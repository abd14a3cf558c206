import { expect, test } from 'vitest';
import { moved } from './order';

test('an item goes up, down and to the ends', () => {
  expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
  expect(moved(['a', 'b', 'c'], 0, 9)).toEqual(['b', 'c', 'a']);
  expect(moved(['a', 'b', 'c'], 1, -1)).toEqual(['b', 'a', 'c']);
});

test('what is not there moves nothing', () => {
  expect(moved(['a'], 4, 0)).toEqual(['a']);
});
