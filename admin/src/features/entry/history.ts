/** What happened to an entry, as sentences. Pure. */
import type { Shape } from '../../api/client';
import type { Key } from '../../locale/en';

export type Happened = Shape<'Happened'>;
export type Told = { at: string; key: Key; values: Record<string, string | number>; words?: string; late?: boolean };

/** The newest first. Comments are shown where one answers them. */
export function happened(history: Happened[]): Told[] {
  const told = history.flatMap(tell);
  return told.sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
}

function tell(event: Happened): Told[] {
  switch (event.kind) {
    case 'moved': {
      const values = { name: event.actor?.name ?? 'Lamin', from: event.from, to: event.to, command: event.command };
      const key = (COMMANDS.has(event.command) ? `happened.${event.command}` : 'happened.moved') as Key;
      return [{ at: event.at, key, values, words: event.comment || undefined, late: event.late_minutes > 0 }];
    }
    case 'revision':
      return [{ at: event.at, key: 'happened.revision', values: { name: event.author?.name ?? 'Lamin', number: event.number } }];
    case 'approval': {
      const values = { name: event.approver.name, number: event.revision };
      const given: Told = { at: event.at, key: 'happened.approval', values };
      return event.voided_at ? [given, { at: event.voided_at, key: 'happened.voided', values }] : [given];
    }
    case 'confirmation': {
      const values = { name: event.by.name, count: event.findings };
      return [{ at: event.at, key: 'happened.confirmation', values, words: event.reason }];
    }
    default:
      return [];
  }
}

/** Why an entry came back, while that is the last thing that was done with it. */
export function returned(history: Happened[]): { name: string; at: string; words: string } | undefined {
  const moves = history.flatMap((event) => (event.kind === 'moved' ? [event] : []));
  const last = moves.reduce<(typeof moves)[number] | undefined>((newest, one) => (newest && newest.number > one.number ? newest : one), undefined);
  if (!last?.comment || !BACKWARD.has(last.command)) return undefined;
  return { name: last.actor?.name ?? 'Lamin', at: last.at, words: last.comment };
}

/** Commands that give an entry back to be written again. */
export const BACKWARD = new Set(['return', 'reject', 'decline']);

const COMMANDS = new Set(['submit', 'claim', 'return', 'forward', 'approve', 'reject', 'decline', 'publish', 'unschedule', 'revise', 'withdraw']);
