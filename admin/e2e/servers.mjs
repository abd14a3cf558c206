/** A web developer adds a server, is told what is wrong where it is wrong, has it checked, changes it and takes it away. */
import { audit, expect, goto, person, PHONE, settled, story } from './house.mjs';

const SECRET = 'kata sandi yang tidak pernah tampil';

await story(async (browser) => {
  const page = await person(browser, { email: 'web_developer@demo.test', viewport: PHONE });
  await goto(page, '/publish/portal?show=targets');
  await page.getByRole('button', { name: 'Tambah server' }).click();
  await page.getByRole('heading', { name: 'Server baru' }).waitFor();

  // A folder that this installation does not allow.
  await page.getByLabel('Cara pengiriman').selectOption('directory');
  await page.getByLabel('Nama', { exact: false }).first().fill('cadangan');
  await page.getByLabel('Alamat folder').fill('/etc/portal');
  await page.getByRole('button', { name: 'Tambahkan server ini' }).click();
  const folder = page.getByLabel('Alamat folder');
  await page.getByText('Instalasi ini tidak mengizinkan folder tersebut.').waitFor();
  expect((await folder.getAttribute('aria-invalid')) === 'true', 'the folder is told to be wrong');
  expect(await folder.evaluate((field) => field === document.activeElement), 'the folder has the focus');
  await audit(page, 'a server that is refused');

  // A server that is not there. What opens it is stored and never comes back.
  await page.getByLabel('Cara pengiriman').selectOption('sftp');
  await page.getByLabel('Nama server').fill('127.0.0.1');
  await page.getByLabel('Nomor port').fill('9');
  await page.getByLabel('Alamat folder').fill('/srv/portal');
  await page.getByRole('radio', { name: 'Kata sandi' }).check();
  await page.locator('input[type="password"]').fill(SECRET);
  await page.getByLabel('Kirim rilis ke server ini').uncheck();
  await audit(page, 'the form of a server');
  await page.getByRole('button', { name: 'Tambahkan server ini' }).click();
  await page.getByRole('heading', { name: 'cadangan' }).waitFor();
  await page.getByText('Akses tersimpan').waitFor();
  expect(!(await page.content()).includes(SECRET), 'no password is shown');

  await page.getByRole('button', { name: 'Periksa sekarang: cadangan' }).click();
  await page.getByText('Ada yang perlu diperbaiki').waitFor();
  await audit(page, 'a server that cannot be reached');

  await page.getByRole('button', { name: 'Ubah: cadangan' }).click();
  await page.getByRole('heading', { name: 'Ubah cadangan' }).waitFor();
  expect(await page.getByRole('radio', { name: 'Tetap seperti yang tersimpan' }).isChecked(), 'what is stored stays');
  await page.getByLabel('Nama server').fill('127.0.0.2');
  await page.getByText('Pengaturan ini mengarah ke server lain.').waitFor();
  await page.getByRole('button', { name: 'Simpan', exact: true }).click();
  await page.getByText('Tidak ada akses yang tersimpan').waitFor();
  await page.getByText('127.0.0.2:9/srv/portal').waitFor();

  await page.getByRole('button', { name: 'Hapus: cadangan' }).click();
  await page.locator('dialog[open]').waitFor();
  await audit(page, 'a server to be removed');
  await page.locator('dialog[open]').getByRole('button', { name: 'Hapus', exact: true }).click();
  await page.getByRole('heading', { name: 'Tidak ada server lain' }).waitFor();

  // Who only publishes looks and does not change.
  const publisher = await person(browser, { email: 'publisher@demo.test' });
  await goto(publisher, '/publish/portal?show=targets');
  await settled(publisher);
  expect((await publisher.getByRole('button', { name: 'Tambah server' }).count()) === 0, 'a publisher adds no server');
});
