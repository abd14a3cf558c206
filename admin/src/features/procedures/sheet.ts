/** The head of the official document, in the order in which such documents are printed; parts that the source lacks are left out. */
import type { Definition } from '../../api/definition';
import type { Key } from '../../locale/en';

export type Part = { label: Key; lines: string[] };

const HEAD = ['number', 'edition', 'created', 'revised', 'approved', 'approved_by', 'unit', 'address', 'responsible', 'schedule'] as const;
const BODY = [
  'introduction',
  'legal_basis',
  'legal_basis_body',
  'qualifications',
  'qualifications_body',
  'related',
  'equipment',
  'equipment_body',
  'warning',
  'records',
  'procedure',
] as const;

const parts = (document: Definition['document'], keys: readonly ((typeof HEAD)[number] | (typeof BODY)[number])[]): Part[] =>
  keys
    .map((key) => ({ label: `procedures.part.${key}` as Key, lines: [document[key] ?? []].flat().filter(Boolean) }))
    .filter((part) => part.lines.length);

export const head = (document: Definition['document']) => parts(document, HEAD);
export const body = (document: Definition['document']) => parts(document, BODY);

/** Days with the same hours side by side are one stretch: Monday to Thursday 08:00–16:00. */
export function stretches(days: Definition['hours']['days']): { first: string; last: string; from: string; to: string }[] {
  const made: { first: string; last: string; from: string; to: string }[] = [];
  for (const { day, from, to } of days) {
    const last = made.at(-1);
    if (last && last.from === from && last.to === to && WEEK.indexOf(day) === WEEK.indexOf(last.last) + 1) last.last = day;
    else made.push({ first: day, last: day, from, to });
  }
  return made;
}

const WEEK = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
