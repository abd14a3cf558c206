import { expect, test, vi } from 'vitest';

vi.stubGlobal('location', { origin: 'http://localhost' });
const { fitting } = await import('./pictures');

const made = (width: number, card = false, size_bytes = width) => ({ path: `/media/${width}`, media_type: 'image/jpeg' as const, width, height: width, size_bytes, card });

test('the smallest that is wide enough is taken', () => {
  expect(fitting([made(900), made(400), made(800)], 500)?.width).toBe(800);
  expect(fitting([made(400), made(800)], 1200)?.width).toBe(800);
});

test('of two of the same width the lighter, and none that is cut', () => {
  expect(fitting([made(400, false, 9), made(400, false, 5), made(400, true, 1)], 300)?.size_bytes).toBe(5);
  expect(fitting([made(400, true)], 300)).toBeUndefined();
});
