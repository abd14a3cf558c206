/** SOP 3 from what a citizen reports to a website that is fit for use: on call, taken, assigned, contained, reported, returned, approved, secured. */
import { office } from './cases.mjs';
import { audit, base, expect, goto, person, PHONE, settled, story } from './house.mjs';

await story(async (browser) => {
  const by = office(browser, { head: PHONE });
  const [head, monitor] = [await by('head'), await by('monitor')];
  await onCall(head);
  await byTelegram(await by('auditor'));

  const told = await fetch(`${base}/delivery/v1/sites/portal/reports`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ kind: 'gambling', url: 'http://localhost:8080/berita/', description: 'Ada iklan slot di bawah berita', name: 'Budi', contact: '0812-555-0101' }),
  });
  const { reference } = await told.json();
  expect(told.status === 201 && /^LAP-.{4}-.{4}$/.test(reference), `a report is taken: ${told.status}`);
  const state = async () => (await (await fetch(`${base}/delivery/v1/sites/portal/reports/${reference}`)).json()).state;
  expect((await state()) === 'received', 'whoever reported sees that it was received');

  await goto(monitor, '/incidents');
  await audit(monitor, 'the list of incidents');
  await monitor.getByRole('link', { name: /^INS-\d{4}-0001/ }).click();
  await monitor.getByText('0812-555-0101').waitFor();
  await audit(monitor, 'an incident');
  await monitor.getByRole('button', { name: 'Ambil penanganan' }).click();
  await monitor.getByText('Anda menangani insiden ini').waitFor();
  expect((await state()) === 'handling', 'whoever reported sees that it is handled');
  const place = new URL(monitor.url()).pathname.replace('/admin', '');

  const coordinator = await by('sub_coordinator');
  await goto(coordinator, place);
  expect((await coordinator.getByLabel('Alamat website').inputValue()).includes('/berita/'), 'the form begins with what is known');
  await step(coordinator, 'Terima laporan', 'Penugasan');
  await goto(head, place);
  await head.getByLabel('Disposisi').fill('Segera tangani');
  await step(head, 'Tugaskan tim', 'Pengamanan');
  await audit(head, 'an incident on a phone');

  await goto(monitor, place);
  await monitor.getByRole('button', { name: 'Nyatakan terkendali' }).click();
  const dialog = monitor.locator('dialog[open]');
  await dialog.getByLabel('Alasan atau keterangan').fill('Situs ditutup sementara');
  await audit(monitor, 'an incident to be contained');
  await dialog.getByRole('button', { name: 'Nyatakan terkendali' }).click();
  await monitor.getByText('Insiden dinyatakan terkendali').waitFor();

  await putBack(await by('publisher'), monitor, place);
  expect((await monitor.getByRole('button', { name: 'Tarik satu halaman' }).count()) === 0, 'who does not publish there takes no page down');
  await takeDown(await by('admin'), () => by('web_developer'), place);

  await goto(monitor, `${place}?show=report`);
  for (const [label, words] of [['Nama narahubung', 'Sitti Rahma'], ['Jenis insiden', 'Penyisipan tautan perjudian'], ['Dampak', 'Nama baik'], ['Tindakan yang telah dilakukan', 'Berkas dibersihkan']]) {
    await monitor.getByLabel(new RegExp(`^${label}`)).fill(words);
  }
  await monitor.getByRole('button', { name: 'Simpan', exact: true }).click();
  await monitor.getByText(/Versi 1/).waitFor();
  await audit(monitor, 'the report of an incident');
  const [paper] = await Promise.all([monitor.waitForEvent('download'), monitor.getByRole('button', { name: 'Unduh PDF' }).click()]);
  expect(/^INS-\d{4}-0001\.pdf$/.test(paper.suggestedFilename()), 'the report on paper has the number of the incident');
  const [bundle] = await Promise.all([monitor.waitForEvent('download'), monitor.getByRole('button', { name: 'Unduh berkas bukti' }).click()]);
  expect(/^INS-\d{4}-0001\.tar\.gz$/.test(bundle.suggestedFilename()), 'the bundle has the number of the incident');

  await reports(monitor, place);
  await goto(head, '/notices');
  await audit(head, 'notices of an incident');
  await head.locator('main li a').first().click();
  await head.waitForURL(`**${place}`);
  await goto(head, place);
  await head.getByRole('button', { name: 'Tidak disetujui' }).click();
  await head.getByLabel('Alasan').fill('Sebabnya belum ditemukan');
  await step(head, 'Tidak disetujui', 'Pengamanan');
  await reports(monitor, place);
  await goto(head, place);
  await step(head, 'Setujui laporan', 'Perawatan');
  await step(head, 'Nyatakan aman', 'Aman');
  expect((await state()) === 'done', 'whoever reported sees that it is done');

  await goto(monitor, `${place}?show=timeline`);
  const lines = await monitor.locator('ol > li strong').allTextContents();
  const order = ['Terdeteksi', 'Dilaporkan', 'Terkendali', 'Laporan dikembalikan', 'Laporan disetujui', 'Dinyatakan aman; website siap pakai'];
  const places = order.map((words) => lines.indexOf(words));
  expect(places.every((at, index) => at >= 0 && (index === 0 || at > places[index - 1])), `the timeline tells it in order: ${lines.join(', ')}`);
  await audit(monitor, 'a timeline');
  const english = await person(browser, { email: 'monitor@demo.test', language: 'en', viewport: PHONE });
  for (const path of ['/incidents', `${place}?show=timeline`, `${place}?show=report`]) {
    await goto(english, path);
    await audit(english, `${path} in English on a phone`);
  }
});

