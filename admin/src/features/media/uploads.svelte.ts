/** Files on their way to the library, one after the other; each fails or succeeds alone. */
import { api, ask, asked, Refused, seen, type Shape } from '../../api/client';
import { fingerprint, inPieces, lastPart, metadata, patience, pieceEnd } from './pieces';
import { remember } from '../../api/pictures';
import { sendFile } from '../../api/send';

type Asset = Shape<'Asset'>;
export type Sending = {
  id: number;
  file: File;
  part: number;
  state: 'waiting' | 'sending' | 'resting' | 'done' | 'failed';
  error?: Refused;
  asset?: Asset;
};

const TUS = { 'Tus-Resumable': '1.0.0' };
const GONE = [404, 410];
/** No line; the piece before is still being written there, or came otherwise than it was sent; too many at once. */
const PASSING = [0, 409, 429, 460];

export class Uploads {
  items = $state<Sending[]>([]);
  busy = $derived(this.items.some((one) => one.state === 'waiting' || one.state === 'sending' || one.state === 'resting'));
  #last = 0;
  #running = false;

  constructor(
    private readonly site: () => string,
    /** Where new files are to stand; empty for the top. */
    private readonly folder: () => string,
    /** Called with every file that arrived. */
    private readonly arrived: (asset: Asset) => void,
  ) {}

  add(files: Iterable<File>): void {
    for (const file of files) this.items.push({ id: ++this.#last, file, part: 0, state: 'waiting' });
    void this.#run();
  }

  again(id: number): void {
    this.#change(id, { state: 'waiting', part: 0, error: undefined });
    void this.#run();
  }

  forget = (): void => {
    this.items = this.items.filter((one) => one.state !== 'done' && one.state !== 'failed');
  };

  #change(id: number, change: Partial<Sending>): void {
    const item = this.items.find((one) => one.id === id);
    if (item) Object.assign(item, change);
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#next(); next; next = this.#next()) await this.#send(next);
    } finally {
      this.#running = false;
    }
  }

  #next = () => this.items.find((one) => one.state === 'waiting');

  async #send({ id, file }: Sending): Promise<void> {
    const [site, folder] = [this.site(), this.folder()];
    this.#change(id, { state: 'sending' });
    try {
      const progress = (part: number) => this.#change(id, { part });
      const resting = (is: boolean) => this.#change(id, { state: is ? 'resting' : 'sending' });
      let asset = inPieces(file.size) ? await byPieces(site, file, progress, resting) : await sendFile(site, file, progress);
      remember(asset.digest, file);
      if (folder && asset.folder !== folder) asset = await put(site, asset, folder);
      this.#change(id, { state: 'done', part: 1, asset });
      this.arrived(asset);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#change(id, { state: 'failed', error });
    }
  }
}

/** One file that is sent for a purpose of its own. */
export const sendOne = (site: string, file: File, progress: (part: number) => void): Promise<Asset> =>
  (inPieces(file.size) ? byPieces(site, file, progress, () => undefined) : sendFile(site, file, progress)).then((asset) => {
    remember(asset.digest, file);
    return asset;
  });

const put = (site: string, asset: Asset, folder: string): Promise<Asset> =>
  ask(api.PATCH('/api/v1/sites/{site}/assets/{digest}', { params: { path: { site, digest: asset.digest } }, headers: seen(asset.version), body: { folder } }));

/** By the tus protocol: after a lost line, or a reload of the page, it goes on where it stood. */
async function byPieces(site: string, file: File, progress: (part: number) => void, resting: (is: boolean) => void): Promise<Asset> {
  const mark = fingerprint(site, file);
  let [id, lost] = [stored(mark), 0];
  for (;;) {
    try {
      const digest = await goOn(site, file, id, (begun) => store(mark, (id = begun)), (part) => {
        lost = 0;
        progress(part);
      });
      store(mark, '');
      return await ask(api.GET('/api/v1/sites/{site}/assets/{digest}', { params: { path: { site, digest } } }));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (id && GONE.includes(error.status)) {
        store(mark, (id = ''));
        continue;
      }
      const pause = PASSING.includes(error.status) || error.status >= 500 ? patience(lost++) : undefined;
      if (pause === undefined) {
        // What the server refuses, it refuses from the start as well.
        if (error.status === 413 || error.status === 415) store(mark, '');
        throw error;
      }
      resting(true);
      await new Promise((go) => setTimeout(go, pause));
      resting(false);
    }
  }
}

/** Sends what is missing; answers the digest of the whole. */
async function goOn(site: string, file: File, known: string, begun: (id: string) => void, progress: (part: number) => void): Promise<string> {
  let [id, offset] = [known, 0];
  if (id) {
    const { response } = await asked(api.HEAD('/api/v1/sites/{site}/uploads/{upload}', { params: { path: { site, upload: id } } }));
    const whole = response.headers.get('Content-Location');
    if (whole) return lastPart(whole);
    offset = Number(response.headers.get('Upload-Offset') ?? 0);
  } else {
    const header = { 'Upload-Length': file.size, 'Upload-Metadata': metadata(file.name) };
    const { response } = await asked(api.POST('/api/v1/sites/{site}/uploads', { params: { path: { site }, header }, headers: TUS }));
    id = lastPart(response.headers.get('Location') ?? '');
    begun(id);
  }
  for (;;) {
    progress(offset / file.size);
    const piece = file.slice(offset, pieceEnd(offset, file.size));
    const { response } = await asked(
      api.PATCH('/api/v1/sites/{site}/uploads/{upload}', {
        params: { path: { site, upload: id }, header: { 'Upload-Offset': offset } },
        headers: { ...TUS, 'Content-Type': 'application/offset+octet-stream' },
        body: piece,
        bodySerializer: (body) => body as Blob,
      }),
    );
    const whole = response.headers.get('Content-Location');
    if (whole) return lastPart(whole);
    offset = Number(response.headers.get('Upload-Offset') ?? offset + piece.size);
  }
}

function stored(mark: string): string {
  try {
    return localStorage.getItem(mark) ?? '';
  } catch {
    return '';
  }
}

function store(mark: string, id: string): void {
  try {
    if (id) localStorage.setItem(mark, id);
    else localStorage.removeItem(mark);
  } catch {
    // A browser that keeps nothing begins anew next time.
  }
}
