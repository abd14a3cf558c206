/** What a website told of itself, put into a form. */
import type { Shape } from '../../api/client';
import type { Draft } from './draft';

type Proposal = Shape<'MonitoredProposal'>;
export type Found = Pick<Proposal, 'url' | 'agency'> & { profile: Pick<Proposal['profile'], 'software' | 'sections'> };

/** What people wrote stays; only what is empty is filled in. The address follows where the website leads. */
export function filledIn(draft: Draft, { url, agency, profile }: Found): Draft {
  const sections = { ...draft.sections };
  for (const { section, url } of profile.sections) {
    const before = sections[section];
    sections[section] = { ...before, on: true, url: before.url || (url ?? '') };
  }
  return { ...draft, url, agency: draft.agency.trim() || (agency ?? ''), software: draft.software.trim() || (profile.software ?? ''), sections };
}
