import { expect, test } from 'vitest';
import type { Shape } from '../../api/client';
import { readDefinition } from '../../api/definition';
import { actsIn, holders } from './table';

const member = (name: string, role: Shape<'Role'>, in_force = true, disabled = false): Shape<'MemberView'> => ({
  user: name, name, email: `${name}@kota.go.id`, disabled, version: 1, roles: [{ role, in_force, decree: '', from: null, until: null }],
});

test('a role is held by those whose appointment is in force', () => {
  const all = [member('ani', 'editor'), member('budi', 'editor', false), member('citra', 'author'), member('dedi', 'editor', true, true)];
  expect(holders('editor', all).map((one) => one.name)).toEqual(['ani']);
  expect(holders('head', all)).toEqual([]);
});

test('a role acts in the steps that name it, each told once', () => {
  const step = (key: string, actors: string[]) => ({ key, title: { id: key, en: key }, actors });
  const one = readDefinition({ title: { id: 'SOP', en: 'SOP' }, flows: [{ steps: [step('a', ['head']), step('b', ['operator'])] }, { steps: [step('a', ['head', 'operator'])] }] });
  const other = readDefinition({ title: { id: 'Lain', en: 'Other' }, flows: [{ steps: [step('x', ['author'])] }] });
  expect(actsIn('head', [one, other])).toEqual([{ title: { id: 'SOP', en: 'SOP' }, steps: [{ id: 'a', en: 'a' }] }]);
  expect(actsIn('operator', [one, other])[0]!.steps.map((words) => words.id)).toEqual(['b', 'a']);
});
