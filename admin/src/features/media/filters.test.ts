import { expect, test } from 'vitest';
import { asked, filtered, tags, tree, type Filters } from './filters';

const none: Filters = { kind: '', folder: '', tag: '', q: '', unused: false, trash: false };

test('the server is asked only for what is chosen, and never for a kind that it does not know', () => {
  expect(asked(none)).toEqual({ limit: 48 });
  expect(asked({ ...none, kind: 'music' })).toEqual({ limit: 48 });
  expect(asked({ ...none, kind: 'picture', folder: 'foto/2026', unused: true }, 'c')).toEqual({ limit: 48, kind: 'picture', folder: 'foto/2026', unused: true, cursor: 'c' });
});

test('the top folder is asked for by its empty name', () => {
  expect(asked({ ...none, folder: '/' })).toEqual({ limit: 48, folder: '' });
});

test('the trash alone is no filter', () => {
  expect(filtered({ ...none, trash: true })).toBe(false);
  expect(filtered({ ...none, q: 'banjir' })).toBe(true);
});

test('folders stand as a tree, with those in between that hold no file', () => {
  const folders = [{ folder: 'foto/2026/10', files: 1 }, { folder: '', files: 21 }, { folder: 'foto', files: 2 }, { folder: 'foto/2026/9', files: 3 }, { folder: 'dokumen', files: 4 }];
  expect(tree(folders).map(({ path, depth, files }) => [path, depth, files])).toEqual([
    ['dokumen', 0, 4],
    ['foto', 0, 2],
    ['foto/2026', 1, 0],
    ['foto/2026/9', 2, 3],
    ['foto/2026/10', 2, 1],
  ]);
});

test('tags are what stands between commas, each once', () => {
  expect(tags(' banjir, , siaga bencana,banjir')).toEqual(['banjir', 'siaga bencana']);
});
