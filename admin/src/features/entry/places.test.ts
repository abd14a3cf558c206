import { describe, expect, it } from 'vitest';
import { onlyPictures, ordered, way } from './places';

const field = (key: string, fields: unknown[] = []) => ({ key, kind: 'text', label: { id: key, en: key }, fields }) as never;

describe('places of findings', () => {
  const fields = [field('body'), field('items', [field('alt')])];

  it('leads through components by label and number', () => {
    expect(way(fields, 'fields.items[2].alt')).toEqual([
      { label: { id: 'items', en: 'items' }, number: 3 },
      { label: { id: 'alt', en: 'alt' } },
    ]);
    expect(way(fields, 'fields.body')).toEqual([{ label: { id: 'body', en: 'body' } }]);
  });

  it('says nothing of what is no field', () => {
    expect(way(fields, 'tags[0]')).toEqual([]);
    expect(way(fields, 'fields.gone')).toEqual([]);
  });

  it('puts what holds the entry first and what was answered for last', () => {
    const found = [
      { severity: 'warn' as const, confirmed: false },
      { severity: 'block' as const, confirmed: true },
      { severity: 'block' as const, confirmed: false },
    ];
    expect(ordered(found)).toEqual([found[2], found[0], found[1]]);
  });
});

describe('what holds an entry back', () => {
  it('may be decoration when it is pictures alone', () => {
    expect(onlyPictures([{ check: 'missing_alt' }, { check: 'missing_alt' }])).toBe(true);
    expect(onlyPictures([{ check: 'missing_alt' }, { check: 'nik' }])).toBe(false);
    expect(onlyPictures([])).toBe(false);
  });
});
