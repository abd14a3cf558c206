import { expect, test } from 'vitest';
import { readDefinition, stepOf } from './definition';

test('a definition is read with its flows, steps and moves', () => {
  const read = readDefinition({
    title: { id: 'Pemantauan', en: 'Monitoring' },
    document: { issuer: 'Diskominfo', records: ['Arsip'] },
    hours: { kind: 'weekly', days: [{ day: 'monday', from: '08:00', to: '16:00' }] },
    flows: [
      {
        key: 'monitoring',
        subject: 'entry',
        start: 'order',
        steps: [{ key: 'order', title: { id: 'Penugasan', en: 'Order' }, time: { kind: 'span', amount: 10, unit: 'minutes', words: '10 menit' }, end: true }],
        transitions: [{ command: 'hand', title: { id: 'Beri', en: 'Hand' }, from: ['order'], to: 'same', roles: ['head'] }],
      },
    ],
  });
  expect(read.document).toEqual({ issuer: 'Diskominfo', records: ['Arsip'] });
  expect(read.hours.days).toEqual([{ day: 'monday', from: '08:00', to: '16:00' }]);
  const flow = read.flows[0]!;
  expect(flow.ofEntries).toBe(true);
  expect(stepOf(flow, 'order')).toMatchObject({ time: '10 menit', end: true, actor: '' });
  expect(stepOf(flow, 'nothing')).toBeUndefined();
  expect(flow.moves[0]).toMatchObject({ command: 'hand', to: 'same', roles: ['head'] });
});

test('what is absent or of another kind is empty and breaks nothing', () => {
  expect(readDefinition(null)).toMatchObject({ title: { id: '', en: '' }, document: {}, flows: [] });
  expect(readDefinition({ flows: [{ steps: 'none', transitions: [3] }] }).flows[0]).toMatchObject({ steps: [], moves: [{ from: [] }] });
});
