import { expect, test } from 'vitest';
import { returned, type Happened } from './history';

const moved = (number: number, command: string, comment = ''): Happened =>
  ({ kind: 'moved', number, command, comment, at: `2026-11-21T0${number}:00:00Z`, from: 'a', to: 'b', actor: { id: '1', name: 'Ibu Rina' }, fields: {}, late_minutes: 0 }) as Happened;

test('why an entry came back is told as long as nothing was done with it since', () => {
  const history = [moved(3, 'reject', 'Belum lengkap'), moved(1, 'submit'), moved(2, 'forward')];
  expect(returned(history)).toEqual({ name: 'Ibu Rina', at: '2026-11-21T03:00:00Z', words: 'Belum lengkap' });
  expect(returned([...history, moved(4, 'forward')])).toBeUndefined();
  expect(returned([])).toBeUndefined();
});

test('a comment on the way forward is no reason to write again', () => {
  expect(returned([moved(1, 'submit', 'Mohon diperiksa')])).toBeUndefined();
});
