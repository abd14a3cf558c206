import { expect, test } from 'vitest';
import { body, head, running, stretches } from './sheet';

test('the document shows the parts that it has, in the order of print', () => {
  const document = { warning: 'Jika terlambat …', legal_basis: ['UU 14/2008', ''], number: '25/SOP', approved: '', records: [] };
  expect(head(document).map((part) => part.label)).toEqual(['procedures.part.number']);
  expect(body(document)).toEqual([
    { label: 'procedures.part.legal_basis', lines: ['UU 14/2008'] },
    { label: 'procedures.part.warning', lines: ['Jika terlambat …'] },
  ]);
});

test('days side by side with the same hours are told together', () => {
  const on = (day: string, to = '16:00') => ({ day, from: '08:00', to });
  expect(stretches([on('monday'), on('tuesday'), on('thursday'), on('friday', '11:30')])).toEqual([
    { first: 'monday', last: 'tuesday', from: '08:00', to: '16:00' },
    { first: 'thursday', last: 'thursday', from: '08:00', to: '16:00' },
    { first: 'friday', last: 'friday', from: '08:00', to: '11:30' },
  ]);
});

test('running cases stand once, the latest first, and ended ones not at all', () => {
  const one = (id: string, more = {}) => ({ id, late_minutes: 0, opened_at: '2026-11-01T00:00:00Z', ...more });
  const late = [one('a', { late_minutes: 5 }), one('b', { late_minutes: 90 })];
  const newest = [one('c'), one('d', { due_at: '2026-12-01T00:00:00Z' }), one('a', { late_minutes: 5 }), one('e', { ended_at: '2026-11-02T00:00:00Z' })];
  expect(running(late, newest).map((found) => found.id)).toEqual(['b', 'a', 'd', 'c']);
});
