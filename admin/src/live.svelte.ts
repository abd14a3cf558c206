/**
 * What happens on the server, told at once. One tab follows for all tabs of the browser, because a browser keeps only a few
 * lines to one server; when that tab goes, the next takes its place.
 */
import { api, ask, Refused, type Shape } from './api/client';
import { readEvents } from './api/events';

type Kind = Shape<'LiveEvent'>['kind'];
type Said = Kind | 'down' | 'who';

/** The server says something each 20 seconds; a line that is silent for longer is dead. */
const SILENCE_MS = 45_000;
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 30_000;

const now = $state({ live: false });
/** Whether what happens is told; otherwise one has to look. */
export const live = () => now.live;

const watchers = new Map<Kind, Set<() => void>>();

/** Calls when something of a kind may have happened. Returns how to stop. */
export function on(kind: Kind, told: () => void): () => void {
  const all = watchers.get(kind) ?? new Set();
  watchers.set(kind, all.add(told));
  return () => all.delete(told);
}

const ring = (kind: Kind) => watchers.get(kind)?.forEach((told) => told());

/** What the tab that follows says, here and to the others. */
function hear(said: Said): void {
  if (said === 'who') return;
  now.live = said !== 'down';
  // Whatever happened while nobody followed was missed.
  if (said === 'ready') {
    ring('inbox');
    ring('notice');
  } else if (said !== 'down') ring(said);
}

/** Begins to follow; returns how to stop. */
export function follow(): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const others = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('lamin.live');
  let follows = false;
  const tell = (said: Said) => {
    hear(said);
    others?.postMessage(said);
  };
  if (others) {
    others.onmessage = ({ data }: MessageEvent<Said>) => {
      if (data !== 'who') hear(data);
      else if (follows && now.live) others.postMessage('ready');
    };
    others.postMessage('who');
  }
  const begin = async () => {
    follows = true;
    await keep(signal, tell);
  };
  const turn = navigator.locks ? navigator.locks.request('lamin.live', { signal }, begin) : begin();
  // Aborted while it waited for its turn.
  turn.catch(() => undefined);
  return () => {
    stop.abort();
    others?.close();
    now.live = false;
  };
}

/** Follows until it is stopped, over lines that come and go. */
async function keep(signal: AbortSignal, tell: (said: Said) => void): Promise<void> {
  let pause = RETRY_MS;
  while (!signal.aborted) {
    const line = new AbortController();
    const end = () => line.abort();
    signal.addEventListener('abort', end);
    let silence = setTimeout(end, SILENCE_MS);
    try {
      const stream = await ask(api.GET('/api/v1/events', { parseAs: 'stream', signal: line.signal }));
      await readEvents<Shape<'LiveEvent'>>(
        stream as ReadableStream<Uint8Array>,
        ({ kind }) => {
          pause = RETRY_MS;
          tell(kind);
        },
        () => {
          clearTimeout(silence);
          silence = setTimeout(end, SILENCE_MS);
        },
      );
    } catch (error) {
      if (!signal.aborted) tell('down');
      // Too many lines of one person: others are to be looked after first.
      if (error instanceof Refused && error.status === 429) pause = RETRY_MAX_MS;
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', end);
    }
    if (signal.aborted) return;
    await new Promise((go) => setTimeout(go, pause));
    pause = Math.min(pause * 2, RETRY_MAX_MS);
  }
}