/** Makes a move of the case, until its next step is shown. */
async function step(page, command, next) {
  const act = page.locator('section[aria-labelledby="act"]');
  const choice = act.locator('[role="group"]').getByRole('button', { name: command, exact: true });
  if (await choice.count()) await choice.click();
  await act.locator('form').getByRole('button', { name: command, exact: true }).click();
  await page.locator('.badge', { hasText: next }).first().waitFor();
  await settled(page);
}

async function reports(monitor, place) {
  await goto(monitor, place);
  await monitor.getByLabel('Tindakan yang dilakukan').fill('Dibersihkan');
  await step(monitor, 'Laporkan', 'Pemeriksaan laporan');
}

/** With two releases, the older one is put back after a look at what that would change. */
async function putBack(publisher, monitor, place) {
  await goto(publisher, '/publish/portal');
  await publisher.getByRole('button', { name: 'Bangun ulang semuanya' }).click();
  await publisher.getByText(/^Rilis \d+ telah tayang/).first().waitFor();
  await goto(monitor, place);
  await monitor.getByRole('button', { name: 'Pulihkan rilis yang baik' }).click();
  const dialog = monitor.locator('dialog[open]');
  await dialog.getByText('Rilis yang tayang dikirim ulang').waitFor();
  await audit(monitor, 'a release to be put back');
  await dialog.getByLabel('Nomor rilis').selectOption({ index: 1 });
  await dialog.getByText('Isinya sama dengan yang tayang sekarang.').waitFor();
  await audit(monitor, 'an older release to be put back');
  await dialog.getByRole('button', { name: 'Pulihkan', exact: true }).click();
  await monitor.getByText('Rilis ditayangkan dan dikirim ke server tujuan').waitFor();
}

/** Whoever handles incidents and publishes on that site takes a page down. */
async function takeDown(admin, developer, place) {
  await goto(admin, '/site/portal/members/new');
  await admin.getByLabel('Alamat surel orang yang ditugaskan').fill('web_developer@demo.test');
  await admin.getByLabel('Peran', { exact: true }).selectOption({ label: 'Penerbit' });
  await admin.getByRole('button', { name: 'Simpan', exact: true }).click();
  await admin.getByText('Penugasan telah disimpan').waitFor();
  const page = await developer();
  await goto(page, place);
  await page.getByRole('button', { name: 'Tarik satu halaman' }).click();
  const dialog = page.locator('dialog[open]').first();
  expect(await dialog.getByRole('button', { name: 'Tarik', exact: true }).isDisabled(), 'nothing is taken down before a page is chosen');
  await dialog.getByRole('button', { name: 'Pilih konten' }).click();
  const found = page.locator('dialog[open]').last();
  await found.locator('li button').first().waitFor();
  await audit(page, 'a page to choose');
  const title = await found.locator('li button span').first().textContent();
  await found.locator('li button').first().click();
  await dialog.getByRole('button', { name: title }).waitFor();
  await dialog.getByLabel('Alasan atau keterangan').fill('Disisipi tautan perjudian');
  await audit(page, 'a page to be taken down');
  await dialog.getByRole('button', { name: 'Tarik', exact: true }).click();
  await page.getByText('Halaman ditarik dari tayangan').waitFor();
  await goto(page, `${place}?show=timeline`);
  await page.getByText('Disisipi tautan perjudian').waitFor();
}

/** Somebody has notices sent by Telegram, which cannot be reached from here. */
async function byTelegram(page) {
  await goto(page, '/account');
  await page.getByLabel('Waktu pengiriman pesan Telegram').selectOption('immediate');
  await page.getByLabel('Nomor obrolan Telegram Anda').fill('@saya');
  await page.getByRole('button', { name: 'Kirim pesan percobaan' }).click();
  await page.getByText('Isi dengan angka.').waitFor();
  await page.getByLabel('Nomor obrolan Telegram Anda').fill('-100200');
  await page.getByRole('button', { name: 'Kirim pesan percobaan' }).click();
  await page.getByText('Telegram tidak dapat dihubungi').waitFor();
  await audit(page, 'notices by Telegram');
  await page.locator('form', { has: page.getByLabel('Nomor obrolan Telegram Anda') }).getByRole('button', { name: 'Simpan', exact: true }).click();
  await page.getByText('Tersimpan').first().waitFor();
  await goto(page, '/account');
  expect((await page.getByLabel('Nomor obrolan Telegram Anda').inputValue()) === '-100200', 'the chat is kept');
}

/** The list is refused where it is wrong, and kept. */
async function onCall(head) {
  await goto(head, '/on-call');
  await head.getByLabel('Tambahkan petugas').selectOption({ index: 1 });
  await head.getByLabel('Surel').uncheck();
  await head.getByRole('button', { name: 'Simpan', exact: true }).click();
  await head.getByText('Pilih sedikitnya satu cara').waitFor();
  await audit(head, 'an on-call list that is refused');
  await head.getByLabel('Surel').check();
  await head.getByLabel('Token bot Telegram').fill('123456:contoh');
  await head.getByRole('button', { name: 'Simpan', exact: true }).click();
  await head.getByText('Tersimpan').first().waitFor();
}
