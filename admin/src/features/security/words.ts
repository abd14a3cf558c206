/** What stands of an incident, in words. */
import type { Shape } from '../../api/client';
import { number, span } from '../../locale/format';
import { t } from '../../locale/locale.svelte';

export type Severity = Shape<'IncidentSeverity'>;
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const satisfies Severity[];
export const TONES = { critical: 'bad', high: 'bad', medium: 'warn', low: 'plain' } as const satisfies Record<Severity, string>;

/** Minutes as people say them; a dash where nothing was measured. */
export const took = (minutes: number | null | undefined): string => (minutes == null ? '–' : minutes < 1 ? t('incidents.under.minute') : span(minutes));

export const counted = (count: number): string => number(count);

/** The parts of the official report, in the order in which they are read; the long ones are written in several lines. */
export const FIELDS = [
  { key: 'contact_name', long: false },
  { key: 'contact_position', long: false },
  { key: 'contact_phone', long: false },
  { key: 'contact_email', long: false },
  { key: 'incident_kind', long: false },
  { key: 'systems', long: false },
  { key: 'description', long: true },
  { key: 'chronology', long: true },
  { key: 'impact', long: true },
  { key: 'actions', long: true },
  { key: 'cause', long: true },
  { key: 'indicators', long: true },
  { key: 'prevention', long: true },
  { key: 'assistance', long: true },
] as const satisfies { key: keyof Shape<'IncidentReportFields'>; long: boolean }[];

/** `2026-11-23T18:00` on the reader's own clock, as the server's time. */
export const instant = (local: string): string | undefined => (local ? new Date(local).toISOString() : undefined);
