import { expect, test } from 'vitest';
import type { Shape } from '../../api/client';
import { blank, draftOf, hostKey, leadsElsewhere, placeOf, settingsOf, wanted, wayFor, ways } from './targets';

const target: Shape<'TargetView'> = {
  id: '0', key: 'utama', kind: 'ssh', settings: { host: 'web1.go.id', port: 2222, path: '/srv/portal' }, has_credentials: true, url: 'https://portal.go.id', active: true, position: 3, state: { failures: 0 }, version: 4, created_at: '', updated_at: '',
};

test('a target that is not touched is sent as it is, and what opens it stays', () => {
  const sent = wanted(draftOf(target), true);
  expect(sent).toEqual({ kind: 'ssh', settings: target.settings, active: true, position: 3, url: 'https://portal.go.id' });
  expect(leadsElsewhere(draftOf(target), target)).toBe(false);
});

test('each kind is sent what it asks for, and nothing of another', () => {
  const draft = { ...blank(1), host: ' web1 ', path: '/srv', bucket: 'situs', port: '' };
  expect(settingsOf(draft)).toEqual({ host: 'web1', path: '/srv' });
  expect(settingsOf({ ...draft, kind: 's3' })).toEqual({ bucket: 'situs', region: 'us-east-1' });
  expect(settingsOf({ ...draft, kind: 'directory', in_place: true })).toEqual({ path: '/srv', in_place: true });
});

test('what is required is sent even when it is empty, so that it is refused by name', () => {
  expect(settingsOf(blank(0))).toEqual({ host: '', path: '' });
});

test('credentials are those of the way that was chosen', () => {
  const draft = { ...blank(0), private_key: 'BEGIN\r\nx\r\nEND', password: ' p ', access_key_id: ' a ', secret_access_key: 's' };
  expect(wanted(draft, false).credentials).toEqual({ private_key: 'BEGIN\nx\nEND\n' });
  expect(wanted({ ...draft, way: 'password' }, false).credentials).toEqual({ password: ' p ' });
  expect(wanted({ ...draft, way: 'access_key' }, false).credentials).toEqual({ access_key_id: 'a', secret_access_key: 's' });
  expect(wanted({ ...draft, way: 'none' }, false).credentials).toBeUndefined();
  expect(wanted({ ...draft, way: 'none' }, true).credentials).toEqual({});
});

test('ways to open a server follow its kind', () => {
  expect(ways('directory', false)).toEqual([]);
  expect(ways('s3', true)).toEqual(['keep', 'access_key']);
  expect(wayFor('s3', false, 'private_key')).toBe('access_key');
  expect(wayFor('sftp', true, 'password')).toBe('password');
  expect(wayFor('directory', true, 'keep')).toBe('none');
});

test('another server is one with another name, port, account or key', () => {
  expect(leadsElsewhere({ ...draftOf(target), host: 'web2.go.id' }, target)).toBe(true);
  expect(leadsElsewhere({ ...draftOf(target), port: '22' }, target)).toBe(true);
  expect(leadsElsewhere({ ...draftOf(target), path: '/srv/other' }, target)).toBe(false);
  expect(leadsElsewhere({ ...draftOf(target), kind: 'sftp' }, target)).toBe(true);
});

test('a line of ssh-keyscan gives its key', () => {
  expect(hostKey('web1.go.id ssh-ed25519 AAAAC3 root@web1')).toBe('ssh-ed25519 AAAAC3');
  expect(hostKey('ecdsa-sha2-nistp256 AAAA')).toBe('ecdsa-sha2-nistp256 AAAA');
  expect(hostKey('apa saja')).toBe('apa saja');
});

test('where a target leads is one line', () => {
  expect(placeOf(target)).toBe('web1.go.id:2222/srv/portal');
  expect(placeOf({ kind: 's3', settings: { bucket: 'situs', region: 'x', prefix: 'a', endpoint: 'https://s3.go.id' } })).toBe('https://s3.go.id/situs/a');
  expect(placeOf({ kind: 'directory', settings: { path: '/srv/www' } })).toBe('/srv/www');
});
