/** A job as it is told while it works. */
import type { Shape } from '../../api/client';

export type Progress = Shape<'JobEvent'>;

/** From 0 to 1; nothing while nobody can say. */
export const part = ({ state, done, total }: Progress): number | undefined =>
  state === 'done' ? 1 : total ? Math.min(1, done / total) : undefined;

export const over = (state: string) => state === 'done' || state === 'failed';

const KINDS = ['seal', 'changed', 'missing', 'added', 'headers', 'certificate', 'outdated', 'unreachable'] as const;
export type FindingKind = (typeof KINDS)[number];
export const findingKind = (kind: string): FindingKind | undefined => KINDS.find((one) => one === kind);

/** Why something is wrong, where the server says it in one sentence. */
export function why(detail: unknown): string {
  const { why = '' } = (detail ?? {}) as { why?: unknown };
  return typeof why === 'string' ? why : '';
}

/** What a check of the site found, as its job tells it; nothing when the job tells something else. */
export type Report = { intact: boolean; url: string; checked: number; files: number; problems: number; ended_by?: string };

export function report(result: unknown): Report | undefined {
  const found = result as { intact?: unknown; url?: unknown; coverage?: { checked?: number; files?: number }; problems?: unknown[]; problems_left_out?: number; ended_by?: string } | null;
  if (typeof found?.intact !== 'boolean') return undefined;
  return {
    intact: found.intact,
    url: typeof found.url === 'string' ? found.url : '',
    checked: found.coverage?.checked ?? 0,
    files: found.coverage?.files ?? 0,
    problems: (found.problems?.length ?? 0) + (found.problems_left_out ?? 0),
    ended_by: found.ended_by,
  };
}

/** What a build came to: the number of its release, and whether nothing had to be done. */
export function built(result: unknown): { release: number; pages: number; skipped: boolean } | undefined {
  const found = result as { release?: unknown; rendered?: number; skipped?: boolean } | null;
  if (typeof found?.release !== 'number') return undefined;
  return { release: found.release, pages: found.rendered ?? 0, skipped: !!found.skipped };
}

/** The first letters of a digest, enough to compare by eye. */
export const short = (digest: string) => digest.slice(0, 12);
