import { expect, test } from 'vitest';
import { common, inPlace, ofEachStep, refusalsOf, tagsOf } from './choosing';
import { between } from './range';

const command = (name: string, comment_required = false) => ({ command: name, title: { id: name, en: name }, comment_required, fields: [] });

test('a range goes from the row that was chosen before, up or down', () => {
  const ids = ['a', 'b', 'c', 'd'];
  expect(between(ids, 'b', 'd')).toEqual(['b', 'c', 'd']);
  expect(between(ids, 'd', 'b')).toEqual(['b', 'c', 'd']);
  expect(between(ids, undefined, 'c')).toEqual(['c']);
  expect(between(ids, 'gone', 'c')).toEqual(['c']);
  expect(between(ids, 'a', 'gone')).toEqual([]);
});

test('only what every step allows is offered, what goes forward first', () => {
  const steps = [[command('withdraw', true), command('publish'), command('edit')], [command('publish'), command('withdraw'), command('edit'), command('submit')]];
  expect(common(steps).map((one) => [one.command, one.comment_required])).toEqual([['publish', false], ['withdraw', true]]);
  expect(common([steps[0]!, []])).toEqual([]);
  expect(common([])).toEqual([]);
});

test('each step is asked for by one entry', () => {
  expect(ofEachStep([{ id: 1, step: 'draft' }, { id: 2, step: 'editing' }, { id: 3, step: 'draft' }]).map((one) => one.step)).toEqual(['draft', 'editing']);
});

test('tags and category change in place where the step is still of those who write', () => {
  const steps = (...names: string[]) => names.map((step) => ({ step }));
  expect(inPlace(steps('draft', 'editing'), new Set(['editor']))).toBe(true);
  expect(inPlace(steps('draft', 'editing'), new Set(['author']))).toBe(false);
  expect(inPlace(steps('draft', 'published'), new Set(['editor']))).toBe(false);
  expect(inPlace(steps('draft'), new Set(['publisher']))).toBe(false);
});

test('tags are told apart by commas, each once', () => {
  expect(tagsOf(' jalan, air ,jalan,, ')).toEqual(['jalan', 'air']);
});

test('each refusal is told with its entry; what the server does not say stays empty', () => {
  expect(refusalsOf({ refused: [{ id: 'e1', title: 'Jalan', code: 'wrong_step', words: { id: 'Langkah lain', en: 'Another step' } }, { id: 'e2', code: 'not_found' }] })).toEqual([
    { id: 'e1', title: 'Jalan', reason: { id: 'Langkah lain', en: 'Another step' } },
    { id: 'e2', title: '', reason: { id: 'not_found', en: 'not_found' } },
  ]);
  expect(refusalsOf({})).toEqual([]);
});
