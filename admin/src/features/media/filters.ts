/** What the library asks the server for, by what stands in the address. */
export const KINDS = ['picture', 'document', 'video', 'text'] as const;
type Kind = (typeof KINDS)[number];

/** `folder`: empty for all, `/` for the top, else its path. */
export type Filters = { kind: string; folder: string; tag: string; q: string; unused: boolean; trash: boolean };

/** What the address asks for. */
export const named = (query: (name: string) => string): Filters => ({
  kind: query('kind'),
  folder: query('folder'),
  tag: query('tag'),
  q: query('q'),
  unused: query('unused') === 'true',
  trash: query('trash') === 'true',
});

type Asked = { limit: number; cursor?: string; kind?: Kind; folder?: string; tag?: string; q?: string; unused?: boolean; trash?: boolean };

export function asked({ kind, folder, tag, q, unused, trash }: Filters, cursor?: string): Asked {
  const known = KINDS.find((one) => one === kind);
  return {
    limit: 48,
    ...(known && { kind: known }),
    ...(folder && { folder: folder === '/' ? '' : folder }),
    ...(tag && { tag }),
    ...(q && { q }),
    ...(unused && { unused }),
    ...(trash && { trash }),
    ...(cursor && { cursor }),
  };
}

export const filtered = ({ kind, folder, tag, q, unused }: Filters) => !!(kind || folder || tag || q || unused);

export type Folder = { folder: string; files: number };
/** A folder as it stands below others; one without files of its own is there because one below has some. */
export type Branch = { path: string; name: string; depth: number; files: number };

/** All folders in the order of a tree, with those in between. */
export function tree(folders: Folder[]): Branch[] {
  const files = new Map<string, number>();
  for (const { folder, files: count } of folders) {
    const parts = folder.split('/').filter(Boolean);
    parts.forEach((_, at) => {
      const path = parts.slice(0, at + 1).join('/');
      files.set(path, (files.get(path) ?? 0) + (at === parts.length - 1 ? count : 0));
    });
  }
  const key = (path: string) => path.split('/');
  const sorted = [...files.keys()].sort((a, b) => compare(key(a), key(b)));
  return sorted.map((path) => ({ path, name: key(path).at(-1)!, depth: key(path).length - 1, files: files.get(path)! }));
}

function compare(a: string[], b: string[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const order = a[at]!.localeCompare(b[at]!, 'id', { numeric: true });
    if (order) return order;
  }
  return a.length - b.length;
}

/** Tags as somebody writes them, with commas between. */
export const tags = (text: string): string[] => [...new Set(text.split(',').map((tag) => tag.trim()).filter(Boolean))];
