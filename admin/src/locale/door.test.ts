import { expect, test } from 'vitest';
import { door } from './door/en';

/** What is shown before anybody has signed in; see `App.svelte`. */
const sources = import.meta.glob(
  ['../App.svelte', '../Notices.svelte', '../notices.svelte.ts', '../features/account/{SignIn,SetUp,Link}.svelte', '../ui/{Button,Field,Message}.svelte', '../ui/fields.ts'],
  { query: '?raw', import: 'default', eager: true },
) as Record<string, string>;

test('the door has every word that it says', () => {
  expect(Object.keys(sources).length).toBe(10);
  for (const [file, text] of Object.entries(sources)) {
    for (const [, key] of text.matchAll(/\bt\('([a-z_.]+)'/g)) expect(key! in door, `${file}: ${key}`).toBe(true);
  }
});
