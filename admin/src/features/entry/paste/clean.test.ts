// @vitest-environment jsdom
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clean } from './clean';
import { markdownOf } from './reading';

const folder = `${import.meta.dirname}/fixtures`;
const names = readdirSync(folder).filter((name) => name.endsWith('.html')).map((name) => name.slice(0, -5));
const fixture = (name: string) => readFileSync(`${folder}/${name}`, 'utf8');

test.each(names)('%s comes out clean', (name) => {
  const { html, notes } = clean(fixture(`${name}.html`));
  expect(markdownOf(html + notes)).toBe(fixture(`${name}.md`).trim());
});

test.each(names)('%s, once clean, stays as it is', (name) => {
  const once = clean(fixture(`${name}.html`));
  const again = clean(once.html + once.notes);
  expect(again.html).toBe(once.html);
  expect(again.notes).toBe(once.notes);
  expect(again.pictures).toEqual([]);
});

test.each(names)('of %s nothing stays but what a text is made of', (name) => {
  const { html, notes } = clean(fixture(`${name}.html`));
  const { body } = new DOMParser().parseFromString(html + notes, 'text/html');
  const allowed: Record<string, string[]> = { a: ['href'], img: ['src', 'alt'], ol: ['start'], sup: ['data-note'], aside: ['data-note'] };
  for (const element of body.querySelectorAll('*')) {
    expect('p h2 h3 h4 ul ol li blockquote pre code table tbody tr th td strong em s a br hr img sup aside'.split(' ')).toContain(element.localName);
    expect(allowed[element.localName] ?? []).toEqual(expect.arrayContaining(element.getAttributeNames()));
    expect(element.getAttribute('href') ?? '/').toMatch(/^(https?:|mailto:|tel:|asset:|\/)/);
  }
});

test('there are samples of three generations of Word, of Google Docs and of LibreOffice', () => {
  for (const [program, least] of [['word-desktop', 6], ['word-2003', 1], ['word-filtered', 1], ['word-online', 2], ['google', 3], ['libreoffice', 3]] as const) {
    expect(names.filter((name) => name.startsWith(program)).length, program).toBeGreaterThanOrEqual(least);
  }
});

test('a picture keeps what somebody said of it, and loses what a program guessed', () => {
  const { pictures } = clean(fixture('word-desktop-pictures.html'));
  expect(pictures.map(({ key, alt }) => [key, alt])).toEqual([['pasted:0', 'Jembatan Sungai Lestari dilihat dari udara'], ['pasted:1', '']]);
  expect(pictures[0]!.address).toMatch(/^file:.*clip_image002\.png$/);
});

test('notes are counted on from those that the text has', () => {
  const { html, notes } = clean(fixture('word-desktop-notes.html'), 4);
  expect(markdownOf(html + notes)).toMatch(/persen\[\^4\][^]*\[\^5\][^]*\[\^6\][^]*\[\^4\]: Badan/);
});

test('marks that Markdown could not write are moved to where it can', () => {
  const text = (html: string) => markdownOf(clean(html).html);
  expect(text('<p><b>tebal </b>biasa<i> miring</i></p>')).toBe('**tebal** biasa *miring*');
  expect(text('<p>kata<b>(tebal)</b>kata</p>')).toBe('kata(**tebal**)kata');
  expect(text('<p><b>satu</b><b> dua</b></p>')).toBe('**satu dua**');
  expect(text('<p><b>&nbsp;</b>a<b>.</b>b</p>')).toBe('a.b');
});

test('what is nested without end is cut off, not followed', () => {
  const deep = (tag: string) => `<${tag}>`.repeat(200) + 'dasar';
  for (const tag of ['div', 'blockquote', 'ul><li', 'b', 'table><tr><td']) expect(clean(deep(tag)).html, tag).toContain('dasar');
}, 30_000);

test('a table that says it is endless is not', () => {
  const { html } = clean('<table><tr><td colspan="9999999" rowspan="9999999">a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>');
  expect(html.length).toBeLessThan(10_000);
});
