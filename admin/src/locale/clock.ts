/** Clocks of a place: people read and write them, the server keeps moments. */

/** The day, `2026-11-22`, on which a moment falls in a zone, as date inputs write it. */
export const dayIn = (zone: string, at: string | Date): string => toLocal(new Date(at).toISOString(), zone).slice(0, 10);

/** Minutes that a zone is ahead of UTC at a moment. */
function offset(zone: string, at: Date): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const there = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return Math.round((there - Math.floor(at.getTime() / 1000) * 1000) / 60_000);
}

/** What a `datetime-local` input shows of a moment, in the zone of the site: `2026-11-21T14:05`. */
export function toLocal(moment: string | null | undefined, zone: string): string {
  const at = new Date(moment ?? '');
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() + offset(zone, at) * 60_000).toISOString().slice(0, 16);
}

/** The moment that such an input means there, with its offset. */
export function fromLocal(local: string, zone: string): string {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(local)) return '';
  const asUtc = new Date(`${local.slice(0, 16)}:00Z`);
  // The offset of the moment itself, which a change of the clocks may have between the two guesses.
  const first = offset(zone, asUtc);
  const minutes = offset(zone, new Date(asUtc.getTime() - first * 60_000));
  const two = (value: number) => String(value).padStart(2, '0');
  const ahead = Math.abs(minutes);
  return `${local.slice(0, 16)}:00${minutes < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}
