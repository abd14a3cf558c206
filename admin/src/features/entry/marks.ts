/** Marks on a text, as a comment carries them: each passage is quoted, and what is said of it stands beneath. Pure. */
export type Mark = { quote: string; words: string };

/** A longer passage is known by its beginning. */
export const MARK_QUOTE_CHARS_MAX = 300;

/** What a passage is quoted as: one line. */
export const quoted = (passage: string): string => flat(passage).slice(0, MARK_QUOTE_CHARS_MAX).trim();

/** A reason with its marks as one comment. Marks about which nothing is said are still marks. */
export const written = (reason: string, marks: Mark[]): string =>
  [reason.trim(), ...marks.map(({ quote, words }) => [`> ${quoted(quote)}`, ...paragraph(words)].join('\n'))].filter(Boolean).join('\n\n');

/** A comment taken apart again; one that was written by hand is all reason. */
export function told(comment: string): { reason: string; marks: Mark[] } {
  const reason: string[] = [];
  const marks: Mark[] = [];
  for (const block of comment.split(/\n{2,}/)) {
    const [first = '', ...rest] = block.split('\n');
    if (first.startsWith('> ')) marks.push({ quote: first.slice(2), words: rest.join('\n') });
    else reason.push(block);
  }
  return { reason: reason.join('\n\n'), marks };
}

/** The paragraphs of a text, each of which can be marked. */
export const passages = (text: string): string[] => text.split(/\n\s*\n/).map((one) => one.trim()).filter(Boolean);

/** Whether a passage still stands in one of these texts. */
export const stands = (quote: string, texts: string[]): boolean => texts.some((text) => flat(text).includes(quote));

/** All texts of a content, at every depth. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

const flat = (text: string) => text.replace(/\s+/g, ' ').trim();
/** Without empty lines, which would end the mark, and without what would begin another. */
const paragraph = (words: string) => words.split('\n').map((line) => line.trim().replace(/^> /, '')).filter(Boolean);
