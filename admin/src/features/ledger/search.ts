/** What the ledger is asked for, as it stands in the address and as the server takes it. */

/** The features whose events the ledger holds, as actions begin. */
export const FEATURES = [
  'editorial', 'procedure', 'publish', 'theme', 'deploy', 'verify', 'content', 'media', 'preview', 'import', 'sites', 'identity', 'calendar',
] as const;

/** Days are of the reader's own calendar, the last one included. */
export type Asked = { subject: string; actor: string; action: string; site: string; from: string; until: string };

/** What the address asks for. */
export const named = (query: (name: string) => string): Asked => ({
  subject: query('subject'), actor: query('actor'), action: query('action'), site: query('site'), from: query('from'), until: query('until'),
});

/** How many events are asked for at a time. */
export const PAGE = 25;

/** When a day begins, some days later; none for what is no day. */
export function begins(day: string, later = 0): string | undefined {
  const [year, month, date] = day.split('-').map(Number);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const at = new Date(year!, month! - 1, date! + later);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** The parameters of the request; what is empty is not asked. */
export function parameters(asked: Asked) {
  const { subject, actor, action, site } = asked;
  const all = { subject, actor, action, site, from: begins(asked.from), until: begins(asked.until, 1) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value)) as Partial<typeof all>;
}
