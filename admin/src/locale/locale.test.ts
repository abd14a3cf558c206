import { expect, test } from 'vitest';
import { en as common } from './en';
import { id as umum } from './id';
import { rare } from './rare/en';
import { rare as jarang } from './rare/id';
import { fill } from './locale.svelte';

const en = { ...common, ...rare };
const id = { ...umum, ...jarang };

test('values and numbers are filled in', () => {
  expect(fill('{count} {count|item|items} of {name}', { count: 1, name: 'Budi' })).toBe('1 item of Budi');
  expect(fill('{count} {count|item|items}', { count: 3 })).toBe('3 items');
});

test('both languages use the same values', () => {
  const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)/g)].map((found) => found[1]))].sort();
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    expect(names(id[key]), key).toEqual(names(en[key]));
  }
});

test('no Indonesian text is the English one, but for words that both share', () => {
  const shared = new Set(['frame.menu', 'content.tag', 'oncall.way.telegram', 'oncall.way.webhook', 'role.operator', 'role.auditor', 'role.admin']);
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    if (!shared.has(key)) expect(id[key], key).not.toBe(en[key]);
  }
});
