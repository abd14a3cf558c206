/** Service hours and holidays as they are edited, without the screen. */
import type { Shape } from '../../api/client';

export const WEEK = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Day = (typeof WEEK)[number];
export type Span = { from: string; to: string };
export type Week = Record<Day, Span[]>;
export type DayOff = Shape<'DayOff'>;
/** A day off on its way; `group` is the year under which it stands until it is saved. */
export type Row = DayOff & { id: number; group: string };

type ServiceSpan = Shape<'ServiceSpan'>;

export const week = (spans: readonly ServiceSpan[]): Week =>
  Object.fromEntries(WEEK.map((day) => [day, spans.filter((span) => span.day === day).map(({ from, to }) => ({ from, to }))])) as Week;

export const spans = (of: Week): ServiceSpan[] => WEEK.flatMap((day) => of[day].map((span) => ({ day, ...span })));

/** Where in the list that is sent the first span of a day stands: refusals name places in that list. */
export const place = (of: Week, day: Day): number => WEEK.slice(0, WEEK.indexOf(day)).reduce((sum, before) => sum + of[before].length, 0);

/** What lies between two spans of one day. */
export function breaks(day: readonly Span[]): Span[] {
  const sorted = [...day].sort((a, b) => a.from.localeCompare(b.from));
  return sorted.slice(1).flatMap((span, at) => (sorted[at]!.to && sorted[at]!.to < span.from ? [{ from: sorted[at]!.to, to: span.from }] : []));
}

let last = 0;
export const row = (day: DayOff, group = day.date.slice(0, 4)): Row => ({ ...day, id: ++last, group });
export const blank = (): Row => row({ date: '', name: '', name_en: '', kind: 'libur' }, '');

/** The rows by year, those without one first, then the newest year. Each knows its place in the list that is sent. */
export function years(rows: readonly Row[]): { year: string; rows: { row: Row; at: number }[] }[] {
  const found = new Map<string, { row: Row; at: number }[]>();
  rows.forEach((one, at) => found.set(one.group, [...(found.get(one.group) ?? []), { row: one, at }]));
  return [...found].map(([year, rows]) => ({ year, rows })).sort((a, b) => (a.year === '' ? -1 : b.year === '' ? 1 : b.year.localeCompare(a.year)));
}

export type Wrong = { line: number; text: string; why: 'date' | 'name' | 'twice' };
const LINE = /^(\d{4}-\d{2}-\d{2})[\s,;]*(.*)$/;

function isDate(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/**
 * A list with one day off a line: `2027-08-17 Proklamasi Kemerdekaan`, after `|` its name in English. What begins with
 * "Cuti bersama" is joint leave. Empty lines and those that begin with # are left out; each wrong one is told.
 */
export function read(text: string): { days: DayOff[]; wrong: Wrong[] } {
  const days: DayOff[] = [];
  const wrong: Wrong[] = [];
  const seen = new Set<string>();
  text.split(/\r?\n/).forEach((whole, at) => {
    const line = whole.replace(/^\uFEFF/, '').trim();
    if (!line || line.startsWith('#')) return;
    const refuse = (why: Wrong['why']) => wrong.push({ line: at + 1, text: line.slice(0, 80), why });
    const [, date = '', rest = ''] = LINE.exec(line) ?? [];
    if (!date || !isDate(date)) return refuse('date');
    const [name = '', name_en = ''] = rest.split('|').map((part) => part.trim());
    if (!name) return refuse('name');
    if (seen.has(date)) return refuse('twice');
    seen.add(date);
    days.push({ date, name, name_en, kind: /^cuti bersama\b/i.test(name) ? 'cuti bersama' : 'libur' });
  });
  return { days, wrong };
}

/** The rows with others among them: of two on one date the new one counts. */
export function merged(rows: readonly Row[], days: readonly DayOff[]): Row[] {
  const dates = new Set(days.map((day) => day.date));
  const all = [...rows.filter((one) => !dates.has(one.date)), ...days.map((day) => row(day))];
  return all.sort((a, b) => a.date.localeCompare(b.date));
}

/** Days that ship and that the list lacks, of years that are not over. */
export function lacking(rows: readonly Row[], shipped: readonly DayOff[], year: string): DayOff[] {
  const dates = new Set(rows.map((one) => one.date));
  return shipped.filter((day) => !dates.has(day.date) && day.date.slice(0, 4) >= year);
}

export const bare = ({ date, name, name_en, kind }: Row): DayOff => ({ date, name, name_en, kind });
