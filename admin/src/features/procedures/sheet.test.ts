import { expect, test } from 'vitest';
import { body, head, stretches } from './sheet';

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
