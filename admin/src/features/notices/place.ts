/** Where a notice leads. */
import type { Shape } from '../../api/client';

type Notice = Pick<Shape<'Notice'>, 'kind' | 'waits' | 'about' | 'site' | 'incident'>;

/** An address below `/admin`; none where there is nothing to open. */
export function placeOf({ kind, waits, about, site, incident }: Notice): string | undefined {
  if (about.kind === 'entry') return waits && kind === 'waiting' ? `/entries/${about.id}/review` : `/entries/${about.id}`;
  if (incident) return `/incidents/${incident}`;
  if (about.kind === 'case') return `/cases/${about.id}`;
  if (about.kind === 'incident') return '/monitoring';
  if (!site) return undefined;
  return `/publish/${site}?show=${kind === 'verification_failed' ? 'verify' : 'targets'}`;
}
