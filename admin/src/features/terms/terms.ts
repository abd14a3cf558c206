/** What is chosen of the terms of a site, and what a renaming would do. Pure. */
import type { Shape } from '../../api/client';

export type Kind = 'tag' | 'category';

export const kindOf = (show: string): Kind => (show === 'category' ? 'category' : 'tag');
export const asked = (kind: Kind, q: string, cursor?: string) => ({ kind, q: q.trim() || undefined, limit: 50, cursor });

/** Those that stayed as they are, by why. */
export function byWhy(left: readonly Shape<'TermLeft'>[]): { why: Shape<'TermLeftWhy'>; entries: Shape<'TermLeft'>[] }[] {
  const all = [...new Set(left.map((one) => one.why))];
  return all.map((why) => ({ why, entries: left.filter((one) => one.why === why) }));
}
