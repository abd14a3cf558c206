/** Announced work on websites. */
import type { Shape } from '../../api/client';
import { toLocal } from '../../locale/clock';

type Window = Pick<Shape<'MaintenanceWindow'>, 'monitor' | 'group' | 'starts_at' | 'ends_at'>;

/** The three zones of Indonesia, from west to east. */
export const ZONES = ['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura'] as const;

/** Of which websites it is. */
export type Extent = 'one' | 'group' | 'all';
export const extentOf = ({ monitor, group }: Window): Extent => (monitor ? 'one' : group ? 'group' : 'all');

export type Phase = 'coming' | 'running' | 'over';

export function phaseOf({ starts_at, ends_at }: Window, now: number): Phase {
  if (Date.parse(ends_at) <= now) return 'over';
  return Date.parse(starts_at) <= now ? 'running' : 'coming';
}

const STEP_MS = 5 * 60_000;
const USUAL_MS = 2 * 3_600_000;

/** What a form offers: from the next five minutes on, for two hours, on the clock of a zone. */
export function offered(zone: string, now: number): { starts: string; ends: string } {
  const begins = Math.ceil(now / STEP_MS) * STEP_MS;
  const local = (at: number) => toLocal(new Date(at).toISOString(), zone);
  return { starts: local(begins), ends: local(begins + USUAL_MS) };
}
