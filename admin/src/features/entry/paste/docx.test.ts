// @vitest-environment jsdom
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clean } from './clean';
import { docxToHtml } from './docx';
import { markdownOf } from './reading';

const folder = `${import.meta.dirname}/fixtures`;
const names = readdirSync(folder).filter((name) => name.endsWith('.docx'));
const bytes = (name: string) => new Uint8Array(readFileSync(`${folder}/${name}`)) as unknown as ArrayBuffer;

test.each(names)('%s becomes the content that it is', async (name) => {
  const { html, notes } = clean(await docxToHtml(bytes(name)));
  expect(markdownOf(html + notes)).toBe(readFileSync(`${folder}/${name}.md`, 'utf8').trim());
});

test('there are six documents, all small', () => {
  expect(names.length).toBe(6);
  for (const name of names) expect(statSync(`${folder}/${name}`).size, name).toBeLessThan(40_000);
});

test('pictures within a document come with their bytes and with what it says of them', async () => {
  const { pictures } = clean(await docxToHtml(bytes('gambar.docx')));
  expect(pictures.map(({ alt, address }) => [alt, address.slice(0, 22)])).toEqual([
    ['Jembatan Sungai Lestari dari udara', 'data:image/png;base64,'],
    ['', 'data:image/png;base64,'],
  ]);
});
