/** Which month the address names, and what the calendar asks the server for. */
export const iso = (date: Date) => date.toISOString().slice(0, 10);
export const first = (month: string) => new Date(`${month}-01T00:00:00Z`);

/** `2026-11`, or the given month where the text is none. */
export const readMonth = (text: string, otherwise: string) => (/^\d{4}-(0[1-9]|1[0-2])$/.test(text) ? text : otherwise);

export function moved(month: string, by: number): string {
  const date = first(month);
  date.setUTCMonth(date.getUTCMonth() + by);
  return iso(date).slice(0, 7);
}

const PAGE = { limit: 100 };

export const published = (month: string, cursor?: string) => ({
  ...PAGE,
  'filter[published_at][gte]': `${month}-01`,
  'filter[published_at][lt]': `${moved(month, 1)}-01`,
  'filter[step][ne]': 'withdrawn',
  sort: 'published_at',
  cursor,
});

/** What is live and is to be looked at again in a month. */
export const due = (month: string, cursor?: string) => ({
  ...PAGE,
  'filter[review_at][gte]': `${month}-01`,
  'filter[review_at][lt]': `${moved(month, 1)}-01`,
  sort: 'review_at',
  cursor,
});

/** What has been approved for a time to come stands in the plan whatever the month. */
export const approved = (cursor?: string) => ({ ...PAGE, 'filter[step][eq]': 'approved', cursor });
