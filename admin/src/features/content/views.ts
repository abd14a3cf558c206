/** Views of a list that somebody gave a name, kept in this browser: for each person and site their own. */
export type View = { name: string; filters: Record<string, string> };

export const VIEWS_MAX = 20;
export const VIEW_NAME_CHARS_MAX = 60;

/** With this view as the newest; one of the same name goes, and beyond the limit the oldest. */
export const including = (views: View[], view: View): View[] => [...without(views, view.name), view].slice(-VIEWS_MAX);

export const without = (views: View[], name: string): View[] => views.filter((one) => one.name.toLowerCase() !== name.toLowerCase());

/** Filters that say something, in one order, so that equal ones are equal. */
export const plain = (filters: Record<string, string>): string =>
  JSON.stringify(Object.entries(filters).filter(([, value]) => value).sort(([one], [other]) => (one < other ? -1 : 1)));

/** What was kept, as far as it still has the shape of views. */
export function read(text: string | null): View[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(found) ? found.filter(isView) : [];
  } catch {
    return [];
  }
}

const isView = (one: unknown): one is View => {
  const { name, filters } = (one ?? {}) as Partial<View>;
  return typeof name === 'string' && typeof filters === 'object' && filters !== null && Object.values(filters).every((value) => typeof value === 'string');
};

const place = (person: string, site: string) => `lamin.views.${person}.${site}`;

export function kept(person: string, site: string): View[] {
  try {
    return read(localStorage.getItem(place(person, site)));
  } catch {
    return [];
  }
}

/** False when this browser keeps nothing. */
export function keep(person: string, site: string, views: View[]): boolean {
  try {
    localStorage.setItem(place(person, site), JSON.stringify(views));
    return true;
  } catch {
    return false;
  }
}
