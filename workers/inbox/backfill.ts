/** Looks of one round: a Worker may ask a database so often in one go. */
const LOOKS = 100;

/**
 * Something that a migration could not do in SQL and left to be done, some rows a `look`, which answers whether nothing is left. A bounded
 * round is made whenever somebody comes to the hub, until once there was nothing. Nobody waits for it.
 */
export class Backfill {
  readonly #name: string;
  readonly #look: () => Promise<boolean>;
  #isDone = false;
  #isBusy = false;

  constructor(name: string, look: () => Promise<boolean>) {
    this.#name = name;
    this.#look = look;
  }

  /** Never rejects: what failed is left to the next round. */
  async round(): Promise<void> {
    if (this.#isDone || this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let look = 0; look < LOOKS && !this.#isDone; look += 1) this.#isDone = await this.#look();
    } catch (error) {
      console.warn({ event: 'backfill_failed', name: this.#name, error: String(error) });
    } finally {
      this.#isBusy = false;
    }
  }
}
