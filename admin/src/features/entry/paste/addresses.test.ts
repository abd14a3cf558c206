import { expect, test } from 'vitest';
import { address, provided } from './addresses';

test('an address loses what lies between and who shared it, and nothing else', () => {
  expect(address('https://www.google.com/url?q=https://a.example/b&sa=D&ust=1')).toBe('https://a.example/b');
  expect(address('https://apc01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2Fb%3Fc%3D1&data=05')).toBe('https://a.example/b?c=1');
  expect(address('https://a.example/b?utm_source=x&id=7&fbclid=y')).toBe('https://a.example/b?id=7');
  expect(address('https://a.example/b_(c)')).toBe('https://a.example/b_%28c%29');
  expect(address('/berita/satu')).toBe('/berita/satu');
  expect(address('MAILTO:a@b.example')).toBe('MAILTO:a@b.example');
});

test('what leads nowhere outside of its text is no address', () => {
  for (const bad of ['javascript:alert(1)', ' java\nscript:x', 'file:///C:/a', '#_Toc1', 'about:blank', '//a.example', 'data:text/html,x', 'asset:abc', '']) expect(address(bad), bad).toBe('');
});

test('films and maps of the providers that are allowed become their plain addresses', () => {
  for (const film of ['https://youtu.be/dQw4w9WgXcQ?si=x', 'https://www.youtube.com/embed/dQw4w9WgXcQ', '//www.youtube-nocookie.com/embed/dQw4w9WgXcQ', 'https://m.youtube.com/watch?v=dQw4w9WgXcQ&t=3']) {
    expect(provided(film)).toEqual({ provider: 'YouTube', address: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ' });
  }
  expect(provided('https://player.vimeo.com/video/123456')?.address).toBe('https://vimeo.com/123456');
  expect(provided('https://www.google.com/maps/embed?pb=!1m18!1m12!1m3!1d3966.6!2d119.4!3d-5.14!2m3')?.address).toBe('https://www.google.com/maps?q=-5.14,119.4');
  expect(provided('https://www.openstreetmap.org/export/embed.html?bbox=1%2C2&marker=-5.1%2C119.4')?.address).toBe('https://www.openstreetmap.org/?mlat=-5.1&mlon=119.4');
  for (const other of ['https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ', 'https://a.example/', 'https://www.google.com/search?q=a', 'javascript:x', '']) expect(provided(other), other).toBeUndefined();
});
