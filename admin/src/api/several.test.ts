import { expect, test } from 'vitest';
import { several } from './several';

test('a few at a time, in order', async () => {
  let [busy, most] = [0, 0];
  const done = await several([3, 1, 2, 0], 2, async (one) => {
    most = Math.max(most, ++busy);
    await new Promise((go) => setTimeout(go, one));
    busy--;
    return one * 10;
  });
  expect(done).toEqual([30, 10, 20, 0]);
  expect(most).toBe(2);
  expect(await several([], 2, async (one) => one)).toEqual([]);
});
