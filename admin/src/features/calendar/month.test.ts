import { expect, test } from 'vitest';
import { moved, readMonth } from './asked';
import { asCalendar, byDay, onDay, weeks, type Item } from './month';

const item = (id: string, at: string, more: Partial<Item> = {}): Item => ({ id, at, title: id, type: 'berita', kind: 'published', version: 1, ...more });

test('a month is whole weeks that begin on Monday', () => {
  const november = weeks('2026-11');
  expect(november).toHaveLength(6);
  expect(november[0]![0]).toEqual({ date: '2026-10-26', number: 26, inMonth: false });
  expect(november[0]![6]).toEqual({ date: '2026-11-01', number: 1, inMonth: true });
  expect(november.at(-1)!.at(-1)!.date).toBe('2026-12-06');
  expect(weeks('2027-02')).toHaveLength(4);
});

test('months go over the year, and an address that names none is now', () => {
  expect(moved('2026-12', 1)).toBe('2027-01');
  expect(moved('2026-01', -1)).toBe('2025-12');
  expect(readMonth('2026-13', '2026-11')).toBe('2026-11');
  expect(readMonth('2025-02', '2026-11')).toBe('2025-02');
});

test('items stand on the day of the clock of the site', () => {
  const days = byDay([item('b', '2026-11-21T20:00:00Z'), item('a', '2026-11-21T17:00:00Z'), item('c', '2026-11-22T17:00:00Z')], 'Asia/Makassar');
  expect(days.get('2026-11-22')!.map((one) => one.id)).toEqual(['a', 'b']);
  expect(days.get('2026-11-23')!.map((one) => one.id)).toEqual(['c']);
});

test('another day keeps the time of day', () => {
  expect(onDay('2026-12-01', '2026-11-22T23:30:00Z', 'Asia/Makassar')).toBe('2026-12-01T07:30');
});

test('the export is iCalendar, escaped and folded', () => {
  const text = asCalendar(
    [item('x', '2026-11-22T01:30:00Z', { title: 'Rapat; kerja, ' + 'panjang '.repeat(20).trim(), kind: 'scheduled' })],
    { name: 'Portal', kind: () => 'Dijadwalkan', host: 'lamin' },
    new Date('2026-11-01T00:00:00Z'),
  );
  expect(text).toContain('DTSTART:20261122T013000Z\r\n');
  expect(text).toContain('Rapat\\; kerja\\,');
  expect(text.split('\r\n').every((line) => new TextEncoder().encode(line).length <= 75)).toBe(true);
  expect(text.replaceAll('\r\n ', '')).toContain('panjang panjang');
});
