/** A watched website as its form holds it, and what of it goes to the server. */
import type { Shape } from '../../api/client';

export type Section = Shape<'MonitoredSection'>;
export const SECTIONS = ['berita', 'artikel', 'agenda'] as const satisfies Section[];

/** What people choose among; the server takes any from 30 seconds to a day. */
const INTERVALS = [30, 60, 300, 900, 3_600, 86_400];
const INTERVAL_USUAL = 60;

type Part = { on: boolean; url: string; days: string };
export type Draft = {
  agency: string;
  url: string;
  interval_seconds: number;
  active: boolean;
  software: string;
  name: string;
  contact: string;
  groups: string;
  hosts: string;
  sections: Record<Section, Part>;
};

const parts = (of: (section: Section) => Part) => Object.fromEntries(SECTIONS.map((one) => [one, of(one)])) as Record<Section, Part>;

export const blank = (): Draft => ({
  agency: '',
  url: '',
  interval_seconds: INTERVAL_USUAL,
  active: true,
  software: '',
  name: '',
  contact: '',
  groups: '',
  hosts: '',
  sections: parts(() => ({ on: false, url: '', days: '' })),
});

export function draftOf(site: Shape<'MonitoredSite'>): Draft {
  const { agency, url, interval_seconds, active, profile } = site;
  const { software, responsible, groups, hosts, sections } = profile;
  const kept = (section: Section): Part => {
    const found = sections.find((one) => one.section === section);
    return { on: !!found, url: found?.url ?? '', days: String(found?.days ?? '') };
  };
  return {
    agency,
    url,
    interval_seconds,
    active,
    software: software ?? '',
    name: responsible?.name ?? '',
    contact: responsible?.contact ?? '',
    groups: groups.join('\n'),
    hosts: hosts.join('\n'),
    sections: parts(kept),
  };
}

/** One name a line, each once. */
export const linesOf = (text: string): string[] => [...new Set(text.split('\n').map((line) => line.trim()).filter(Boolean))];

/** One host name a line; an address that was pasted loses what is not its host. */
export const hostsOf = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\s,]+/)
      .map((line) => line.replace(/^https?:\/\//i, '').replace(/[/:?#].*$/, '').toLowerCase())
      .filter(Boolean),
  ),
];

export function wanted(draft: Draft): Required<Shape<'WantedMonitoredSite'>> {
  const { software, name, contact } = { software: draft.software.trim(), name: draft.name.trim(), contact: draft.contact.trim() };
  const part = (section: Section): Shape<'MonitoredPart'> => {
    const { url, days } = draft.sections[section];
    return { section, ...(url.trim() && { url: url.trim() }), ...(days && { days: Number(days) }) };
  };
  return {
    agency: draft.agency.trim(),
    url: draft.url.trim(),
    interval_seconds: draft.interval_seconds,
    active: draft.active,
    profile: {
      software: software || null,
      // With one of them missing the server says so.
      responsible: name || contact ? { name, contact } : null,
      sections: SECTIONS.filter((one) => draft.sections[one].on).map(part),
      hosts: hostsOf(draft.hosts),
      groups: linesOf(draft.groups),
    },
  };
}

/** The usual intervals, and the one that is set where it is none of them. */
export const intervals = (set: number): number[] => [...new Set([...INTERVALS, set])].sort((a, b) => a - b);
