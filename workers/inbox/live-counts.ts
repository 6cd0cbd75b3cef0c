import type { TabCounts } from '../../src/lib/domain/list';
import type { BatchWriterDeps } from './batch-writer';

const EVERY_MS = 1_000;
/** Counting takes the database at most a tenth of the time, however long one takes. */
const REST = 10;
/** But dashboards do not go without for longer than this: one that the database has hardly answered may have taken half a minute. */
const LONGEST_REST_MS = 20_000;
/** They change by the clock alone as well: older ones are not shown to somebody who has just come. */
const FRESH_MS = 10_000;

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
  #told: { counts: TabCounts; at: number } | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The read model has changed. */
  changed(): void {
    this.#isStale = true;
    if (!this.#isBusy) void this.#round();
  }

  /** What was told last, for somebody who has just come; null = everybody will be told soon. */
  latest(): TabCounts | null {
    if (this.#told && !this.#isStale && this.#deps.now() - this.#told.at < FRESH_MS) return this.#told.counts;
    this.changed();
    return null;
  }

  async #round(): Promise<void> {
    this.#isBusy = this.#isStale && this.#deps.isWatched();
    if (!this.#isBusy) return;
    this.#isStale = false;
    const start = this.#deps.now();
    try {
      const counts = await this.#deps.count();
      this.#told = { counts, at: start };
      this.#deps.tell(counts);
    } catch {
      // Dashboards show what they had until it works again.
      this.#isStale = true;
    }
    const restMs = Math.min(REST * (this.#deps.now() - start), LONGEST_REST_MS);
    this.#deps.later(() => void this.#round(), Math.max(EVERY_MS, restMs));
  }
}
