/** What is asked of a website, in the order in which people look at it. */
import type { Shape } from '../../api/client';

type Question = Shape<'BaselineQuestion'>;
export type Kind = Question['kind'];

/** What an intruder changes first stands first. */
const KINDS = ['title', 'outbound', 'script', 'token', 'directory', 'sitemap'] as const satisfies Kind[];

/** Of one kind; the others are folded away. */
export const SHOWN_MAX = 10;

export const byKind = (questions: Question[]): [Kind, Question[]][] =>
  KINDS.map((kind): [Kind, Question[]] => [kind, questions.filter((one) => one.kind === kind)]).filter(([, found]) => found.length > 0);
