import { foldNames } from '../../src/lib/server/db/people-names';

/** Names of one look at the database, and looks of one round: a Worker may ask it so often in one go. */
const AT_ONCE = 500;
const LOOKS = 100;

/**
 * Makes people findable whom a migration has made (`db/people-names.ts`): a bounded round whenever somebody comes to the hub, until once
 * there was nothing left. Nobody waits for it.
 */
export class NameFolding {
  readonly #d1: D1Database;
  #isDone = false;
  #isBusy = false;

  constructor(d1: D1Database) {
    this.#d1 = d1;
  }

  /** Never rejects: what failed is left to the next round. */
  async round(): Promise<void> {
    if (this.#isDone || this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let look = 0; look < LOOKS && !this.#isDone; look += 1) this.#isDone = (await foldNames(this.#d1, AT_ONCE)) < AT_ONCE;
    } catch (error) {
      console.warn({ event: 'names_not_folded', error: String(error) });
    } finally {
      this.#isBusy = false;
    }
  }
}
