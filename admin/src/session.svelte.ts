/** Who I am and what I may do. The access token lives in memory; the refresh token in a cookie that no script sees. */
import { api, ask, Refused, seen, session as client, type Shape } from './api/client';
import { choose as say, follow, language, remembered, type Language } from './locale/locale.svelte';

/** `arriving`: known to be somebody, and still asking who. */
type State = 'starting' | 'arriving' | 'out' | 'in';

/** Whether somebody signed in here and has not left: whoever comes for the first time is shown the door without asking the server. */
const HERE = 'lamin.here';
function expected(): boolean {
  try {
    return localStorage.getItem(HERE) !== null;
  } catch {
    // A browser that keeps nothing may still have the cookie.
    return true;
  }
}
function expect(somebody: boolean) {
  try {
    if (somebody) localStorage.setItem(HERE, '');
    else localStorage.removeItem(HERE);
  } catch {
    // The server is asked each time.
  }
}

const now = $state({ state: (expected() ? 'starting' : 'out') as State, me: null as Shape<'Me'> | null, sites: [] as Shape<'Site'>[] });

export const me = () => now.me;
export const standing = () => now.state;
export const sites = () => now.sites;
export const site = (key: string) => now.sites.find((one) => one.key === key);

/** May I do this on a site, or, without one, anywhere? */
export function may(permission: string, key?: string): boolean {
  const roles = now.me?.roles ?? [];
  return roles.some((held) => (!key || !held.site || held.site === key) && held.may.includes(permission));
}

/** May I do this by a role for the whole installation? */
export const mayEverywhere = (permission: string) => (now.me?.roles ?? []).some((held) => !held.site && held.may.includes(permission));

client.renew = renew;

/**
 * A refresh token serves once, and tabs share the cookie: they take turns, so that none takes another's for stolen.
 */
let renewing: Promise<boolean> | null = null;
function renew(): Promise<boolean> {
  renewing ??= locked(async () => {
    try {
      const { access_token, user } = await ask(api.POST('/api/v1/auth/refresh'));
      // Somebody else signed in beside this tab: nothing of theirs is done from a screen that names another.
      if (now.me && now.me.user.id !== user.id) {
        location.reload();
        return false;
      }
      client.token = access_token;
      return true;
    } catch (error) {
      // A line that is down ends no session.
      if (error instanceof Refused && error.status === 401) left();
      return false;
    }
  }).finally(() => (renewing = null));
  return renewing;
}

const locked = <T>(work: () => Promise<T>): Promise<T> =>
  navigator.locks ? (navigator.locks.request('lamin.refresh', work) as Promise<T>) : work();

/** Whoever was signed in here still is, as long as their cookie serves. */
export async function start(): Promise<void> {
  client.language = remembered();
  if (now.state === 'out') return;
  if (await renew()) {
    now.state = 'arriving';
    await arrive();
  } else if (now.state === 'starting') now.state = 'out';
}

export async function signIn(email: string, password: string): Promise<void> {
  client.token = (await ask(api.POST('/api/v1/auth/login', { body: { email, password } }))).access_token;
  await arrive();
}

export async function setUp(body: Shape<'SetUp'>): Promise<void> {
  client.token = (await ask(api.POST('/api/v1/auth/setup', { body }))).access_token;
  await arrive();
}

export async function followLink(body: Shape<'FollowedLink'>): Promise<void> {
  client.token = (await ask(api.POST('/api/v1/auth/link/password', { body }))).access_token;
  await arrive();
}

export async function changePassword(body: Shape<'ChangePassword'>): Promise<void> {
  client.token = (await ask(api.POST('/api/v1/auth/password', { body }))).access_token;
}

export async function signOut(): Promise<void> {
  await api.POST('/api/v1/auth/logout').catch(() => undefined);
  left();
}

/** Reads anew who I am: after a sign-in, and when roles may have changed. */
export async function arrive(): Promise<void> {
  const [who, places] = await Promise.all([
    ask(api.GET('/api/v1/me')),
    ask(api.GET('/api/v1/sites', { params: { query: { limit: 100 } } })),
  ]);
  await follow(who.user.locale);
  client.language = language();
  now.me = who;
  now.sites = places.items;
  now.state = 'in';
  expect(true);
}

function left() {
  client.token = '';
  now.me = null;
  now.state = 'out';
  expect(false);
}

/** The language of the screen, here and, once signed in, wherever else this person signs in; and of the letters to them. */
export async function choose(chosen: Language): Promise<void> {
  await say(chosen);
  client.language = chosen;
  const user = now.me?.user;
  if (!user || user.locale === chosen) return;
  const changed = await ask(api.PATCH('/api/v1/me', { params: { header: seen(user.version) }, body: { locale: chosen } }));
  if (now.me?.user.id === changed.id) now.me = { ...now.me, user: changed };
}
