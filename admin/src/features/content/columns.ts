/** Which columns a list of one type has, beside the title. Pure. */
import type { Shape } from '../../api/client';

type Field = Shape<'Field'>;

/** A longer text is no column. */
const COLUMN_CHARS_MAX = 200;
const COLUMNS_FIRST = 2;
/** What the address says when somebody wants no further column at all. */
const NONE = '-';

const SHORT: Field['kind'][] = ['date', 'datetime', 'choice', 'number', 'boolean', 'email'];

/** The fields whose values fit into a column. */
export const offered = (fields: Field[]): Field[] =>
  fields.filter((one) => !one.many && one.key !== 'title' && (SHORT.includes(one.kind) || (one.kind === 'text' && !one.color && (one.max_length ?? Infinity) <= COLUMN_CHARS_MAX)));

/** Those the address names, in the order of the type; without any, the first that say more than words. */
export function shown(fields: Field[], named: string): Field[] {
  const all = offered(fields);
  if (!named) return all.filter((one) => SHORT.includes(one.kind)).slice(0, COLUMNS_FIRST);
  const wanted = named.split(',');
  return all.filter((one) => wanted.includes(one.key));
}

/** How the address names the columns once this one is there, or is not. */
export function toggled(fields: Field[], named: string, key: string, on: boolean): string {
  const keys = shown(fields, named).map((one) => one.key).filter((one) => one !== key);
  return [...keys, ...(on ? [key] : [])].join(',') || NONE;
}
