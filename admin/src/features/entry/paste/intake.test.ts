// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { contentOf, DOCX_BYTES_MAX, placed, Unfit } from './intake';
import { picturesOf } from './rtf';

const hex = (text: string) => [...text].map((letter) => letter.charCodeAt(0).toString(16).padStart(2, '0')).join('');
const pict = (kind: string, text: string) => `{\\*\\shppict{\\pict{\\*\\picprop\\shplid1025{\\sp{\\sn pictureId}{\\sv 1}}}\\picscalex100\\picw10\\${kind}\\bliptag-123{\\*\\blipuid ${hex('x'.repeat(16))}}\r\n${hex(text).replace(/(.{64})/g, '$1\r\n')}}}{\\nonshppict{\\pict\\wmetafile8 0102}}`;
const rtf = `{\\rtf1\\ansi teks ${pict('pngblip', 'gambar satu '.repeat(9))}\\par ${pict('jpegblip', 'dua')}}`;
const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);
const word = (image: string) => `<p class=MsoNormal><img src="file:///C:/clip_image00${image}.png" alt="Foto balai kota"></p>`;

test('the bytes of pictures of Word are in the rich text beside, once each', () => {
  const found = picturesOf(rtf);
  expect(found.map((one) => one && [one.type, text(one.bytes)])).toEqual([['image/png', 'gambar satu '.repeat(9)], ['image/jpeg', 'dua']]);
  expect(picturesOf('{\\rtf1{\\pict\\emfblip 0102}}')).toEqual([undefined]);
  expect(picturesOf('{\\rtf1{\\pict\\pngblip 010')).toEqual([undefined]);
});

test('pictures are taken from rich text when it has as many, and counted as left out when not', async () => {
  const both = await contentOf({ html: word('1') + word('2'), rtf, files: [] }, 1);
  expect(both.pictures.map(({ key, file, alt }) => [key, file.type, alt])).toEqual([['pasted:0', 'image/png', 'Foto balai kota'], ['pasted:1', 'image/jpeg', 'Foto balai kota']]);
  const one = await contentOf({ html: word('1'), rtf, files: [] }, 1);
  expect([one.pictures.length, one.left]).toEqual([0, 1]);
});

test('a picture in the address itself is taken, one of elsewhere is left', async () => {
  const html = '<p>a</p><img src="data:image/png;base64,AAEC"><img src="https://a.example/b.png"><img src="data:image/x-emf;base64,AAEC">';
  const { pictures, left } = await contentOf({ html, rtf: '', files: [] }, 1);
  expect(pictures.map(({ file }) => [file.name, file.type, file.size])).toEqual([['gambar.png', 'image/png', 3]]);
  expect(left).toBe(2);
});

test('the picture that Word makes of a text is no picture, that of a browser is', async () => {
  const file = new File(['x'], 'image.png', { type: 'image/png' });
  expect((await contentOf({ html: '<p>Teks</p>', rtf: '', files: [file] }, 1)).html).toBe('<p>Teks</p>');
  expect((await contentOf({ html: '<img src="https://a.example/b.png">', rtf: '', files: [file] }, 1)).pictures.length).toBe(1);
});

test('what is too much or unknown is refused with its reason', async () => {
  const reason = (files: File[], html = '') => contentOf({ html, rtf: '', files }, 1).then(() => '', (error: unknown) => (error as Unfit).reason);
  const large = new File([], 'a.docx');
  Object.defineProperty(large, 'size', { value: DOCX_BYTES_MAX + 1 });
  expect(await reason([large])).toBe('too_large');
  expect(await reason([new File(['x'], 'a.pdf', { type: 'application/pdf' })])).toBe('unknown');
  // The browser of the tests has no `arrayBuffer` of files.
  const broken = Object.assign(new File(['no zip'], 'a.docx'), { arrayBuffer: async () => new TextEncoder().encode('no zip').buffer });
  expect(await reason([broken])).toBe('broken');
  expect(await reason([], `<p>${'a'.repeat(1_000_001)}</p>`)).toBe('too_long');
  expect(await reason(Array.from({ length: 61 }, () => new File(['x'], 'a.png', { type: 'image/png' })))).toBe('too_many');
});

test('settled pictures stand in their places, and others leave none', () => {
  const html = '<p>a</p><img src="pasted:0" alt=""><img src="pasted:1" alt="">';
  expect(placed(html, new Map([['pasted:1', { digest: 'd'.repeat(64), alt: 'Foto "balai"' }]]))).toBe(`<p>a</p><img src="asset:${'d'.repeat(64)}" alt="Foto &quot;balai&quot;">`);
});
