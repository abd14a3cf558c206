/** What the list of cases asks the server for, by what stands in the address. */
export type Filters = { procedure: string; step: string; late: string };

/** What the address asks for. */
export const named = (query: (name: string) => string): Filters => ({ procedure: query('procedure'), step: query('step'), late: query('late') });

export const asked = ({ procedure, step, late }: Filters, cursor?: string) => ({
  limit: 50,
  cursor,
  procedure: procedure || undefined,
  step: step || undefined,
  late: late ? late === 'true' : undefined,
});
