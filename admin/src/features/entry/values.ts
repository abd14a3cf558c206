/** What an entry holds while somebody writes it. Pure. */
import type { Shape } from '../../api/client';

export type Field = Shape<'Field'>;
export type Values = Record<string, unknown>;

/** What is written: what the server is sent, and what the browser keeps. */
export type Draft = { slug: string; category: string; tags: string[]; fields: Values };

export const isList = (field: Field) => !!field.many || field.kind === 'components';

/** Whether a value says nothing. `false` and 0 say something. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Without what says nothing, at every depth: equal content has equal digests. */
export function pruned(fields: Field[], values: Values): Values {
  const kept: Values = {};
  for (const field of fields) {
    const value = values[field.key];
    if (isEmpty(value)) continue;
    if (field.kind === 'components') {
      const items = (value as Values[]).map((item) => pruned(field.fields ?? [], item)).filter((item) => !isEmpty(item));
      if (items.length) kept[field.key] = items;
    } else if (isList(field)) {
      const items = (value as unknown[]).filter((item) => !isEmpty(item));
      if (items.length) kept[field.key] = items;
    } else {
      kept[field.key] = value;
    }
  }
  return kept;
}

/** The same, whatever the order of the keys. */
export function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
  }
  return value;
}

/** A list with the item at `from` moved to `to`; unchanged when there is no such place. */
export function moved<Item>(items: Item[], from: number, to: number): Item[] {
  if (to < 0 || to >= items.length) return items;
  const next = [...items];
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}

/** Names of the parts that differ: `slug`, `category`, `tags`, `fields.<key>`. */
export function differing(one: Draft, other: Draft): string[] {
  const parts = (['slug', 'category', 'tags'] as const).filter((part) => !same(one[part], other[part])) as string[];
  const keys = [...new Set([...Object.keys(one.fields), ...Object.keys(other.fields)])].sort();
  return [...parts, ...keys.filter((key) => !same(one.fields[key], other.fields[key])).map((key) => `fields.${key}`)];
}

/** A draft with these parts as another has them. */
export function over(under: Draft, other: Draft, parts: string[]): Draft {
  const made = { ...under, fields: { ...under.fields } };
  for (const part of parts) {
    if (part === 'tags') made.tags = other.tags;
    else if (part === 'slug' || part === 'category') made[part] = other[part];
    else made.fields[part.slice(7)] = other.fields[part.slice(7)];
  }
  return made;
}

/**
 * A text of Markdown in one of the ways in which it can be written, to tell whether another one says the same: marks of
 * lists and emphasis, escapes, the padding of tables and white space do not count.
 */
export function plainest(markdown: string): string {
  return markdown
    .replace(/\r\n?/g, '\n')
    .replace(/\\([\\`*_{}[\]()#+\-.!|>~<&])/g, '$1')
    .replace(/&(amp|lt|gt|nbsp|quot);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', nbsp: ' ', quot: '"' })[name] ?? '')
    .replace(/^(.+)\n=+ *$/gm, '# $1')
    .replace(/^(.+)\n-+ *$/gm, (whole, text: string) => (text.includes('|') ? whole : `## ${text}`))
    .replace(/^(#{1,6} .*?) #+ *$/gm, '$1')
    .replace(/^( *)[*+](?= )/gm, '$1-')
    .replace(/^( *)\d+[.)](?= )/gm, '$11.')
    .replace(/^ {0,3}([-*_])( *\1){2,} *$/gm, '---')
    .replace(/\| *:?-+:? *(?=\|)/g, '|-')
    .replace(/__([^_\n]+)__/g, '**$1**')
    .replace(/(^|[^\w*_])_([^_\n]+)_(?![\w_])/g, '$1*$2*')
    .replace(/<(https?:[^ >]+)>/g, '$1')
    .replace(/\[([^\]]+)\]\(\1\)/g, '$1')
    .replace(/\s+/g, '');
}
