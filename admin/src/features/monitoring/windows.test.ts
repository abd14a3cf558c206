import { expect, test } from 'vitest';
import { extentOf, offered, phaseOf } from './windows';

const SPAN = { starts_at: '2026-11-23T10:00:00Z', ends_at: '2026-11-23T12:00:00Z' };

test('a window is of one website, of a group or of all', () => {
  expect([extentOf({ ...SPAN, monitor: 'm1' }), extentOf({ ...SPAN, group: 'x' }), extentOf(SPAN)]).toEqual(['one', 'group', 'all']);
});

test('a window comes, runs from its first instant, and is over at its last', () => {
  const at = (time: string) => phaseOf(SPAN, Date.parse(`2026-11-23T${time}Z`));
  expect([at('09:59:59'), at('10:00:00'), at('11:59:59'), at('12:00:00')]).toEqual(['coming', 'running', 'running', 'over']);
});

test('a form offers two hours from now, on the clock of its zone', () => {
  const now = Date.parse('2026-11-23T10:01:00Z');
  expect(offered('Asia/Makassar', now)).toEqual({ starts: '2026-11-23T18:05', ends: '2026-11-23T20:05' });
  expect(offered('Asia/Jayapura', now).starts).toBe('2026-11-23T19:05');
});
