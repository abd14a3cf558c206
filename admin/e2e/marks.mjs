/** An official marks what is wrong on a phone; the editor finds the marks beside the text, and sees which are done. */
import { act, audit, expect, goto, person, PHONE, settled, step, story, takeTask } from './house.mjs';

const TITLE = 'Perpustakaan keliling singgah di Loa Tengah';
const [GOOD, WRONG] = ['Perpustakaan keliling membawa dua ribu buku.', 'Mobil datang setiap hari Senin.'];

await story(async (browser) => {
  const author = await person(browser, { email: 'author@demo.test' });
  await goto(author, '/content/portal/new/berita');
  await author.locator('.ProseMirror').waitFor();
  await author.getByLabel('Judul', { exact: false }).first().fill(TITLE);
  await author.locator('.ProseMirror').click();
  await author.keyboard.type(GOOD);
  await author.keyboard.press('Enter');
  await author.keyboard.type(WRONG);
  await author.getByRole('button', { name: 'Simpan', exact: true }).click();
  await author.waitForURL(/\/admin\/entries\//);
  await settled(author);
  await act(author, 'Serahkan');
  await step(author, 'Diserahkan');

  const editor = await person(browser, { email: 'editor@demo.test' });
  await takeTask(editor, TITLE);
  await act(editor, 'Ambil');
  await step(editor, 'Penyuntingan');
  await act(editor, 'Teruskan untuk disaring');
  await step(editor, 'Penyaringan');

  const official = await person(browser, { email: 'approver@demo.test', viewport: PHONE });
  await takeTask(official, TITLE);
  await official.getByText('Tandai yang perlu diperbaiki').click();
  await official.locator('li', { hasText: WRONG }).getByRole('button', { name: 'Tandai bagian ini' }).click();
  await official.getByLabel('Apa yang perlu diperbaiki?').fill('Setiap hari Selasa.');
  await audit(official, 'marks');
  await act(official, 'Tolak', 'Mohon periksa jadwal.');
  await official.waitForURL(/\/admin\/$/);

  await takeTask(editor, TITLE);
  const why = editor.getByRole('region', { name: 'Alasan pengembalian' });
  for (const words of ['Mohon periksa jadwal.', WRONG, 'Setiap hari Selasa.']) await why.getByText(words).waitFor();
  await audit(editor, 'given back');
  const done = why.getByText('Bagian ini sudah diubah.');
  expect((await done.count()) === 0, 'a passage that still stands is not said to be changed');
  await editor.locator('.ProseMirror p', { hasText: WRONG }).click();
  await editor.keyboard.press('End');
  for (let letters = 'Senin.'.length; letters > 0; letters--) await editor.keyboard.press('Backspace');
  await editor.keyboard.type('Selasa.');
  await done.waitFor();
});
