import { expect, test } from 'vitest';
import { moved, percent, pointed } from './focus';

test('a click is a share of the picture, and never outside of it', () => {
  const box = { left: 100, top: 50, width: 400, height: 200 };
  expect(pointed({ x: 200, y: 100 }, box)).toEqual({ x: 0.25, y: 0.25 });
  expect(pointed({ x: 999, y: 0 }, box)).toEqual({ x: 1, y: 0 });
});

test('arrow keys move it by a little, with Shift by more, and stop at the edge', () => {
  expect(moved({ x: 0.5, y: 0.5 }, 'ArrowLeft', false)).toEqual({ x: 0.49, y: 0.5 });
  expect(moved({ x: 0.5, y: 0.5 }, 'ArrowDown', true)).toEqual({ x: 0.5, y: 0.6 });
  expect(moved({ x: 0.995, y: 0 }, 'ArrowRight', false)).toEqual({ x: 1, y: 0 });
  expect(moved({ x: 0.5, y: 0.5 }, 'Enter', false)).toBeUndefined();
});

test('it is told in whole percent', () => {
  expect(percent(0.333)).toBe(33);
});
