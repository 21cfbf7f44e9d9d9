/** Work that waits its turn: so many at once, the others in order. */
export class Lane {
  readonly #width: number;
  readonly #waiting: (() => void)[] = [];
  readonly #idle: (() => void)[] = [];
  #running = 0;

  /** @param width how many at once */
  constructor(width: number) {
    this.#width = width;
  }

  /** A failure is the work's own to note. */
  async run(work: () => Promise<void>): Promise<void> {
    if (this.#running >= this.#width) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      await work();
    } catch {
      // noted where it happened
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else if (--this.#running === 0) this.#idle.splice(0).forEach((resolve) => resolve());
    }
  }

  /** Resolves when nothing runs or waits. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }
}
