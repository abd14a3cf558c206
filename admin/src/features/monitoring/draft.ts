/** A watched website as its form holds it, and what of it goes to the server. */
import type { Shape } from '../../api/client';

export type Section = Shape<'MonitoredSection'>;
export const SECTIONS = ['berita', 'artikel', 'agenda'] as const satisfies Section[];

/** What people choose among; the server takes any from 30 seconds to a day. */
const INTERVALS = [30, 60, 300, 900, 3_600, 86_400];
const INTERVAL_USUAL = 60;

type Part = { on: boolean; url: string; days: string };
type Scope = Shape<'MonitorMandateScope'>;
export const SCOPES = ['exposed_files', 'crawler'] as const satisfies Scope[];
type Mandate = { number: string; signed_on: string; signed_by: string; valid_until: string; scope: Scope[] };
export type Excuse = { check: string; reason: string; valid_until: string; agreed_by: string };

/** What an exception may excuse: sections, then kinds of findings, as the server names them. */
export const CHECKS = [
  ...SECTIONS,
  'no_https',
  'no_redirect_to_https',
  'certificate_distrusted',
  'certificate_ends_soon',
  'certificate_weak',
  'mixed_content',
  'version_disclosed',
  'no_security_txt',
  'security_txt_expired',
  'no_dnssec',
  'no_caa',
  'no_spf',
  'no_dmarc',
  'weak_dmarc',
  'dangling_name',
  'name_service_silent',
] as const;
export type Draft = {
  agency: string;
  url: string;
  interval_seconds: number;
  active: boolean;
  software: string;
  name: string;
  email: string;
  phone: string;
  zone: string;
  groups: string;
  hosts: string;
  sections: Record<Section, Part>;
  /** Whether there is a letter; what was written of it stays while there is none. */
  mandated: boolean;
  mandate: Mandate;
  excuses: Excuse[];
};

const noMandate = (): Mandate => ({ number: '', signed_on: '', signed_by: '', valid_until: '', scope: [] });
export const noExcuse = (): Excuse => ({ check: 'berita', reason: '', valid_until: '', agreed_by: '' });

const parts = (of: (section: Section) => Part) => Object.fromEntries(SECTIONS.map((one) => [one, of(one)])) as Record<Section, Part>;

export const blank = (): Draft => ({
  agency: '',
  url: '',
  interval_seconds: INTERVAL_USUAL,
  active: true,
  software: '',
  name: '',
  email: '',
  phone: '',
  zone: '',
  groups: '',
  hosts: '',
  sections: parts(() => ({ on: false, url: '', days: '' })),
  mandated: false,
  mandate: noMandate(),
  excuses: [],
});

export function draftOf(site: Shape<'MonitoredSite'>): Draft {
  const { agency, url, interval_seconds, active, profile } = site;
  const { software, responsible, groups, hosts, sections, zone, mandate, exceptions } = profile;
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
    email: responsible?.email ?? '',
    phone: responsible?.phone ?? '',
    zone: zone ?? '',
    groups: groups.join('\n'),
    hosts: hosts.join('\n'),
    sections: parts(kept),
    mandated: !!mandate,
    mandate: { ...noMandate(), ...mandate },
    excuses: exceptions.map((one) => ({ ...one })),
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
  const [software, name, email, phone] = [draft.software, draft.name, draft.email, draft.phone].map((text) => text.trim()) as [string, string, string, string];
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
      // With some of it missing the server says so.
      responsible: name || email || phone ? { name, ...(email && { email }), ...(phone && { phone }) } : null,
      sections: SECTIONS.filter((one) => draft.sections[one].on).map(part),
      hosts: hostsOf(draft.hosts),
      groups: linesOf(draft.groups),
      zone: draft.zone || null,
      mandate: draft.mandated ? draft.mandate : null,
      exceptions: draft.excuses,
    },
  };
}

/** The usual intervals, and the one that is set where it is none of them. */
export const intervals = (set: number): number[] => [...new Set([...INTERVALS, set])].sort((a, b) => a - b);
