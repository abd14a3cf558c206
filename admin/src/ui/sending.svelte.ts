/** What a form sends: never twice at a time, and what the server says no to, for the fields that it concerns. */
import { once, Refused } from '../api/client';
import { toFirstWrong } from './wrong';

export class Sending {
  busy = $state(false);
  refusal = $state.raw<Refused>();
  form = $state<HTMLFormElement>();
  /** The same for every try, until the server has answered: what it did already is not done again. */
  get key() {
    return (this.#key ??= once());
  }
  #key: ReturnType<typeof once> | undefined;

  /** Returns whether it was done. `refused` looks at a refusal before the form does. */
  run = async (work: () => Promise<unknown>, refused?: (refusal: Refused) => unknown): Promise<boolean> => {
    if (this.busy) return false;
    this.busy = true;
    this.refusal = undefined;
    try {
      await work();
      this.#key = undefined;
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refusal = error;
      if (error.status) this.#key = undefined;
      await refused?.(error);
      await toFirstWrong(this.form);
      return false;
    } finally {
      this.busy = false;
    }
  };
}
