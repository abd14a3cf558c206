/** What a content list asks the server for. */
export const STEPS = ['draft', 'handed_over', 'editing', 'filtering', 'approved', 'published', 'withdrawn'] as const;

export type Filters = { type: string; step: string; q: string };

/** What the address asks for. */
export const named = (query: (name: string) => string): Filters => ({ type: query('type'), step: query('step'), q: query('q') });

/** `fields`: those that stand as columns. */
export function asked({ type, step, q }: Filters, fields: string[], cursor?: string): Record<string, string | number> {
  return {
    limit: 50,
    sort: '-updated_at',
    ...(type && { 'filter[type][eq]': type }),
    ...(step && { 'filter[step][eq]': step }),
    ...(q && { q }),
    ...(fields.length && { fields: fields.join(',') }),
    ...(cursor && { cursor }),
  };
}
