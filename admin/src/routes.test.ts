import { expect, test } from 'vitest';
import screens from '../e2e/screens.json';
import { match, routes, type Route } from './routes';

const table = [
  { path: '/', title: 'tasks.title', load: async () => ({}) },
  { path: '/content/:site', title: 'content.title', load: async () => ({}) },
  { path: '/content/:site/new/:type', title: 'content.title', load: async () => ({}) },
] satisfies Route[];

test('an address finds its route with what its parts say', () => {
  expect(match('/content/portal/new/berita', table)?.parameters).toEqual({ site: 'portal', type: 'berita' });
  expect(match('/content/kota%20ini', table)?.parameters).toEqual({ site: 'kota ini' });
  expect(match('/', table)?.route.path).toBe('/');
});

test('an address that nothing fits finds none, and a broken one breaks nothing', () => {
  expect(match('/contents/portal', table)).toBeUndefined();
  expect(match('/content/portal/new', table)).toBeUndefined();
  expect(match('/content/%E0%A4%A', table)?.parameters).toEqual({ site: '%E0%A4%A' });
});

test('every screen is visited in both languages and widths', () => {
  const visited = Object.values(screens).flat().map((path) => match(path.split('?')[0]!)?.route.path);
  expect(routes.map(({ path }) => path).filter((path) => !visited.includes(path))).toEqual([]);
});
