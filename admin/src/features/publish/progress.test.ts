import { expect, test } from 'vitest';
import { built, findingKind, over, part, report, short, why } from './progress';

const event = { state: 'running', done: 0, total: 0, rate_per_s: 0 };

test('how far a job is, where that can be said', () => {
  expect(part(event)).toBeUndefined();
  expect(part({ ...event, done: 3, total: 4 })).toBe(0.75);
  expect(part({ ...event, done: 9, total: 4 })).toBe(1);
  expect(part({ ...event, state: 'done' })).toBe(1);
  expect([over('ready'), over('running'), over('done'), over('failed')]).toEqual([false, false, true, true]);
});

test('a check tells what it found, and another job nothing', () => {
  const result = { intact: false, url: 'https://x', coverage: { checked: 5, files: 9 }, problems: [{}, {}], problems_left_out: 3 };
  expect(report(result)).toEqual({ intact: false, url: 'https://x', checked: 5, files: 9, problems: 5, ended_by: undefined });
  expect(report({ release: 7 })).toBeUndefined();
  expect(report(undefined)).toBeUndefined();
});

test('a build tells its release', () => {
  expect(built({ release: 7, rendered: 3, skipped: false })).toEqual({ release: 7, pages: 3, skipped: false });
  expect(built(null)).toBeUndefined();
});

test('a finding has a kind that we know, and a reason where there is one', () => {
  expect(findingKind('missing')).toBe('missing');
  expect(findingKind('new')).toBeUndefined();
  expect(why({ why: 'gone' })).toBe('gone');
  expect(why({ expected: 1 })).toBe('');
  expect(why(null)).toBe('');
});

test('a digest is cut to what an eye compares', () => {
  expect(short('da90b85a52b2f397f5cabdc6')).toBe('da90b85a52b2');
});
