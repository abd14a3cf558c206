import { expect, test } from 'vitest';
import { Ahead } from './ahead';

const counted = () => {
  let asked = 0;
  return { ask: async () => `answer ${++asked}`, times: () => asked };
};

test('what was asked ahead is not asked again, and serves once', async () => {
  const [ahead, { ask, times }] = [new Ahead<string>(1000), counted()];
  ahead.begin('/a', ask, 0);
  ahead.begin('/a', ask, 10);
  expect(times()).toBe(1);
  expect(await ahead.take('/a', 20)).toBe('answer 1');
  expect(ahead.take('/a', 20)).toBeUndefined();
  expect(ahead.take('/b', 20)).toBeUndefined();
});

test('an old answer is none, and is asked for anew', async () => {
  const [ahead, { ask, times }] = [new Ahead<string>(1000), counted()];
  ahead.begin('/a', ask, 0);
  expect(ahead.take('/a', 1000)).toBeUndefined();
  ahead.begin('/a', ask, 1000);
  ahead.begin('/a', ask, 2000);
  expect(times()).toBe(3);
  expect(await ahead.take('/a', 2500)).toBe('answer 3');
});

test('nothing is taken after something was changed', () => {
  const [ahead, { ask }] = [new Ahead<string>(1000), counted()];
  ahead.begin('/a', ask, 0);
  ahead.forget();
  expect(ahead.take('/a', 1)).toBeUndefined();
});

test('a failure is told to whoever takes it', async () => {
  const ahead = new Ahead<string>(1000);
  ahead.begin('/a', () => Promise.reject(new Error('offline')), 0);
  await expect(ahead.take('/a', 1)).rejects.toThrow('offline');
});
