import type { TabCounts } from '../../src/lib/domain/list';
import type { BatchWriterDeps } from './batch-writer';

const EVERY_MS = 1_000;
/** Counting takes the database at most a tenth of the time, however long one takes. */
const REST = 10;

type Deps = Pick<BatchWriterDeps, 'later' | 'now'> & {
  count: () => Promise<TabCounts>;
  /** Tells every dashboard. */
  tell: (counts: TabCounts) => void;
  /** Whether anybody looks on. */
  isWatched: () => boolean;
};

/**
 * The counts of the whole list for all dashboards together: one question to the database a second at most, however many look on and
 * however much changes. The last change is always counted.
 */
export class LiveCounts {
  readonly #deps: Deps;
  #isBusy = false;
  #isStale = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The read model has changed. */
  changed(): void {
    this.#isStale = true;
    if (!this.#isBusy) void this.#round();
  }

  async #round(): Promise<void> {
    this.#isBusy = this.#isStale && this.#deps.isWatched();
    if (!this.#isBusy) return;
    this.#isStale = false;
    const start = this.#deps.now();
    try {
      this.#deps.tell(await this.#deps.count());
    } catch {
      // What could not be counted now is counted with the next change; dashboards show what they had.
    }
    this.#deps.later(() => void this.#round(), Math.max(EVERY_MS, REST * (this.#deps.now() - start)));
  }
}
