/** An administrator makes an account; its owner sets the password by the link, once. Then the days off of a new year are read from a list. */
import { PATIENCE_MS, PHONE, audit, base, fault, goto, password, person, story } from './house.mjs';

await story(async (browser) => {
  const admin = await person(browser, { email: 'admin@demo.test' });
  await goto(admin, '/users/new');
  await admin.getByLabel('Nama').fill('Ratna Dewi');
  await admin.getByLabel('Alamat surel').fill('ratna@dinas.test');
  await admin.getByRole('button', { name: 'Buat akun' }).click();
  const link = await admin.getByLabel('Tautan sekali pakai').inputValue();
  await audit(admin, 'a new account');

  const owner = await person(browser, { viewport: PHONE });
  const arrive = () => owner.goto(link.replace(/^https?:\/\/[^/]+/, base));
  await arrive();
  await owner.getByLabel('Kata sandi', { exact: true }).fill('perahu kuning menyeberang');
  await owner.getByLabel('Ulangi kata sandi').fill('perahu kuning');
  if (owner.url().includes('token')) fault('the link stays in the address bar');
  await owner.getByRole('button', { name: 'Tetapkan dan masuk' }).click();
  await owner.getByText('Kedua isian tidak sama.').waitFor();
  await audit(owner, 'a link');
  await owner.getByLabel('Ulangi kata sandi').fill('perahu kuning menyeberang');
  await owner.getByRole('button', { name: 'Tetapkan dan masuk' }).click();
  await owner.getByRole('link', { name: /Ratna Dewi/ }).waitFor();
  await owner.getByRole('link', { name: /Ratna Dewi/ }).click();
  await owner.locator('main').getByRole('button', { name: 'Keluar' }).click();
  await owner.getByRole('heading', { name: 'Masuk ke Lamin' }).waitFor();
  await arrive();
  await owner.getByRole('heading', { name: 'Tautan ini tidak berlaku lagi' }).waitFor();
  await audit(owner, 'a link that was used');

  await goto(admin, '/hours');
  await admin.getByText('Ambil dari daftar').click();
  const list = admin.getByLabel('Satu hari setiap baris');
  await list.fill('2027-01-01 Tahun Baru | New Year\n2027-02-30 Bukan tanggal');
  await admin.getByRole('button', { name: 'Tambahkan ke daftar di atas' }).click();
  await admin.getByText('Baris 2').waitFor();
  await list.fill('2027-01-01 Tahun Baru | New Year\n2027-03-10 Cuti bersama Nyepi');
  await admin.getByRole('button', { name: 'Tambahkan ke daftar di atas' }).click();
  await admin.getByText('Tahun 2027 (2)').waitFor();
  await admin.getByLabel('Jam lain').check();
  await admin.getByRole('button', { name: 'Tambah jam pada hari Senin' }).click();
  await admin.getByRole('button', { name: 'Simpan' }).click();
  // The second span of Monday lies within the first.
  await admin.getByText('bertumpang tindih').waitFor();
  await audit(admin, 'hours that overlap');
  await admin.getByRole('button', { name: 'Hapus jam ke-2 pada hari Senin' }).click();
  await admin.getByRole('button', { name: 'Simpan' }).click();
  await admin.getByText(/^Berlaku sejak/).waitFor();
  await goto(admin, '/ledger?action=calendar.change');
  await admin.locator('li', { hasText: 'Jam pelayanan atau hari libur diubah' }).first().waitFor();
  await goto(admin, '/procedures/website_management');
  await admin.getByText('Jam yang berlaku').waitFor();

  // The language goes with the account, to a browser in which nobody chose one.
  await goto(admin, '/account');
  await admin.getByRole('button', { name: 'English' }).click();
  await admin.waitForFunction(() => document.documentElement.lang === 'en');
  const elsewhere = await (await browser.newContext({ locale: 'id-ID' })).newPage();
  elsewhere.setDefaultTimeout(PATIENCE_MS);
  await elsewhere.goto(`${base}/admin/`);
  await elsewhere.locator('input[type=email]').fill('admin@demo.test');
  await elsewhere.locator('input[type=password]').fill(password);
  await elsewhere.keyboard.press('Enter');
  await elsewhere.getByRole('heading', { name: 'My tasks' }).waitFor();
});
