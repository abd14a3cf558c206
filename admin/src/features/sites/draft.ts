/** A site as its form holds it, and what of it goes to the server. */
import type { Shape } from '../../api/client';

export type Draft = { key: string; name: string; hosts: string; zone: string; locales: string[]; default_locale: string };

/** The three zones of Indonesia, from west to east. */
export const ZONES = ['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura'] as const;

export const blank = (): Draft => ({ key: '', name: '', hosts: '', zone: 'Asia/Makassar', locales: ['id'], default_locale: 'id' });

export const draftOf = (site: Shape<'Site'>): Draft => ({
  key: site.key,
  name: site.name,
  hosts: site.hosts.join('\n'),
  zone: site.zone,
  locales: [...site.locales],
  default_locale: site.default_locale,
});

/** One host name a line; an address that was pasted loses what is not its host. */
export const hostsOf = (text: string): string[] =>
  text
    .split(/[\s,]+/)
    .map((line) => line.trim().replace(/^https?:\/\//i, '').replace(/\/.*$/, ''))
    .filter(Boolean);

export const wanted = (draft: Draft): Shape<'CreateSite'> => ({ ...draft, key: draft.key.trim(), name: draft.name.trim(), hosts: hostsOf(draft.hosts) });

/** What a draft says otherwise than the site that it was made from. */
export function changed(draft: Draft, site: Shape<'Site'>): Shape<'ChangeSite'> {
  const all = wanted(draft);
  const names = Object.keys(all) as (keyof Draft)[];
  return Object.fromEntries(names.filter((name) => JSON.stringify(all[name]) !== JSON.stringify(site[name])).map((name) => [name, all[name]]));
}

/** A key out of a name: `Dinas Kesehatan` gives `dinas-kesehatan`. */
export const keyOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
