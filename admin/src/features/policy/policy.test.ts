import { expect, test } from 'vitest';
import type { Shape } from '../../api/client';
import { changes, choices, chosenOf, grouped, usualOf, wanted } from './policy';

type Item = Shape<'SiteCheck'>;
const item = (check: Item['check'], severity: Item['severity'], usual: Item['usual']): Item => ({ check, severity, usual, can_block: check !== 'external_link_broken', title: { id: check, en: check } });
const ITEMS = [item('near_tag', 'off', 'warn'), item('missing_alt', 'block', 'block'), item('nik', 'block', 'block'), item('link_text', 'warn', 'warn')];

test('checks stand with their kind, and none is lost', () => {
  expect(grouped(ITEMS).map(({ key, items }) => [key, items.map((one) => one.check)])).toEqual([
    ['data', ['nik']], ['access', ['missing_alt', 'link_text']], ['whole', ['near_tag']],
  ]);
  const fresh = item('new_one' as Item['check'], 'warn', 'warn');
  expect(grouped([...ITEMS, fresh]).flatMap((one) => one.items)).toHaveLength(5);
});

test('the server is told what is other than usual, also when it was so before', () => {
  const chosen = { ...chosenOf(ITEMS), link_text: 'block' as const };
  expect(wanted(ITEMS, chosen)).toEqual({ near_tag: 'off', link_text: 'block' });
  expect(wanted(ITEMS, usualOf(ITEMS))).toEqual({});
});

test('what would change is told before it does', () => {
  expect(changes(ITEMS, chosenOf(ITEMS))).toEqual([]);
  expect(changes(ITEMS, usualOf(ITEMS)).map(({ item, to }) => [item.check, item.severity, to])).toEqual([['near_tag', 'off', 'warn']]);
});

test('what a foreign host says cannot be made to hold content back', () => {
  expect(choices(item('external_link_broken', 'warn', 'warn'))).toEqual(['warn', 'off']);
  expect(choices(ITEMS[0]!)).toEqual(['block', 'warn', 'off']);
});
