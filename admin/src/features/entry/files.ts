/** The files that a content names, as fields or within its texts. Pure. */
const DIGEST = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;

/** A text as people read it: nobody reads the digest of a file. */
export const readable = (text: string): string => text.replaceAll(DIGEST, '…');

export const filesIn = (value: unknown): string[] => [...new Set(JSON.stringify(value ?? null).match(DIGEST) ?? [])];

/** The files that went and those that came. */
export function exchanged(before: unknown, after: unknown): { before: string[]; after: string[] } {
  const [old, fresh] = [filesIn(before), filesIn(after)];
  return { before: old.filter((one) => !fresh.includes(one)), after: fresh.filter((one) => !old.includes(one)) };
}
