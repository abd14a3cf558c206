/** A server that shows the site, as its form holds it, and what of it is sent. */
import type { Shape } from '../../api/client';

export type Kind = Shape<'TargetKind'>;
type Target = Shape<'TargetView'>;
type Changed = Shape<'ChangedTarget'>;

/** The usual ones first. */
export const KINDS: readonly Kind[] = ['ssh', 'sftp', 's3', 'directory'];

type Text = 'host' | 'port' | 'user' | 'path' | 'host_key' | 'bucket' | 'prefix' | 'endpoint' | 'region';

/** What a kind asks for, in the order of its form. */
export const SETTINGS: Record<Kind, readonly Text[]> = {
  directory: ['path'],
  ssh: ['host', 'port', 'user', 'path', 'host_key'],
  sftp: ['host', 'port', 'user', 'path', 'host_key'],
  s3: ['bucket', 'region', 'prefix', 'endpoint'],
};
export const REQUIRED: readonly Text[] = ['host', 'path', 'bucket'];

/** What opens the server: what is stored, something new, or nothing of ours. */
export type Way = 'keep' | 'private_key' | 'password' | 'access_key' | 'none';

export type Draft = Record<Text, string> & {
  key: string;
  kind: Kind;
  url: string;
  active: boolean;
  position: string;
  in_place: boolean;
  way: Way;
  /** What was typed to open it. It goes to the server once and never comes back. */
  private_key: string;
  password: string;
  access_key_id: string;
  secret_access_key: string;
};

const NOTHING = {
  host: '', port: '', user: '', path: '', host_key: '', bucket: '', prefix: '', endpoint: '', region: '',
  private_key: '', password: '', access_key_id: '', secret_access_key: '',
};

export const blank = (position: number): Draft => ({
  ...NOTHING, key: '', kind: 'ssh', url: '', active: true, position: String(position), in_place: false, way: 'private_key',
});

const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

export function draftOf(target: Target): Draft {
  const { settings } = target;
  const told = SETTINGS[target.kind].map((name): [Text, string] => [name, text(settings[name])]);
  return {
    ...NOTHING,
    ...(Object.fromEntries(told) as Partial<Record<Text, string>>),
    key: target.key,
    kind: target.kind,
    url: target.url ?? '',
    active: target.active,
    position: String(target.position),
    in_place: settings.in_place === true,
    way: target.has_credentials ? 'keep' : (ways(target.kind, false).at(-1) ?? 'none'),
  };
}

/** How a server of this kind can be opened. */
export function ways(kind: Kind, stored: boolean): Way[] {
  if (kind === 'directory') return stored ? ['none'] : [];
  const kept: Way[] = stored ? ['keep'] : [];
  return kind === 's3' ? [...kept, 'access_key'] : [...kept, 'private_key', 'password', 'none'];
}

/** The way that stays when another kind is chosen. */
export function wayFor(kind: Kind, stored: boolean, way: Way): Way {
  const all = ways(kind, stored);
  return all.includes(way) ? way : (all[0] ?? 'none');
}

/** Whether credentials that are stored would be forgotten: they never follow a target to another server. */
export function leadsElsewhere(draft: Draft, before: Target): boolean {
  if (draft.kind !== before.kind) return true;
  const asked = settingsOf(draft);
  const names = draft.kind === 's3' ? ['endpoint', 'region'] : draft.kind === 'directory' ? [] : ['host', 'port', 'user', 'host_key'];
  return names.some((name) => text(asked[name]) !== text(before.settings[name]));
}

const USUAL_REGION = 'us-east-1';

export function settingsOf(draft: Draft): Record<string, unknown> {
  const filled = SETTINGS[draft.kind].map((name): [string, unknown] => [name, valueOf(name, draft[name].trim())]);
  const settings = Object.fromEntries(filled.filter(([, value]) => value !== undefined));
  if (draft.kind === 'directory' && draft.in_place) settings.in_place = true;
  return settings;
}

function valueOf(name: Text, typed: string): unknown {
  if (name === 'region') return typed || USUAL_REGION;
  if (!typed) return REQUIRED.includes(name) ? '' : undefined;
  if (name === 'port') return Number(typed);
  return name === 'host_key' ? hostKey(typed) : typed;
}

/** The key alone, also of a line as `ssh-keyscan` prints it, with the host before it or a remark behind. */
export function hostKey(line: string): string {
  const words = line.trim().split(/\s+/);
  const kind = words.findIndex((word) => /^(ssh|ecdsa)-/.test(word));
  return kind < 0 ? words.join(' ') : words.slice(kind, kind + 2).join(' ');
}

/** Absent: those that are stored stay. Empty: none. */
function credentialsOf(draft: Draft, stored: boolean): Changed['credentials'] {
  switch (draft.way) {
    case 'keep':
      return undefined;
    case 'private_key':
      // OpenSSH takes no key whose last line does not end.
      return { private_key: draft.private_key.trim() && `${draft.private_key.replace(/\r\n?/g, '\n').trim()}\n` };
    case 'password':
      return { password: draft.password };
    case 'access_key':
      return { access_key_id: draft.access_key_id.trim(), secret_access_key: draft.secret_access_key.trim() };
    case 'none':
      return stored ? {} : undefined;
  }
}

export function wanted(draft: Draft, stored: boolean): Changed {
  const credentials = credentialsOf(draft, stored);
  const url = draft.url.trim();
  return {
    kind: draft.kind,
    settings: settingsOf(draft),
    active: draft.active,
    position: Number(draft.position) || 0,
    ...(url && { url }),
    ...(credentials && { credentials }),
  };
}

/** Where a target leads, in one line. */
export function placeOf({ kind, settings }: Pick<Target, 'kind' | 'settings'>): string {
  const [host, port, user, path] = (['host', 'port', 'user', 'path'] as const).map((name) => text(settings[name]));
  if (kind === 'directory') return path!;
  if (kind === 's3') return [text(settings.endpoint), text(settings.bucket), text(settings.prefix)].filter(Boolean).join('/');
  return `${user ? `${user}@` : ''}${host}${port ? `:${port}` : ''}${path}`;
}
