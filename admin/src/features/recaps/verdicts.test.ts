import { expect, it } from 'vitest';
import { shares, total, verdictOf } from './verdicts';

it('draws what has to be looked at first, and nothing of nothing', () => {
  expect(shares({ updated: 6, down: 2 })).toEqual([
    { verdict: 'down', share: 25 },
    { verdict: 'updated', share: 75 },
  ]);
  expect(shares({})).toEqual([]);
  expect(total({ updated: 6, down: 2 })).toBe(8);
});

it('knows verdicts by their names alone', () => {
  expect(verdictOf('down')).toBe('down');
  expect(verdictOf('lama')).toBeUndefined();
});
