// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { readdirSync, readFileSync } from 'node:fs';
import { again } from './paste/reading';
import { plainest } from './values';
import { understands } from './visual';

const digest = 'a'.repeat(64);
const folder = `${import.meta.dirname}/paste/fixtures`;

const TEXTS: Record<string, string> = {
  'a footnote': 'Angka turun.[^1] Lagi.[^1]\n\n[^1]: Sumber: BPS.',
  'two footnotes without a line between': 'a[^1] b[^dua]\n\n[^1]: satu\n[^dua]: dua',
  'a footnote of several blocks': 'a[^1]\n\n[^1]: satu\n\n    dua\n\n    - tiga\n    - empat\n\nsesudahnya',
  'a footnote in a table': '| a[^1] | b |\n| --- | --- |\n| c | d |\n\n[^1]: catatan',
  'a footnote whose paragraph goes on': 'a[^1]\n\n[^1]: baris satu\nbaris dua',
  'a mark without its note': 'lihat [^7] di bawah',
  'what looks like a note in code': 'tulis `[^1]: x` dan\n\n```\n[^1]: x\n```',
  'a picture': `![Warga di halte](asset:${digest})`,
  'a picture that decorates': `![](asset:${digest})`,
  'a picture with brackets in its words': `![Bagan \\[a\\] & "b"](asset:${digest} "Judul \\"x\\"")`,
  'a picture in a list': `- satu\n\n  ![foto](asset:${digest})\n\n- dua`,
  'a link to a file': `[Formulir F-1.01 (PDF, 120 kB)](asset:${digest})`,
  'a link to own content': '[Layanan kependudukan](/layanan/kependudukan/)',
  'a film as a link': '[Pawai (YouTube)](https://www.youtube.com/watch?v=dQw4w9WgXcQ)',
  'a quotation with a list': '> Kata beliau:\n>\n> - satu\n> - dua',
  'a cell of two lines': '| a | b |\n| --- | --- |\n| satu<br>dua | c \\| d |',
  'a list within a list that begins later': '3. satu\n   - dua\n     1. tiga\n4. empat',
};

test.each(Object.keys(TEXTS))('%s is understood and written as it was', (name) => {
  const text = TEXTS[name]!;
  expect(again(text)).toBe(again(again(text)));
  expect(plainest(again(text))).toBe(plainest(text));
  expect(understands(text)).toBe(true);
});

test.each(readdirSync(folder).filter((name) => name.endsWith('.md')))('what %s holds is read and written without loss', (name) => {
  const text = readFileSync(`${folder}/${name}`, 'utf8').trim();
  expect(again(text)).toBe(text);
  expect(understands(text)).toBe(true);
});

test('what the editor does not know is told from what it knows', () => {
  for (const text of ['<details><summary>a</summary>b</details>', 'a <mark>b</mark>', 'Kata ![kecil](/a.png) dalam baris']) expect(understands(text), text).toBe(false);
});
