import { expect, test } from 'vitest';
import { byKind } from './baseline';

const question = (kind: 'title' | 'outbound' | 'sitemap', name: string) => ({ kind, name, now: name, before: '', digest: name });

test('questions stand by their kind, what an intruder changes first before the rest', () => {
  const found = byKind([question('sitemap', ''), question('outbound', 'a'), question('title', '/'), question('outbound', 'b')]);
  expect(found.map(([kind, of]) => [kind, of.map((one) => one.name)])).toEqual([
    ['title', ['/']],
    ['outbound', ['a', 'b']],
    ['sitemap', ['']],
  ]);
  expect(byKind([])).toEqual([]);
});
