/** What was typed into the form of a command, as the server wants it. */
import type { Shape } from '../../api/client';

type FormField = Pick<Shape<'FormFieldView'>, 'key' | 'kind'>;
/** All controls hold text: a number as typed, yes and no as `true` and `false`, rows as lines. */
export type Typed = Record<string, string>;

/** Only what is filled in: an empty field is absent, and a number that is none goes as it was typed, to be refused by name. */
export function filled(fields: FormField[], typed: Typed): Record<string, unknown> {
  const all = fields.map(({ key, kind }): [string, unknown] => [key, valueOf(kind, (typed[key] ?? '').trim())]);
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

function valueOf(kind: string, text: string): unknown {
  if (!text) return undefined;
  switch (kind) {
    case 'number':
      return readNumber(text) ?? text;
    case 'boolean':
      return text === 'true';
    case 'rows':
      return rows(text);
    default:
      return text;
  }
}

/** A number with the decimal comma of Indonesian or the point of English. */
function readNumber(text: string): number | undefined {
  const number = Number(text.replace(',', '.'));
  return Number.isFinite(number) ? number : undefined;
}

const rows = (text: string) => text.split('\n').map((row) => row.trim()).filter(Boolean);

/** Commands that wait and go on stand apart from those that move a case. */
export const WAITS = ['hold', 'resume'];

/** How the value of a form, as the history keeps it, is read by a person. */
export function shown(value: unknown): { lines: string[] } | { yes: boolean } {
  if (typeof value === 'boolean') return { yes: value };
  if (Array.isArray(value)) return { lines: value.map(String) };
  if (value && typeof value === 'object') return { lines: [JSON.stringify(value)] };
  return { lines: String(value ?? '').split('\n') };
}
