/** When an appointment holds. People name days; the server keeps instants, and an end that is itself no longer in force. */
import type { Shape } from '../../api/client';
import { dayIn, fromLocal } from '../../locale/clock';

export type Term = Pick<Shape<'AppointmentView'>, 'from' | 'until'>;

const DAY_MS = 86_400_000;

/** The instant at which a day begins in a zone; null for no day. */
export function startOf(zone: string, day: string, daysLater = 0): string | null {
  const midnight = Date.parse(`${day}T00:00:00Z`) + daysLater * DAY_MS;
  if (!day || Number.isNaN(midnight)) return null;
  return new Date(fromLocal(new Date(midnight).toISOString(), zone)).toISOString();
}

/** The last day on which it holds, and the end that such a last day means. */
export const lastDay = (zone: string, until: string) => dayIn(zone, new Date(Date.parse(until) - 1).toISOString());
export const endAfter = (zone: string, day: string) => startOf(zone, day, 1);

export type Standing = 'now' | 'ahead' | 'past';

export function standing({ from, until }: Term, now = Date.now()): Standing {
  if (until && Date.parse(until) <= now) return 'past';
  return from && Date.parse(from) > now ? 'ahead' : 'now';
}

/** Ended at an instant; null when it would end before it began, and so has to go. */
export function ended<One extends Term>(one: One, at: string): One | null {
  if (one.from && Date.parse(one.from) >= Date.parse(at)) return null;
  return { ...one, until: at };
}
