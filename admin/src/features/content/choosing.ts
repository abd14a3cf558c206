/** What can be done with all rows that are chosen. Pure. */
import type { Shape } from '../../api/client';

/** As many as the server takes at once. */
export const CHOSEN_MAX = 100;

type Allowed = Pick<Shape<'Allowed'>, 'command' | 'title' | 'comment_required' | 'fields'>;

/** What goes forward stands first; `edit` only opens one entry. */
const ORDER = ['submit', 'claim', 'forward', 'approve', 'publish', 'revise', 'unschedule', 'return', 'reject', 'decline', 'withdraw'];

/** The commands that every step allows, in the order of the work; a comment is asked for where one of them wants it. */
export function common(steps: readonly (readonly Allowed[])[]): Allowed[] {
  const [first = [], ...others] = steps;
  const inEach = first.flatMap((one) => {
    const same = others.map((step) => step.find((other) => other.command === one.command));
    // What asks for a form is filled in for one entry at a time.
    if (!ORDER.includes(one.command) || one.fields.length || same.some((other) => !other)) return [];
    return [{ ...one, comment_required: one.comment_required || same.some((other) => other!.comment_required) }];
  });
  return inEach.sort((a, b) => ORDER.indexOf(a.command) - ORDER.indexOf(b.command));
}

/** One entry of each step: what its step allows is asked of the server once. */
export const ofEachStep = <One extends { step: string }>(entries: readonly One[]): One[] => [...new Map(entries.map((one) => [one.step, one])).values()];

/** Whether category and tags can be changed in place, without a new revision that has to be decided on. */
export const inPlace = (entries: readonly { step: string }[], roles: ReadonlySet<string>): boolean =>
  entries.every(({ step }) => (step === 'draft' && (roles.has('author') || roles.has('editor'))) || (step === 'editing' && roles.has('editor')));

/** Tags as somebody writes them, with commas between. */
export const tagsOf = (text: string): string[] => [...new Set(text.split(',').map((tag) => tag.trim()).filter(Boolean))];

/** Why the server refuses some of them, so that nothing was changed. */
export type Refusal = { id: string; title: string; reason: { id: string; en: string } };
export const refusalsOf = (extras: Record<string, unknown>): Refusal[] =>
  (Array.isArray(extras.refused) ? (extras.refused as Record<string, unknown>[]) : []).map(({ id, title, words, code }) => ({
    id: String(id),
    title: typeof title === 'string' ? title : '',
    reason: { id: String(code), en: String(code), ...(words as Partial<Shape<'Words'>> | undefined) },
  }));
