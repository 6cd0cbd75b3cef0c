const WINDOW_MS = 5_000;

/** How many a second, over the last seconds. In memory: a rate of before is no news. */
export class Rate {
  readonly #seen: { at: number; n: number }[] = [];

  add(n: number, now: number): void {
    this.#seen.push({ at: now, n });
    this.#drop(now);
  }

  perSecond(now: number): number {
    this.#drop(now);
    const first = this.#seen[0];
    if (!first) return 0;
    const n = this.#seen.reduce((sum, one) => sum + one.n, 0);
    return Math.round(n / (Math.max(now - first.at, 1_000) / 1_000));
  }

  #drop(now: number): void {
    const from = this.#seen.findIndex(({ at }) => at > now - WINDOW_MS);
    this.#seen.splice(0, from === -1 ? this.#seen.length : from);
  }
}
