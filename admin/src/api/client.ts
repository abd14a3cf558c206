/** The only place that speaks to the server. Everything is typed by `schema.gen.ts`, which is made from the server's own document. */
import createClient, { type Middleware } from 'openapi-fetch';
import { Ahead } from './ahead';
import type { components, paths } from './schema.gen';

export type Shape<Name extends keyof components['schemas']> = components['schemas'][Name];

/** A rule that one field breaks. */
export type FieldRefusal = { field: string; code: string; detail?: string };

/** What the server said no to, or that it could not be reached (`offline`) or broke (`internal`). */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    /** The server's sentence in the language of the screen. */
    readonly title: string,
    readonly detail = '',
    readonly fields: FieldRefusal[] = [],
    readonly extras: Record<string, unknown> = {},
  ) {
    super(`${status} ${code}`);
  }
}

/** What the client asks of the rest of the program; `session.svelte.ts` sets it. */
export const session = {
  token: '',
  language: 'id',
  /** Gets another access token; false when the session is over. */
  renew: async (): Promise<boolean> => false,
};

const authorised: Middleware = {
  onRequest({ request }) {
    if (session.token) request.headers.set('Authorization', `Bearer ${session.token}`);
    request.headers.set('Accept-Language', session.language);
    return request;
  },
};

/** Sends once more with a fresh token when the one that was sent has expired. */
async function deliver(request: Request): Promise<Response> {
  const again = request.clone();
  const answer = await fetch(request);
  if (answer.status !== 401 || request.url.includes('/api/v1/auth/')) return answer;
  const { code } = await answer.clone().json().catch(() => ({ code: '' }));
  if (code !== 'token_expired' && code !== 'unauthenticated') return answer;
  if (!(await session.renew())) return answer;
  again.headers.set('Authorization', `Bearer ${session.token}`);
  return fetch(again);
}

/** Longer than a screen is on its way over a bad line; shorter than anybody would call old. */
const AHEAD_MS = 20_000;
const early = new Ahead<Response>(AHEAD_MS);
const sameAs = (request: Request) => `${request.headers.get('Accept-Language')} ${request.url}`;

async function send(request: Request): Promise<Response> {
  if (request.method === 'GET') return early.take(sameAs(request))?.catch(() => deliver(request)) ?? deliver(request);
  try {
    return await deliver(request);
  } finally {
    early.forget();
  }
}

export const api = createClient<paths>({ baseUrl: location.origin, fetch: send });
api.use(authorised);

export type Asking = typeof api;

/** The same questions before the screen that wants the answers has arrived. Nothing is read here: `api` takes them over when it asks the same. */
export const ahead: Asking = createClient<paths>({
  baseUrl: location.origin,
  fetch: async (request) => {
    early.begin(sameAs(request), () => deliver(request));
    return new Response(null, { status: 204 });
  },
});
ahead.use(authorised);

type Outcome<Data> = { data?: Data; error?: unknown; response: Response };

/** The data of an answer, or a `Refused`. */
export async function ask<Data>(outcome: Promise<Outcome<Data>>): Promise<NonNullable<Data>> {
  return (await asked(outcome)).data;
}

/** The same, with the answer's headers: `ETag` says the version that a later write must name. */
export async function asked<Data>(outcome: Promise<Outcome<Data>>): Promise<{ data: NonNullable<Data>; response: Response }> {
  let settled: Outcome<Data>;
  try {
    settled = await outcome;
  } catch {
    throw new Refused('offline', 0, '');
  }
  if (!settled.response.ok) throw refused(settled.response.status, settled.error);
  return { data: settled.data as NonNullable<Data>, response: settled.response };
}

/** A problem (RFC 9457) as the server writes it. */
export function refused(status: number, problem: unknown): Refused {
  const { code = 'internal', title = '', detail = '', errors = [], ...extras } = (problem ?? {}) as Record<string, never>;
  return new Refused(code, status, title, detail, errors, extras);
}

/** The header that a write of something that exists must carry. */
export const seen = (version: number) => ({ 'If-Match': `"${version}"` });

/** A key that lets the server know a repeated `POST`. */
export const once = () => ({ 'Idempotency-Key': crypto.randomUUID() });

/** A small picture of a file; none while it has not been made. */
export async function thumbnail(site: string, digest: string): Promise<Blob | undefined> {
  const path = `/api/v1/sites/${encodeURIComponent(site)}/assets/${digest}/thumbnail`;
  const answer = await send(new Request(path, { headers: { Authorization: `Bearer ${session.token}` } }));
  return answer.ok ? answer.blob() : undefined;
}

/** An upload with its progress, from 0 to 1; `fetch` cannot tell how much has been sent. */
export function upload(path: string, form: FormData, progress: (part: number) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.setRequestHeader('Authorization', `Bearer ${session.token}`);
    request.setRequestHeader('Accept-Language', session.language);
    request.responseType = 'json';
    request.upload.onprogress = (event) => progress(event.total ? event.loaded / event.total : 0);
    request.onerror = () => reject(new Refused('offline', 0, ''));
    request.onload = () => {
      early.forget();
      if (request.status < 400) resolve(request.response);
      else reject(refused(request.status, request.response));
    };
    request.send(form);
  });
}
