import { expect, test } from 'vitest';
import type { Shape } from '../../api/client';
import { changed, draftOf, hostsOf, keyOf, wanted } from './draft';

const site: Shape<'Site'> = {
  id: '0', key: 'portal', name: 'Portal', hosts: ['a.go.id'], zone: 'Asia/Makassar', locales: ['id', 'en'], default_locale: 'id', live_sequence: 1, version: 3, created_at: '', updated_at: '',
};

test('hosts come one a line, without what else an address has', () => {
  expect(hostsOf(' www.kota.go.id\nhttps://kota.go.id/berita, x.go.id ')).toEqual(['www.kota.go.id', 'kota.go.id', 'x.go.id']);
  expect(hostsOf('')).toEqual([]);
});

test('only what differs is sent', () => {
  const draft = draftOf(site);
  expect(changed(draft, site)).toEqual({});
  expect(changed({ ...draft, name: ' Portal kota ', hosts: '' }, site)).toEqual({ name: 'Portal kota', hosts: [] });
  expect(wanted(draft).hosts).toEqual(['a.go.id']);
});

test('a name gives a key', () => {
  expect(keyOf('Dinas Kesehatan & Gizi')).toBe('dinas-kesehatan-gizi');
  expect(keyOf('  Désa—Baru ')).toBe('desa-baru');
  expect(keyOf('x'.repeat(80))).toHaveLength(40);
});
