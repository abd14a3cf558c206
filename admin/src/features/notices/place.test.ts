import { expect, test } from 'vitest';
import { placeOf } from './place';

const entry = { about: { kind: 'entry', id: 'e1' }, site: 'portal' };

test('what waits for a decision leads to the review, and the rest to the entry', () => {
  expect(placeOf({ ...entry, kind: 'waiting', waits: true })).toBe('/entries/e1/review');
  expect(placeOf({ ...entry, kind: 'returned', waits: true })).toBe('/entries/e1');
  expect(placeOf({ ...entry, kind: 'approved', waits: false })).toBe('/entries/e1');
});

test('cases, targets and checks have places of their own', () => {
  expect(placeOf({ kind: 'comment', waits: false, about: { kind: 'case', id: 'c1' } })).toBe('/cases/c1');
  expect(placeOf({ kind: 'waiting', waits: true, about: { kind: 'case', id: 'c1' }, incident: 'n1' })).toBe('/incidents/n1');
  expect(placeOf({ kind: 'websites_failed', waits: false, about: { kind: 'incident', id: 'i1' } })).toBe('/monitoring');
  expect(placeOf({ kind: 'deployment_failed', waits: false, about: { kind: 'target', id: 't' }, site: 'portal' })).toBe('/publish/portal?show=targets');
  expect(placeOf({ kind: 'verification_failed', waits: false, about: { kind: 'site', id: 's' }, site: 'portal' })).toBe('/publish/portal?show=verify');
  expect(placeOf({ kind: 'deployment_failed', waits: false, about: { kind: 'target', id: 't' } })).toBeUndefined();
});
