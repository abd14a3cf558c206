/** A content type while it is being changed. */
import type { Shape } from '../../api/client';

export type Field = Shape<'Field'>;
export type Kind = Shape<'FieldKind'>;
export type Definition = Shape<'ContentType'>;

export const KINDS: readonly Kind[] = [
  'text', 'markdown', 'number', 'boolean', 'date', 'datetime', 'choice', 'reference', 'asset', 'components', 'url', 'email', 'geo', 'json',
];

/** Components inside of components, as the server allows. */
export const LEVELS_MAX = 3;

/** Which options a kind has; all others are left out when it is saved. */
export function options(field: Field) {
  const { kind } = field;
  const many = kind === 'reference' || kind === 'asset';
  const list = kind === 'components' || (many && !!field.many);
  return {
    many,
    length: kind === 'text' || kind === 'markdown',
    items: list,
    range: kind === 'number',
    color: kind === 'text',
    reads_on: kind === 'text' && !!field.color,
    choices: kind === 'choice',
    types: kind === 'reference',
    fields: kind === 'components',
    unique: !list && !['markdown', 'components', 'json'].includes(kind),
  };
}

const filled = (value: number | null | undefined) => (typeof value === 'number' && !Number.isNaN(value) ? value : undefined);

/** A field with only what fits its kind, and without what says nothing. */
export function fitted(field: Field): Field {
  const fits = options(field);
  const help = field.help && (field.help.id.trim() || field.help.en.trim()) ? field.help : undefined;
  const all = {
    key: field.key,
    kind: field.kind,
    label: field.label,
    help,
    required: field.required || undefined,
    unique: (fits.unique && field.unique) || undefined,
    localised: field.localised ?? undefined,
    indexed: field.indexed ?? undefined,
    many: (fits.many && field.many) || undefined,
    min_length: fits.length ? filled(field.min_length) : undefined,
    max_length: fits.length ? filled(field.max_length) : undefined,
    min_items: fits.items ? filled(field.min_items) : undefined,
    max_items: fits.items ? filled(field.max_items) : undefined,
    min: fits.range ? filled(field.min) : undefined,
    max: fits.range ? filled(field.max) : undefined,
    integer: (fits.range && field.integer) || undefined,
    color: (fits.color && field.color) || undefined,
    reads_on: (fits.reads_on && field.reads_on) || undefined,
    choices: fits.choices ? field.choices : undefined,
    types: fits.types && field.types?.length ? field.types : undefined,
    fields: fits.fields ? field.fields?.map(fitted) : undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Field;
}

export function definition(draft: Definition): Definition {
  const help = draft.help && (draft.help.id.trim() || draft.help.en.trim()) ? { help: draft.help } : {};
  const days = filled(draft.review_after_days);
  return { key: draft.key, title: draft.title, ...help, pages: draft.pages ?? true, ...(days !== undefined && { review_after_days: days }), fields: draft.fields.map(fitted) };
}

/** A key out of a label: `Nomor telepon` gives `nomor_telepon`; none that is taken. */
export function keyFor(label: string, taken: readonly string[]): string {
  const plain = label.normalize('NFKD').toLowerCase().replace(/[\u0300-\u036f]/g, '').replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+|_+$/g, '').slice(0, 50) || 'field';
  let key = plain;
  for (let number = 2; taken.includes(key); number++) key = `${plain}_${number}`;
  return key;
}

export const blankField = (kind: Kind = 'text'): Field => ({ key: '', kind, label: { id: '', en: '' } });

export const blankType = (): Definition => ({
  key: '',
  title: { id: '', en: '' },
  pages: true,
  fields: [{ key: 'title', kind: 'text', label: { id: 'Judul', en: 'Title' }, required: true, max_length: 200 }],
});

export type Change = { what: 'added' | 'removed' | 'changed' | 'order'; label: Shape<'Words'> };

const text = (value: unknown) => JSON.stringify(value, (_, part: unknown) => (part && typeof part === 'object' && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort()) : part));

/** What a new definition does to the fields of the one before. */
export function changes(before: Definition, after: Definition): Change[] {
  const [old, fresh] = [before.fields.map(fitted), after.fields.map(fitted)];
  const was = new Map(old.map((field) => [field.key, field]));
  const is = new Map(fresh.map((field) => [field.key, field]));
  const found: Change[] = [];
  for (const field of old) if (!is.has(field.key)) found.push({ what: 'removed', label: field.label });
  for (const field of fresh) {
    const one = was.get(field.key);
    if (!one) found.push({ what: 'added', label: field.label });
    else if (text(one) !== text(field)) found.push({ what: 'changed', label: field.label });
  }
  const stayed = (fields: Field[]) => fields.filter((field) => was.has(field.key) && is.has(field.key)).map((field) => field.key).join();
  if (stayed(old) !== stayed(fresh)) found.push({ what: 'order', label: after.title });
  const head = ({ title, help, pages, review_after_days }: Definition) => text({ title, help: help ?? null, pages: pages ?? true, review_after_days: review_after_days ?? null });
  if (head(definition(before)) !== head(definition(after))) found.push({ what: 'changed', label: after.title });
  return found;
}

/** Entries that a change would break, as a refusal tells them. */
export type Broken = { entry: string; title: string; errors: { field: string; code: string; detail?: string }[] };
export const broken = (extras: Record<string, unknown>): { count: number; listed: Broken[] } => ({
  count: Number(extras.broken_count ?? 0),
  listed: Array.isArray(extras.broken) ? (extras.broken as Broken[]) : [],
});

/** The field that a path such as `fields.items[3].caption` is about, by its label where it has one. */
export function labelled(path: string, fields: readonly Field[], said: (words: Shape<'Words'>) => string): string {
  const keys = path.replace(/^fields\./, '').replace(/\[\d+\]/g, '').split('.');
  const names: string[] = [];
  let among = fields;
  for (const key of keys) {
    const field = among.find((one) => one.key === key);
    names.push(field ? said(field.label) : key);
    among = field?.fields ?? [];
  }
  return names.join(' › ');
}
