/** What an event of the ledger says, taken apart for a reader. */
import type { Shape } from '../../api/client';

type Event = Shape<'Record'>;

export type Named = { kind: string; id: string };

/** `entry:01a2…` is a kind and an id; `installation` is a kind alone. */
export function apart(name: string): Named {
  const at = name.indexOf(':');
  return at < 0 ? { kind: name, id: '' } : { kind: name.slice(0, at), id: name.slice(at + 1) };
}

/** The screen of a subject, below `/admin`; none where there is none. */
export function screenOf({ kind, id }: Named): string | undefined {
  if (kind === 'entry') return `/entries/${id}`;
  if (kind === 'case') return `/cases/${id}`;
  if (kind === 'security') return `/incidents/${id}`;
  if (kind === 'monitor') return `/monitoring/${id}`;
  if (kind === 'procedure') return `/procedures/${id}`;
}

/** What the detail of an event calls its subject, where it does. */
export function title(event: Event): string {
  const detail = members(event.detail);
  const names = ['title', 'name', 'target', 'key', 'url'].map((key) => detail[key]);
  const found = names.find((value) => typeof value === 'string' && value);
  // A release goes by its number.
  return String(found ?? (apart(event.subject).kind === 'release' ? (detail.number ?? '') : ''));
}

export const members = (detail: unknown): Record<string, unknown> =>
  detail && typeof detail === 'object' && !Array.isArray(detail) ? (detail as Record<string, unknown>) : {};

/** The detail as lines that a person can read; empty values are left out. */
export function details(event: Event): [string, string][] {
  return Object.entries(members(event.detail))
    .filter(([, value]) => value !== null && value !== '' && !(Array.isArray(value) && !value.length))
    .map(([key, value]) => [key, plain(value)]);
}

const plain = (value: unknown): string =>
  Array.isArray(value) ? value.map(plain).join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value);

/** One event a line, as the server sent it, the oldest last. */
export const asLines = (events: Event[]): string => events.map((event) => JSON.stringify(event) + '\n').join('');

/** Reads a list to its end; `seen` is told how many there are so far and says whether to go on. */
export async function all<Item>(
  page: (cursor: string | undefined) => Promise<{ items: Item[]; next_cursor?: string | null }>,
  seen: (count: number) => boolean,
): Promise<Item[] | undefined> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const found = await page(cursor);
    items.push(...found.items);
    cursor = found.next_cursor ?? undefined;
    if (!seen(items.length)) return undefined;
  } while (cursor);
  return items;
}
