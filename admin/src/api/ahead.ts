/** Answers that were asked for before the screen that wants them had arrived. Each serves once, and only while it is young. Pure but for the asking. */
export class Ahead<Answer> {
  #kept = new Map<string, { answer: Promise<Answer>; until: number }>();

  constructor(private readonly youngMs: number) {}

  /** Asks, unless the same is on its way already. */
  begin(what: string, ask: () => Promise<Answer>, now = Date.now()): void {
    for (const [key, { until }] of this.#kept) if (until <= now) this.#kept.delete(key);
    if (this.#kept.has(what)) return;
    const answer = ask();
    // Whoever takes it hears of a failure; nobody else does.
    answer.catch(() => undefined);
    this.#kept.set(what, { answer, until: now + this.youngMs });
  }

  /** The answer, once. */
  take(what: string, now = Date.now()): Promise<Answer> | undefined {
    const found = this.#kept.get(what);
    this.#kept.delete(what);
    return found && found.until > now ? found.answer : undefined;
  }

  /** What was asked before something changed is no answer any more. */
  forget(): void {
    this.#kept.clear();
  }
}
