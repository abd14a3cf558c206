/** SOP 1 by four people, each in a browser of their own, the official with a phone. */
import { act, audit, base, expect, goto, person, PHONE, settled, step, story, takeTask } from './house.mjs';

const TITLE = 'Jembatan Sungai Lestari dibuka untuk umum';

await story(async (browser) => {
  const author = await person(browser, { email: 'author@demo.test' });
  await goto(author, '/content/portal');
  await author.getByRole('button', { name: 'Tulis baru …' }).click();
  await author.locator('dialog').getByRole('link', { name: /^Berita/ }).click();
  await author.getByRole('heading', { name: 'Baru: Berita' }).waitFor();
  await author.getByLabel('Judul', { exact: false }).first().fill(TITLE);
  await author.locator('.ProseMirror').waitFor();
  await author.locator('.ProseMirror').click();
  await author.keyboard.type('Jembatan sepanjang dua ratus meter dibuka hari ini.');
  await author.getByRole('button', { name: 'Simpan' }).click();
  await author.waitForURL(/\/admin\/entries\//);
  const entry = new URL(author.url()).pathname.split('/').pop();
  await settled(author);
  await audit(author, 'edit');
  await act(author, 'Serahkan');
  await step(author, 'Diserahkan');

  const editor = await person(browser, { email: 'editor@demo.test' });
  await takeTask(editor, TITLE);
  await act(editor, 'Ambil');
  await step(editor, 'Penyuntingan');
  await editor.locator('.ProseMirror').click();
  await editor.keyboard.press('Control+End');
  await editor.keyboard.type(' Warga berjalan kaki pada hari pertama.');
  await act(editor, 'Teruskan untuk disaring');
  await step(editor, 'Penyaringan');

  const official = await person(browser, { email: 'approver@demo.test', viewport: PHONE });
  await takeTask(official, TITLE);
  expect(new URL(official.url()).pathname.endsWith('/review'), 'a task of the official opens the review');
  const shown = official.frameLocator('iframe');
  await shown.getByText('Warga berjalan kaki pada hari pertama.').first().waitFor();
  await audit(official, 'review');
  await act(official, 'Setujui');
  await official.waitForURL(/\/admin\/$/);

  const publisher = await person(browser, { email: 'publisher@demo.test' });
  await takeTask(publisher, TITLE);
  await act(publisher, 'Tayangkan');
  await publisher.waitForURL(/\/admin\/$/);

  const page = await publisher.request.get(`${base}/delivery/v1/sites/portal/entries?filter[title][eq]=${encodeURIComponent(TITLE)}`);
  expect((await page.text()).includes(TITLE), 'citizens can read it');
  await goto(author, `/entries/${entry}/review`);
  await author.getByText('menayangkan').first().waitFor();
});
