/** What a content list asks the server for. */
export const STEPS = ['draft', 'handed_over', 'editing', 'filtering', 'approved', 'published', 'withdrawn'] as const;

/** What is live and is to be looked at again: by today, or within so many days. */
export const DUE: Record<string, number> = { now: 0, month: 30 };

export type Filters = { type: string; step: string; q: string; due: string; category: string; tag: string; trash: string };

/** What the address asks for. */
export const named = (query: (name: string) => string): Filters => ({
  type: query('type'),
  step: query('step'),
  q: query('q'),
  due: query('due'),
  category: query('category'),
  tag: query('tag'),
  trash: query('trash') === 'true' ? 'true' : '',
});

/** `fields`: those that stand as columns. */
export function asked({ type, step, q, due, category, tag, trash }: Filters, fields: string[], cursor?: string, now = new Date()): Record<string, string | number | boolean> {
  const days = DUE[due];
  return {
    limit: 50,
    sort: days === undefined ? '-updated_at' : 'review_at',
    ...(type && { 'filter[type][eq]': type }),
    ...(step && { 'filter[step][eq]': step }),
    ...(days !== undefined && { 'filter[review_at][lt]': dayAfter(now, days + 1) }),
    ...(category && { 'filter[category][eq]': category }),
    ...(tag && { 'filter[tag][eq]': tag }),
    // The last that went there comes first.
    ...(trash && { trashed: true }),
    ...(q && { q }),
    ...(fields.length && { fields: fields.join(',') }),
    ...(cursor && { cursor }),
  };
}

export const dayAfter = (now: Date, days: number): string => new Date(now.getTime() + days * 86_400_000).toISOString().slice(0, 10);

/** Whether it is time to look at it again, or soon. */
export function due(review_at: string | null | undefined, now = Date.now()): 'now' | 'month' | undefined {
  if (!review_at) return undefined;
  const days = (Date.parse(review_at) - now) / 86_400_000;
  return days <= 0 ? 'now' : days <= DUE.month! ? 'month' : undefined;
}
