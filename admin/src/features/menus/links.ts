/** The links of a menu, as the fields of its entry hold them. */
export type Link = { label: string; label_en: string; url: string; /** Part of the nearest one above that is not. */ below: boolean; /** What else an item holds stays as it is. */ rest: Record<string, unknown> };

const words = (value: unknown) => (typeof value === 'string' ? value : '');

export const linksOf = (fields: Record<string, unknown>): Link[] =>
  (Array.isArray(fields.items) ? (fields.items as Record<string, unknown>[]) : []).map(({ label, label_en, url, below, ...rest }) => ({
    label: words(label), label_en: words(label_en), url: words(url), below: below === true, rest,
  }));

/** A text that is empty is left out, as the server wants it. */
export const itemsOf = (links: readonly Link[]): Record<string, unknown>[] =>
  links.map(({ label, label_en, url, below, rest }) => ({
    ...rest,
    ...(label.trim() && { label: label.trim() }),
    ...(label_en.trim() && { label_en: label_en.trim() }),
    ...(url.trim() && { url: url.trim() }),
    ...(below && { below }),
  }));

export const same = (a: readonly Link[], b: readonly Link[]) => JSON.stringify(itemsOf(a)) === JSON.stringify(itemsOf(b));

/** Whether a link stands below another: the first one has none above it. */
export const isBelow = (links: readonly Link[], place: number) => place > 0 && !!links[place]?.below;

export const inLine = (links: readonly Link[]) => links.map((link, place) => `${isBelow(links, place) ? '› ' : ''}${link.label || link.url}`).join(' · ');

/** Whether, and how, somebody with these roles changes an entry in this step. */
export type Way = 'write' | 'voids' | 'revise' | 'claim' | 'none';

export function way(step: string, roles: ReadonlySet<string>): Way {
  const editor = roles.has('editor');
  if (!editor && !roles.has('author')) return 'none';
  switch (step) {
    case 'draft':
      return 'write';
    case 'handed_over':
      return 'claim';
    case 'published':
    case 'withdrawn':
      return 'revise';
    case 'filtering':
    case 'approved':
      return editor ? 'voids' : 'none';
    default:
      return editor ? 'write' : 'none';
  }
}
