import { expect, test } from 'vitest';
import { altOf, wants, type Placing } from './pictures';

const picture = (rest: Partial<Placing>): Placing => ({ key: 'pasted:0', name: 'foto.jpg', alt: '', decorative: false, out: false, ...rest });

test('a picture is placed with words, as decoration, or not at all', () => {
  expect(wants(picture({}))).toBe(true);
  expect(wants(picture({ alt: '  ' }))).toBe(true);
  expect(wants(picture({ alt: 'Warga di halte' }))).toBe(false);
  expect(wants(picture({ decorative: true }))).toBe(false);
  expect(wants(picture({ out: true }))).toBe(false);
});

test('a picture that decorates says nothing, whatever was typed before', () => {
  expect(altOf(picture({ alt: 'Warga\n di halte ' }))).toBe('Warga di halte');
  expect(altOf(picture({ alt: 'Garis', decorative: true }))).toBe('');
});
