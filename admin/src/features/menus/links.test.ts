import { expect, test } from 'vitest';
import { inLine, isBelow, itemsOf, linksOf, same, way } from './links';

const fields = { items: [{ label: 'Profil', url: '/profil/', icon: 'x' }, { label: 'Berita', label_en: 'News', url: '/berita/', below: true }] };

test('what a menu holds comes back as it was, also what this screen does not know', () => {
  const links = linksOf(fields);
  expect(itemsOf(links)).toEqual(fields.items);
  expect(linksOf({})).toEqual([]);
  expect(inLine(links)).toBe('Profil · › Berita');
});

test('an emptied text is left out, and a change is seen', () => {
  const links = linksOf(fields);
  const other = links.with(1, { ...links[1]!, label_en: ' ' });
  expect(itemsOf(other)[1]).toEqual({ label: 'Berita', url: '/berita/', below: true });
  expect(same(links, other)).toBe(false);
  expect(same(links, linksOf(fields))).toBe(true);
});

test('the first link stands below none, whatever it says', () => {
  const [profil, berita] = linksOf(fields);
  expect([isBelow([profil!, berita!], 1), isBelow([berita!, profil!], 0)]).toEqual([true, false]);
});

test('the procedure says who may change a menu in which step', () => {
  const [author, editor] = [new Set(['author']), new Set(['editor'])];
  expect(['draft', 'handed_over', 'editing', 'filtering', 'approved', 'published', 'withdrawn'].map((step) => way(step, author))).toEqual([
    'write', 'claim', 'none', 'none', 'none', 'revise', 'revise',
  ]);
  expect(['draft', 'handed_over', 'editing', 'filtering', 'approved', 'published', 'withdrawn'].map((step) => way(step, editor))).toEqual([
    'write', 'claim', 'write', 'voids', 'voids', 'revise', 'revise',
  ]);
  expect(way('draft', new Set(['admin']))).toBe('none');
});
