import { StarterKit } from '@tiptap/starter-kit';
import { expect, test } from 'vitest';
import { all, GROUPS, meant, named, spelled } from './shortcuts';

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}, code = '') => ({
  key,
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

test('a key means what the table says, on every keyboard', () => {
  expect(meant(press('?', { shiftKey: true }), true)).toBe('overview');
  expect(meant(press('?'), true)).toBe('overview');
  expect(meant(press('n'), true)).toBe('next');
  expect(meant(press('n', { altKey: true }), false)).toBe('next');
  expect(meant(press('Dead', { altKey: true }, 'KeyN'), false)).toBe('next');
  expect(meant(press('S', { ctrlKey: true }), false)).toBe('save');
  expect(meant(press('s', { metaKey: true }), false)).toBe('save');
  expect(meant(press('Enter', { ctrlKey: true }), false)).toBe('forward');
});

test('while somebody types, or has turned them off, single keys mean nothing', () => {
  for (const key of ['?', '/', 'n', 'h']) expect(meant(press(key), false), key).toBeUndefined();
});

test('another key held down means something else', () => {
  expect(meant(press('n', { ctrlKey: true }), true)).toBeUndefined();
  expect(meant(press('N', { shiftKey: true }), true)).toBeUndefined();
  expect(meant(press('s', { ctrlKey: true, altKey: true }), true)).toBeUndefined();
  expect(meant(press('Enter'), true)).toBeUndefined();
});

test('no two shortcuts want the same keys, and every group has some', () => {
  const keys = all.flatMap(([, one]) => one.keys);
  expect(new Set(keys).size).toBe(keys.length);
  for (const group of GROUPS) expect(all.some(([, one]) => one.group === group), group).toBe(true);
});

test('keys are written as they stand on the keyboard', () => {
  expect(spelled('Ctrl+Shift+b')).toEqual(['Ctrl', 'Shift', 'B']);
  expect(spelled('n')).toEqual(['n']);
  expect(spelled('Ctrl+s', true)).toEqual(['⌘', 'S']);
  expect(named('Ctrl+s')).toBe('Control+s');
});

test('the visual editor listens to each of its keys in the table', () => {
  type Extension = { name: string; options: object; config: Record<string, ((this: object) => unknown) | undefined> };
  const context = (one: Extension) => ({ name: one.name, options: { ...one.options, levels: [2, 3, 4] }, editor: { commands: {} }, parent: undefined, storage: {} });
  const kit = StarterKit as unknown as Extension;
  const parts = kit.config.addExtensions!.call({ options: {} }) as Extension[];
  const heard = new Set(
    parts.flatMap((one) => {
      const config = one.config.addKeyboardShortcuts ? one.config.addKeyboardShortcuts.call(context(one)) : {};
      return Object.keys(config as object);
    }).map((keys) => keys.toLowerCase()),
  );
  for (const [name, one] of all.filter(([, one]) => one.by)) {
    for (const keys of one.keys) {
      const tiptap = keys.replace('Ctrl', 'Mod').toLowerCase();
      const other = keys.replace(/^Ctrl\+Shift\+/, 'Shift-Mod-').toLowerCase();
      expect(heard.has(tiptap.replaceAll('+', '-')) || heard.has(other), name).toBe(true);
    }
  }
});
