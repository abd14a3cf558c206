/** Small pictures of files as addresses of this page: their bytes need the token, which an address in `src` could not carry. */
import { thumbnail } from './client';

const AT_ONCE = 4;

/** By digest. What is not to be had now may be made a moment later, so it is not kept. */
const known = new Map<string, string>();

/** What this page has sent itself it can show at once. */
export function remember(digest: string, file: File): void {
  if (file.type.startsWith('image/') && !known.has(digest)) known.set(digest, URL.createObjectURL(file));
}

export async function pictureOf(site: string, digest: string): Promise<string | undefined> {
  if (!known.has(digest)) {
    const blob = await inTurn(() => thumbnail(site, digest)).catch(() => undefined);
    if (blob && !known.has(digest)) known.set(digest, URL.createObjectURL(blob));
  }
  return known.get(digest);
}

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<Data>(work: () => Promise<Data>): Promise<Data> {
  if (running >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
  running++;
  try {
    return await work();
  } finally {
    running--;
    waiting.shift()?.();
  }
}
