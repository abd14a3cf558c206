/** Numbers, dates and spans as the reader's language writes them. */
import { language } from './locale.svelte';

const tag = () => (language() === 'id' ? 'id-ID' : 'en-GB');

const made = new Map<string, unknown>();
function once<T>(kind: string, make: (tag: string) => T): T {
  const key = `${tag()} ${kind}`;
  if (!made.has(key)) made.set(key, make(tag()));
  return made.get(key) as T;
}

export const number = (value: number) => once('number', (t) => new Intl.NumberFormat(t)).format(value);

/** A share, as 99.95 %. */
export const percent = (share: number) => once('percent', (t) => new Intl.NumberFormat(t, { style: 'percent', maximumFractionDigits: 2 })).format(share);

/** 21 November 2026 pukul 14.05; of another zone than the reader's where one is named. */
export const moment = (at: string | number | Date, timeZone?: string) =>
  once(`moment ${timeZone ?? ''}`, (t) => new Intl.DateTimeFormat(t, { dateStyle: 'medium', timeStyle: 'short', timeZone })).format(new Date(at));

/** The same to the second. */
export const second = (at: string | number | Date) =>
  once('second', (t) => new Intl.DateTimeFormat(t, { dateStyle: 'medium', timeStyle: 'medium' })).format(new Date(at));

export const day = (at: string | number | Date) =>
  once('day', (t) => new Intl.DateTimeFormat(t, { dateStyle: 'long' })).format(new Date(at));

export const time = (at: string | number | Date) =>
  once('time', (t) => new Intl.DateTimeFormat(t, { timeStyle: 'short' })).format(new Date(at));

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** How far from `now`: "2 jam yang lalu", "dalam 3 hari". */
export function ago(at: string, now = Date.now()): string {
  const seconds = (Date.parse(at) - now) / 1000;
  const relative = once('ago', (t) => new Intl.RelativeTimeFormat(t, { numeric: 'auto' }));
  const unit = UNITS.find(([, length]) => Math.abs(seconds) >= length);
  return unit ? relative.format(Math.trunc(seconds / unit[1]), unit[0]) : relative.format(0, 'second');
}

/** Working minutes as hours and minutes: "3 jam 20 menit". */
export function span(minutes: number): string {
  const unit = (name: 'hour' | 'minute' | 'day') =>
    once(name, (t) => new Intl.NumberFormat(t, { style: 'unit', unit: name, unitDisplay: 'long' }));
  const hours = Math.floor(minutes / 60);
  const parts = [];
  if (hours) parts.push(unit('hour').format(hours));
  if (minutes % 60 || !hours) parts.push(unit('minute').format(minutes % 60));
  return parts.join(' ');
}

const SIZES = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];

export function size(bytes: number): string {
  let at = 0;
  while (bytes >= 1000 && at < SIZES.length - 1) {
    bytes /= 1000;
    at++;
  }
  const digits = bytes < 10 && at > 0 ? 1 : 0;
  return once(`${SIZES[at]}${digits}`, (t) =>
    new Intl.NumberFormat(t, { style: 'unit', unit: SIZES[at]!, unitDisplay: 'short', maximumFractionDigits: digits }),
  ).format(bytes);
}

/** November 2026, of `2026-11`. */
export const monthOf = (month: string) =>
  once('month', (t) => new Intl.DateTimeFormat(t, { month: 'long', year: 'numeric', timeZone: 'UTC' })).format(new Date(`${month}-01T00:00:00Z`));

/** The same moment by the clock of a place. */
export const momentIn = (zone: string, at: string) =>
  once(`moment ${zone}`, (t) => new Intl.DateTimeFormat(t, { dateStyle: 'medium', timeStyle: 'short', timeZone: zone })).format(new Date(at));

/** A time of day by the clock of a place. */
export const timeIn = (zone: string, at: string) =>
  once(`time ${zone}`, (t) => new Intl.DateTimeFormat(t, { timeStyle: 'short', timeZone: zone })).format(new Date(at));

/** The days of the week, Monday first. */
export function weekdays(): { short: string; long: string }[] {
  const name = (width: 'short' | 'long', at: number) =>
    once(`weekday ${width}`, (t) => new Intl.DateTimeFormat(t, { weekday: width, timeZone: 'UTC' })).format(new Date(Date.UTC(2026, 5, at)));
  // The first of June 2026 is a Monday.
  return [1, 2, 3, 4, 5, 6, 7].map((at) => ({ short: name('short', at), long: name('long', at) }));
}
