/** Where a finding stands, as the labels of its fields. Pure. */
import type { Shape } from '../../api/client';

type Field = Shape<'Field'>;
export type Step = { label: Field['label']; number?: number };

/** `fields.items[2].alt`: the label of each field on the way, with the number of the item from 1. Empty for what is no field. */
export function way(fields: Field[], path: string): Step[] {
  const [first, ...keys] = path.split('.');
  if (first !== 'fields') return [];
  const steps: Step[] = [];
  let here: Field[] | undefined = fields;
  for (const key of keys) {
    const [, name, number] = /^([a-z0-9_]+)(?:\[(\d+)\])?$/.exec(key) ?? [];
    const field: Field | undefined = here?.find((one) => one.key === name);
    if (!field) return steps;
    steps.push(number === undefined ? { label: field.label } : { label: field.label, number: Number(number) + 1 });
    here = field.fields;
  }
  return steps;
}

type Finding = Pick<Shape<'ContentFinding'>, 'severity' | 'confirmed'>;

/** What holds the entry first, then what only warns, then what somebody has answered for; else by place, as it came. */
export function ordered<One extends Finding>(findings: One[]): One[] {
  const rank = (one: Finding) => (one.confirmed ? 2 : one.severity === 'block' ? 0 : 1);
  return findings.map((one, at) => ({ one, at })).sort((a, b) => rank(a.one) - rank(b.one) || a.at - b.at).map(({ one }) => one);
}

/** Whether all that holds an entry back are pictures without words, which may be decoration. */
export const onlyPictures = (holding: readonly Pick<Shape<'ContentFinding'>, 'check'>[]): boolean => !!holding.length && holding.every((one) => one.check === 'missing_alt');
