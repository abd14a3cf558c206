/** A month as weeks of days, Monday first, and what stands on each day by the clock of the site. */
import { dayIn, toLocal } from '../../locale/clock';
import { first, iso, moved } from './asked';

export type Item = { id: string; title: string; type: string; at: string; kind: 'published' | 'scheduled' | 'due'; version: number };
/** Where an item goes when it is put on another day: the same time of day there. */
export const onDay = (day: string, at: string, zone: string): string => `${day}T${toLocal(at, zone).slice(11)}`;

export type Day = { date: string; number: number; inMonth: boolean };

/** Whole weeks, so that the grid has no holes. */
export function weeks(month: string): Day[][] {
  const day = first(month);
  day.setUTCDate(1 - ((day.getUTCDay() + 6) % 7));
  const after = first(moved(month, 1));
  const made: Day[][] = [];
  while (day < after) {
    const week: Day[] = [];
    for (let n = 0; n < 7; n++) {
      week.push({ date: iso(day), number: day.getUTCDate(), inMonth: iso(day).startsWith(month) });
      day.setUTCDate(day.getUTCDate() + 1);
    }
    made.push(week);
  }
  return made;
}

/** Items by day, each day in the order of the clock. */
export function byDay(items: Item[], zone: string): Map<string, Item[]> {
  const days = new Map<string, Item[]>();
  for (const item of [...items].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    const day = dayIn(zone, item.at);
    days.set(day, [...(days.get(day) ?? []), item]);
  }
  return days;
}

/** The month as iCalendar (RFC 5545): each publication as a moment, with lines of at most 75 octets. */
export function asCalendar(items: Item[], words: { name: string; kind: (kind: Item['kind']) => string; host: string }, now: Date): string {
  const stamp = (at: string | Date) => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
  const events = items.flatMap((item) => [
    'BEGIN:VEVENT',
    `UID:${item.id}-${item.kind}@${words.host}`,
    `DTSTAMP:${stamp(now)}`,
    `DTSTART:${stamp(item.at)}`,
    `SUMMARY:${plain(`${words.kind(item.kind)}: ${item.title}`)}`,
    'END:VEVENT',
  ]);
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Lamin//Lamin//ID', `X-WR-CALNAME:${plain(words.name)}`, ...events, 'END:VCALENDAR'];
  return lines.map(fold).join('\r\n') + '\r\n';
}

const plain = (text: string) => text.replace(/[\\;,]/g, '\\$&').replace(/\s*\n\s*/g, '\\n');

function fold(line: string): string {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  const parts: string[] = [];
  let part = '';
  for (const letter of line) {
    if (bytes(part + letter) > (parts.length ? 74 : 75)) {
      parts.push(part);
      part = '';
    }
    part += letter;
  }
  return [...parts, part].join('\r\n ');
}
