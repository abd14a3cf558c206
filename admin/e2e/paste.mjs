/** Naskah from Word, a picture and a .docx come into the editor, are saved, and look as they should where they are published. */
import { readFileSync } from 'node:fs';
import { audit, expect, goto, person, settled, story } from './house.mjs';

const fixtures = new URL('../src/features/entry/paste/fixtures/', import.meta.url);
const text = (name) => readFileSync(new URL(name, fixtures), 'utf8');
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** As a program puts it on the clipboard; the browser's own door would clean it first. */
const paste = (page, { html = '', png = '' }) =>
  page.locator('.ProseMirror').evaluate(
    (box, { html, png }) => {
      const clipboardData = new DataTransfer();
      if (html) clipboardData.setData('text/html', html);
      if (png) clipboardData.items.add(new File([Uint8Array.from(atob(png), (byte) => byte.charCodeAt(0))], 'balai-kota.png', { type: 'image/png' }));
      box.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    },
    { html, png },
  );
const end = (page) => page.locator('.ProseMirror').press('Control+End');

await story(async (browser) => {
  const author = await person(browser, { email: 'author@demo.test' });
  await goto(author, '/content/portal/new/berita');
  await author.getByLabel('Judul', { exact: false }).first().fill('Naskah dari Word');
  const editor = author.locator('.ProseMirror');
  await editor.click();

  await paste(author, { html: text('word-desktop-lists.html') });
  await editor.getByText('legalisasi dari kantor pencatatan').waitFor();
  await end(author);
  await author.keyboard.press('Enter');
  await author.keyboard.press('Enter');
  await paste(author, { html: text('word-desktop-table.html') });
  await editor.locator('th', { hasText: 'Penduduk – Perempuan' }).waitFor();
  await end(author);
  await author.keyboard.press('Enter');
  await paste(author, { html: text('word-desktop-notes.html') });
  await editor.locator('aside[data-note="3"]').waitFor();

  // A picture is placed only with words, or as decoration.
  await editor.locator('p', { hasText: 'Sumber: dinas kependudukan.' }).click();
  await author.keyboard.press('End');
  await paste(author, { png: PNG });
  const dialog = author.locator('dialog[open]');
  await dialog.waitFor();
  await dialog.getByRole('button', { name: 'Tempatkan dalam naskah' }).click();
  await dialog.getByText('Tuliskan apa yang ditampilkan gambar').waitFor();
  await audit(author, 'dialog of pictures');
  await dialog.getByLabel('Teks alternatif').fill('Balai kota pada pagi hari');
  await author.keyboard.press('Enter');
  await editor.locator('figcaption', { hasText: 'Balai kota pada pagi hari' }).waitFor();

  // By keys alone to a document of Word, whose pictures are asked for as well.
  await author.locator('summary', { hasText: 'Sisipkan' }).focus();
  await author.keyboard.press('Enter');
  await audit(author, 'menu of what can be put in');
  await author.keyboard.press('Escape');
  await end(author);
  await author.locator('input[type=file][accept=".docx"]').setInputFiles(new URL('gambar.docx', fixtures).pathname);
  await dialog.waitFor();
  await dialog.getByLabel('Jangan sertakan gambar ini').last().check();
  expect((await dialog.getByLabel('Teks alternatif').first().inputValue()) === 'Jembatan Sungai Lestari dari udara', 'what the document says of its picture is offered');
  await dialog.getByRole('button', { name: 'Tempatkan dalam naskah' }).click();
  await editor.getByText('Selesai.').waitFor();

  // The same by dropping it there.
  await editor.evaluate((box, bytes) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([Uint8Array.from(atob(bytes), (byte) => byte.charCodeAt(0))], 'daftar.docx'));
    const { left, bottom } = box.lastElementChild.getBoundingClientRect();
    box.dispatchEvent(new DragEvent('drop', { dataTransfer, clientX: left + 5, clientY: bottom - 5, bubbles: true, cancelable: true }));
  }, readFileSync(new URL('daftar.docx', fixtures)).toString('base64'));
  await editor.getByText('Nomor diambil di lantai satu.').first().waitFor();
  await audit(author, 'editor with all of it');

  const answer = author.waitForResponse((response) => response.request().method() === 'POST' && response.url().endsWith('/sites/portal/entries'));
  await author.getByRole('button', { name: 'Simpan' }).click();
  const saved = await (await answer).json();
  const { body } = saved.fields;
  for (const part of [
    '- Dokumen kependudukan:\n  - KTP elektronik **asli**\n',
    '    - legalisasi dari kantor pencatatan\n',
    '2. Petugas memeriksa berkas:\n   1. kelengkapan;\n',
    'Pantai\\|Indah',
    '    - lembar pertama\n',
    'persen[^1] pada tahun',
    '[^1]: Badan Pusat Statistik, *Kota dalam Angka*, 2026.',
    '![Balai kota pada pagi hari](asset:',
    '![Jembatan Sungai Lestari dari udara](asset:',
  ]) expect(body.includes(part), `the text has ${part}\n${body}`);
  expect(!/mso|class=|style=|<span|&nbsp;|pasted:/i.test(body), `nothing of Word stays:\n${body}`);

  // It opens in the visual editor again, and is shown by what publishes it.
  await author.waitForURL(/\/admin\/entries\//);
  await author.reload();
  await settled(author);
  await editor.locator('aside[data-note="3"]').waitFor();
  await goto(author, `/entries/${saved.id}/review`);
  const page = author.frameLocator('iframe');
  await page.locator('ul ul ul li', { hasText: 'legalisasi dari kantor pencatatan' }).waitFor();
  await page.locator('th', { hasText: 'Penduduk – Laki-laki' }).waitFor();
  await page.locator('[role=doc-endnotes] li', { hasText: 'Maret dan September.' }).waitFor();
  expect((await page.locator('img[alt="Balai kota pada pagi hari"]').count()) === 1, 'the picture is on the page');
});
