import { expect, test } from 'vitest';
import { changed, description, onTop, type Draft } from './describe';

const base: Draft = { alt_id: 'Bus', alt_en: '', credit: 'Humas', source: '', licence: '', consent: '', folder: 'foto', tags: 'bus', focus: null };

test('a save sends what was changed alone', () => {
  expect(description(base, { ...base, tags: 'bus, kota' })).toEqual({ tags: ['bus', 'kota'] });
  expect(description(base, { ...base, alt_en: ' A bus ' })).toEqual({ alt: { id: 'Bus', en: 'A bus' } });
  expect(description(base, { ...base, focus: { x: 0.2, y: 0.3 } })).toEqual({ focus: { x: 0.2, y: 0.3 } });
  expect(changed(base, { ...base })).toBe(false);
});

test('what was typed lies on top of what somebody else has saved', () => {
  const fresh = { ...base, credit: 'Diskominfo', tags: 'bus, kota' };
  expect(onTop(base, { ...base, credit: 'Biro Humas' }, fresh)).toEqual({ ...fresh, credit: 'Biro Humas' });
});
