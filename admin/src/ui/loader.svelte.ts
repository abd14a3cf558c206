/** Asks for data, remembers the newest answer, and forgets answers that come too late. */
import { Refused } from '../api/client';

export class Loader<Data> {
  data = $state.raw<Data>();
  error = $state.raw<unknown>();
  busy = $state(false);
  #turn = 0;

  constructor(private readonly ask: () => Promise<Data>) {}

  /** The last answer stays while the next is on its way. */
  load = async (): Promise<void> => {
    const turn = ++this.#turn;
    this.busy = true;
    try {
      const data = await this.ask();
      if (turn !== this.#turn) return;
      this.data = data;
      this.error = undefined;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (turn === this.#turn) this.error = error;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  };
}

/** A list that grows by pages. */
export class Pages<Item> {
  items = $state.raw<Item[]>();
  error = $state.raw<unknown>();
  busy = $state(false);
  next = $state<string>();
  #turn = 0;

  constructor(private readonly ask: (cursor: string | undefined) => Promise<{ items: Item[]; next_cursor?: string | null }>) {}

  load = () => this.#read(undefined);
  more = () => this.#read(this.next);

  async #read(cursor: string | undefined): Promise<void> {
    const turn = ++this.#turn;
    this.busy = true;
    try {
      const page = await this.ask(cursor);
      if (turn !== this.#turn) return;
      this.items = cursor ? [...(this.items ?? []), ...page.items] : page.items;
      this.next = page.next_cursor ?? undefined;
      this.error = undefined;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (turn === this.#turn) this.error = error;
    } finally {
      if (turn === this.#turn) this.busy = false;
    }
  }
}
