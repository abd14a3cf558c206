import { expect, test } from 'vitest';
import { routes } from '../routes';
import { en } from './en';
import { id } from './id';

/** Short enough to be read standing. */
const HELP_CHARS_MAX = 200;

test.each([['id', id], ['en', en]] as const)('every screen has its help in %s, and help has its screen', (_, help) => {
  expect(Object.keys(help).sort()).toEqual(routes.map((route) => route.path).sort());
});

test('help is short, says both things, and is written in each language', () => {
  for (const { path } of routes) {
    for (const part of ['what', 'first'] as const) {
      for (const help of [id, en]) {
        expect(help[path]![part].length, `${path} ${part}`).toBeGreaterThan(20);
        expect(help[path]![part].length, `${path} ${part}`).toBeLessThanOrEqual(HELP_CHARS_MAX);
      }
      expect(id[path]![part]).not.toBe(en[path]![part]);
    }
  }
});
