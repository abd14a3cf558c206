/** What must be said of pictures before they are placed. Pure. */

/** A picture that is about to be placed: one of the library (`digest`), or a file that is sent first. */
export type Placing = { key: string; name: string; file?: File; digest?: string; alt: string; decorative: boolean; out: boolean };

/** What a screen reader says in one breath. */
export const ALT_LETTERS_MAX = 250;

/** Whether somebody still has to say what a picture shows, or that it only decorates. */
export const wants = (picture: Placing): boolean => !picture.out && !picture.decorative && !picture.alt.trim();

/** What stands in the text: nothing for a picture that decorates. */
export const altOf = (picture: Placing): string => (picture.decorative ? '' : picture.alt.replace(/\s+/g, ' ').trim());
