import { expect, test } from 'vitest';
import type { Shape } from '../../api/client';
import { blank, draftOf, hostsOf, intervals, linesOf, wanted } from './draft';

const SITE = {
  agency: 'Dinas Kesehatan',
  url: 'https://dinkes.example.go.id/',
  interval_seconds: 120,
  active: true,
  profile: {
    software: 'wordpress',
    sections: [{ section: 'berita', url: 'https://dinkes.example.go.id/berita', days: 7 }, { section: 'agenda' }],
    responsible: { name: 'Sitti Rahma', email: 'sitti@example.go.id', phone: '0411 123456' },
    hosts: ['youtube.com'],
    groups: ['server 1', 'Kota'],
    zone: 'Asia/Jayapura',
    mandate: { number: '045/1', signed_on: '2026-11-02', signed_by: 'Kepala Dinas', valid_until: '2027-11-01', scope: ['crawler'] },
    exceptions: [{ check: 'no_caa', reason: 'DNS dikelola pusat', valid_until: '2027-06-30', agreed_by: 'Kepala Bidang' }],
  },
} as Shape<'MonitoredSite'>;

test('what was stored comes back from its form as it was', () => {
  const { agency, url, interval_seconds, active, profile } = SITE;
  expect(wanted(draftOf(SITE))).toEqual({ agency, url, interval_seconds, active, profile });
});

test('a form that says nothing of people, software and sections says so', () => {
  expect(wanted(blank()).profile).toEqual({ software: null, responsible: null, sections: [], hosts: [], groups: [], zone: null, mandate: null, exceptions: [] });
});

test('half of a contact is sent, so that the server can refuse it', () => {
  expect(wanted({ ...blank(), name: 'Sitti' }).profile.responsible).toEqual({ name: 'Sitti' });
});

test('a mandate that is taken away is not sent, whatever is written of it', () => {
  const draft = draftOf(SITE);
  draft.mandated = false;
  expect(wanted(draft).profile.mandate).toBeNull();
});

test('a section that is not ticked is not sent, whatever is written in it', () => {
  const draft = blank();
  draft.sections.artikel = { on: false, url: 'https://a.example.go.id', days: '3' };
  expect(wanted(draft).profile.sections).toEqual([]);
});

test('hosts lose what an address has more, and stand once', () => {
  expect(hostsOf('https://YouTube.com/watch?v=1\nyoutube.com, lapor.go.id:443')).toEqual(['youtube.com', 'lapor.go.id']);
  expect(linesOf(' Kota \n\nserver 1\nKota')).toEqual(['Kota', 'server 1']);
});

test('an unusual interval can be chosen again', () => {
  expect(intervals(120)).toEqual([30, 60, 120, 300, 900, 3_600, 86_400]);
});
