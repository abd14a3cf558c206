import { expect, test } from 'vitest';
import { layout, letterOf, wrap, type Arrow, type Box } from './flow';

const boxes: Box[] = ['draft', 'editing', 'filtering', 'approved', 'published'].map((key) => ({ key, title: key, about: 'Webmaster, editor' }));
const arrow = (from: string, to: string, label = `${from} to ${to}`): Arrow => ({ from, to, label });
const arrows = [
  arrow('draft', 'editing'),
  arrow('editing', 'filtering'),
  arrow('filtering', 'approved'),
  arrow('filtering', 'editing', 'reject'),
  arrow('approved', 'editing', 'decline'),
  arrow('approved', 'published'),
  arrow('draft', 'published', 'skip'),
];
const numbers = (path: string) => path.match(/-?[\d.]+/g)!.map(Number);

test('boxes stand one below another in their order, within the width', () => {
  for (const width of [280, 720]) {
    const { boxes: placed, height, width: drawn } = layout(boxes, arrows, width);
    expect(placed.map((one) => one.box.key)).toEqual(boxes.map((one) => one.key));
    placed.slice(1).forEach((one, at) => expect(one.y).toBeGreaterThan(placed[at]!.y + placed[at]!.height));
    for (const one of placed) expect(one.x + one.width).toBeLessThanOrEqual(drawn);
    expect(drawn).toBeLessThanOrEqual(width);
    expect(height).toBeGreaterThan(placed.at(-1)!.y);
  }
});

test('arrows to the next box run between them and say their label', () => {
  const { boxes: placed, arrows: drawn } = layout(boxes, arrows, 600);
  const first = drawn.find((one) => one.from === 'draft' && one.to === 'editing')!;
  expect(first.letter).toBe('');
  expect(first.words.map((line) => line.text).join(' ')).toBe('draft to editing');
  const [x, y] = numbers(first.path);
  expect(x).toBeGreaterThan(placed[0]!.x);
  expect(y).toBe(placed[0]!.y + placed[0]!.height);
});

test('arrows that go back run on the left, those that skip on the right, each with a letter and inside the drawing', () => {
  const { boxes: placed, arrows: drawn, width } = layout(boxes, arrows, 320);
  const rail = (label: string) => drawn.find((one) => one.labels.includes(label))!;
  expect(rail('reject').at.x).toBeLessThan(placed[0]!.x);
  expect(rail('decline').at.x).toBeLessThan(placed[0]!.x);
  expect(rail('skip').at.x).toBeGreaterThan(placed[0]!.x + placed[0]!.width);
  expect(drawn.map((one) => one.letter).filter(Boolean)).toEqual(['A', 'B', 'C']);
  for (const one of drawn) {
    expect(one.at.x).toBeGreaterThan(0);
    expect(one.at.x).toBeLessThan(width);
  }
});

test('arrows that would meet have lanes and ends of their own', () => {
  const { arrows: drawn } = layout(boxes, arrows, 600);
  const [reject, decline] = ['reject', 'decline'].map((label) => drawn.find((one) => one.labels.includes(label))!);
  expect(reject!.at.x).not.toBe(decline!.at.x);
  // The one from farther away runs outside and arrives above, so that they do not cross.
  expect(decline!.at.x).toBeLessThan(reject!.at.x);
  expect(numbers(decline!.path)[3]).toBeLessThan(numbers(reject!.path)[3]!);
});

test('two moves between the same boxes are one arrow; one that stays, or leads nowhere, is none', () => {
  const { arrows: drawn } = layout(boxes, [arrow('draft', 'editing', 'a'), arrow('draft', 'editing', 'b'), arrow('draft', 'draft'), arrow('draft', 'gone')], 400);
  expect(drawn).toHaveLength(1);
  expect(drawn[0]!.labels).toEqual(['a', 'b']);
});

test('nothing to draw draws nothing', () => {
  expect(layout([], [], 300)).toMatchObject({ height: 0, boxes: [], arrows: [] });
});

const letters = { size: 10, letter: 0.56 };

test('texts break at words, and words that are too long are cut', () => {
  expect(wrap('Pengelolaan website pemerintah', 100, letters)).toEqual(['Pengelolaan', 'website', 'pemerintah']);
  expect(wrap('pertanggungjawabannya', 60, letters).every((line) => line.length <= 10)).toBe(true);
  expect(wrap('', 100, letters)).toEqual([]);
});

test('letters go on after Z', () => {
  expect([0, 25, 26, 27].map(letterOf)).toEqual(['A', 'Z', 'AA', 'AB']);
});
