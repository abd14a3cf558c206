/** What a site makes of the checks, as a form holds it. Pure. */
import type { Shape } from '../../api/client';

type Item = Shape<'SiteCheck'>;
export type Severity = Shape<'CheckSeverity'>;
export const SEVERITIES: readonly Severity[] = ['block', 'warn', 'off'];

/** What a check may be: what a foreign host says never holds content back. */
export const choices = (item: Item): Severity[] => SEVERITIES.filter((one) => one !== 'block' || item.can_block);

/** Each check stands with others of its kind; one that is new on the server stands with the last. */
const GROUPS: readonly { key: 'data' | 'access' | 'whole'; checks: readonly Shape<'Check'>[] }[] = [
  { key: 'data', checks: ['nik', 'family_card', 'tax_number', 'mobile_number', 'private_email', 'bank_account', 'unread_document', 'gambling'] },
  { key: 'access', checks: ['missing_alt', 'heading_order', 'link_text', 'table_header'] },
  { key: 'whole', checks: ['incomplete', 'broken_link', 'external_link_broken', 'small_picture', 'summary_length', 'near_tag', 'past_event'] },
];

export function grouped(items: readonly Item[]): { key: (typeof GROUPS)[number]['key']; items: Item[] }[] {
  const last = GROUPS.at(-1)!.key;
  const home = (item: Item) => GROUPS.find((one) => one.checks.includes(item.check))?.key ?? last;
  const place = ({ check }: Item) => GROUPS.flatMap((one) => one.checks).indexOf(check);
  return GROUPS.map(({ key }) => ({ key, items: items.filter((one) => home(one) === key).sort((a, b) => place(a) - place(b)) })).filter((one) => one.items.length);
}

export type Chosen = Record<string, Severity>;
export const chosenOf = (items: readonly Item[]): Chosen => Object.fromEntries(items.map((one) => [one.check, one.severity]));
export const usualOf = (items: readonly Item[]): Chosen => Object.fromEntries(items.map((one) => [one.check, one.usual]));

/** Only what is other than usual is told to the server; the rest follows what is usual. */
export const wanted = (items: readonly Item[], chosen: Chosen): Chosen =>
  Object.fromEntries(items.filter((one) => chosen[one.check] !== one.usual).map((one) => [one.check, chosen[one.check]!]));

/** What would be other than it is. */
export const changes = (items: readonly Item[], chosen: Chosen): { item: Item; to: Severity }[] =>
  items.filter((one) => chosen[one.check] !== one.severity).map((item) => ({ item, to: chosen[item.check]! }));
