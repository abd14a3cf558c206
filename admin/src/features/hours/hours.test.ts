import { expect, test } from 'vitest';
import { breaks, lacking, merged, place, read, row, spans, week, years } from './hours';

test('a list is read line by line, and each wrong line is told with its number', () => {
  const { days, wrong } = read(
    ['# 2027', '2027-01-01 Tahun Baru | New Year', '', '2027-03-10\tCuti bersama Nyepi', '2027-02-30 Bukan tanggal', '2027-05-01', 'Hari Buruh', '2027-01-01 Lagi'].join('\r\n'),
  );
  expect(days).toEqual([
    { date: '2027-01-01', name: 'Tahun Baru', name_en: 'New Year', kind: 'libur' },
    { date: '2027-03-10', name: 'Cuti bersama Nyepi', name_en: '', kind: 'cuti bersama' },
  ]);
  expect(wrong.map(({ line, why }) => `${line} ${why}`)).toEqual(['5 date', '6 name', '7 date', '8 twice']);
});

test('a week keeps its spans and knows its breaks', () => {
  const all = [
    { day: 'monday' as const, from: '08:00', to: '12:00' },
    { day: 'monday' as const, from: '13:00', to: '16:00' },
    { day: 'friday' as const, from: '08:00', to: '11:30' },
  ];
  const made = week(all);
  expect(spans(made)).toEqual(all);
  expect(breaks(made.monday)).toEqual([{ from: '12:00', to: '13:00' }]);
  expect([place(made, 'monday'), place(made, 'tuesday'), place(made, 'saturday')]).toEqual([0, 2, 3]);
});

test('what is read takes the place of what stood on the same day', () => {
  const day = (date: string, name: string) => ({ date, name, name_en: '', kind: 'libur' as const });
  const rows = [row(day('2026-12-25', 'Natal')), row(day('2027-01-01', 'Lama'))];
  const all = merged(rows, [day('2027-01-01', 'Baru'), day('2026-01-01', 'Awal')]);
  expect(all.map(({ name }) => name)).toEqual(['Awal', 'Natal', 'Baru']);
  expect(years(all).map(({ year, rows }) => [year, rows.map(({ at }) => at)])).toEqual([['2027', [2]], ['2026', [0, 1]]]);
  expect(lacking(all, [day('2025-08-17', 'x'), day('2026-08-17', 'y'), day('2026-12-25', 'z')], '2026').map(({ name }) => name)).toEqual(['y']);
});
