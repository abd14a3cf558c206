/** Where a small picture of a file is to be had. The server tells it with each file alone, so few are asked at once and each once. */
import { api, ask, Refused, type Shape } from '../../api/client';

const AT_ONCE = 4;

type Derivative = Shape<'DerivativeDetail'>;

/** The smallest that is wide enough, else the widest; whole pictures, never those that are cut. */
export function fitting(derivatives: Derivative[], width: number): Derivative | undefined {
  const whole = derivatives.filter((one) => !one.card).sort((a, b) => a.width - b.width || a.size_bytes - b.size_bytes);
  return whole.find((one) => one.width >= width) ?? whole.at(-1);
}

/** What this page has sent itself it can show at once. */
const own = new Map<string, string>();
const known = new Map<string, Promise<string | undefined>>();

export function remember(digest: string, file: File): void {
  if (file.type.startsWith('image/') && !own.has(digest)) own.set(digest, URL.createObjectURL(file));
}

export const sourceOf = (asset: Shape<'AssetDetail'>, width: number): string | undefined =>
  own.get(asset.digest) ?? fitting(asset.picture?.derivatives ?? [], width)?.path;

export function thumbnail(site: string, digest: string, width: number): Promise<string | undefined> {
  const key = `${site} ${digest} ${width}`;
  const found = known.get(key) ?? inTurn(() => look(site, digest, width));
  known.set(key, found);
  return found;
}

async function look(site: string, digest: string, width: number): Promise<string | undefined> {
  if (own.has(digest)) return own.get(digest);
  try {
    const asset = await ask(api.GET('/api/v1/sites/{site}/assets/{digest}', { params: { path: { site, digest } } }));
    return sourceOf(asset, width);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return undefined;
  }
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
