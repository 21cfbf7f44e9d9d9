/** Many small tasks, a few at a time; what they found is shown together, so that a long list is not arranged anew for each. */

/** Tasks under way at most, and milliseconds in which what they found is gathered. */
const ABREAST = 6;
const GATHER = 200;

export class Lane<T> {
  readonly #work: (item: T) => Promise<() => void>;
  #waiting = new Set<T>();
  #found: (() => void)[] = [];
  #busy = 0;
  #gathering = false;

  /** @param work never fails; gives what shows its outcome */
  constructor(work: (item: T) => Promise<() => void>) {
    this.#work = work;
  }

  add(item: T): void {
    this.#waiting.add(item);
    this.#go();
  }

  /** These before all others that wait. */
  first(items: T[]): void {
    const wanted = items.filter((item) => this.#waiting.has(item));
    if (wanted.length > 0) this.#waiting = new Set([...wanted, ...this.#waiting]);
  }

  /** Takes one out, for whoever does it at once. @returns false when it does not wait (any more) */
  take(item: T): boolean {
    return this.#waiting.delete(item);
  }

  #go(): void {
    while (this.#busy < ABREAST) {
      const [next] = this.#waiting;
      if (next === undefined) return;
      this.#waiting.delete(next);
      this.#busy += 1;
      void this.#work(next).then((show) => {
        this.#busy -= 1;
        this.#show(show);
        this.#go();
      });
    }
  }

  /** The first at once, what comes soon after it together. */
  #show(show: () => void): void {
    this.#found.push(show);
    if (this.#gathering) return;
    this.#gathering = true;
    this.#flush();
  }

  #flush(): void {
    this.#gathering = this.#found.length > 0;
    for (const show of this.#found.splice(0)) show();
    if (this.#gathering) setTimeout(() => this.#flush(), GATHER);
  }
}
