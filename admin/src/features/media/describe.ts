/** What is said of a file, as a form holds it. */
import type { Shape } from '../../api/client';
import type { Focus } from './focus';
import { tags } from './filters';

export type Draft = {
  alt_id: string;
  alt_en: string;
  credit: string;
  source: string;
  licence: string;
  consent: string;
  folder: string;
  tags: string;
  focus: Focus | null;
};

export const draftOf = (asset: Shape<'AssetDetail'>): Draft => ({
  alt_id: asset.alt.id ?? '',
  alt_en: asset.alt.en ?? '',
  credit: asset.credit,
  source: asset.source,
  licence: asset.licence,
  consent: asset.consent,
  folder: asset.folder,
  tags: asset.tags.join(', '),
  focus: asset.picture?.focus ?? null,
});

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

export const changed = (base: Draft, draft: Draft): boolean => !same(base, draft);

/** What a save sends: only what was changed, so that what others wrote in other fields stays. */
export function description(base: Draft, draft: Draft): Shape<'AssetDescription'> {
  const is = (key: keyof Draft) => !same(base[key], draft[key]);
  return {
    ...((is('alt_id') || is('alt_en')) && { alt: { id: draft.alt_id.trim(), en: draft.alt_en.trim() } }),
    ...(is('credit') && { credit: draft.credit.trim() }),
    ...(is('source') && { source: draft.source.trim() }),
    ...(is('licence') && { licence: draft.licence.trim() }),
    ...(is('consent') && { consent: draft.consent.trim() }),
    ...(is('folder') && { folder: draft.folder }),
    ...(is('tags') && { tags: tags(draft.tags) }),
    ...(is('focus') && draft.focus && { focus: draft.focus }),
  };
}

/** What was typed here on top of what somebody else has saved meanwhile. */
export function onTop(base: Draft, draft: Draft, fresh: Draft): Draft {
  const kept = Object.entries(draft).filter(([key, value]) => !same(value, base[key as keyof Draft]));
  return { ...fresh, ...Object.fromEntries(kept) };
}
