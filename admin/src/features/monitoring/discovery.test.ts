import { expect, test } from 'vitest';
import { filledIn, type Found } from './discovery';
import { blank } from './draft';

const found: Found = {
  url: 'https://dinas.test/',
  agency: 'Dinas Contoh',
  profile: { software: 'wordpress', sections: [{ section: 'berita', url: 'https://dinas.test/berita/' }, { section: 'agenda' }] },
};

test('a form takes what was found out about a website', () => {
  const filled = filledIn({ ...blank(), url: 'dinas.test' }, found);
  expect([filled.url, filled.agency, filled.software]).toEqual(['https://dinas.test/', 'Dinas Contoh', 'wordpress']);
  expect(filled.sections.berita).toMatchObject({ on: true, url: 'https://dinas.test/berita/' });
  expect([filled.sections.agenda.on, filled.sections.agenda.url, filled.sections.artikel.on]).toEqual([true, '', false]);
});

test('what somebody wrote stays', () => {
  const draft = { ...blank(), agency: 'Dinkes', software: 'joomla' };
  draft.sections.berita = { ...draft.sections.berita, on: true, url: '/kabar/', days: '3' };
  const filled = filledIn(draft, found);
  expect([filled.agency, filled.software]).toEqual(['Dinkes', 'joomla']);
  expect(filled.sections.berita).toMatchObject({ on: true, url: '/kabar/', days: '3' });
});
