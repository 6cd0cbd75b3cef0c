import { countsOfStatuses, isWhole, type ListFilters, type TabCounts } from '../domain/list';

const EVERY_MS = 1_000;
/** Counting takes the database at most a tenth of the time, however long one takes. */
const REST = 10;
/** Counts are read from the database, which gets changes in batches a moment after the frames; asking at once would miss them. */
const AFTER_CHANGE_MS = 400;

/** How many conversations there are under the filters in use: told by the server for the whole list, asked for when something narrows it. */
export class ListCounts {
  #counts: TabCounts | null = $state.raw(null);

  readonly #ask: (filters: ListFilters, signal: AbortSignal) => Promise<TabCounts>;
  #filters: ListFilters = {};
  #fetch = new AbortController();
  #askedAt = -Infinity;
  #tookMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ask: (filters: ListFilters, signal: AbortSignal) => Promise<TabCounts>) {
    this.#ask = ask;
  }

  /** Null until they are known. While those of other filters are on their way, the ones before. */
  get current() { return this.#counts; } // prettier-ignore

  /** Other filters: what is on its way is of no use any more. Their own are asked for by `refresh`, once the rows do not wait behind them. */
  show(filters: ListFilters): void {
    this.#filters = filters;
    this.stop();
  }

  /** Asks again now, after so long, or as soon as that is due. */
  refresh(afterMs = 0): void {
    this.#askAfter(afterMs);
  }

  /** Something has changed. Those of the whole list will be told. */
  changed(): void {
    if (!isWhole(this.#filters) && this.#timer === undefined) this.#askAfter(AFTER_CHANGE_MS);
  }

  /** What the server tells of the whole list. */
  told(counts: TabCounts): void {
    if (!isWhole(this.#filters)) return;
    // An answer that is still on its way is older.
    this.#fetch.abort();
    this.#counts = countsOfStatuses(counts, this.#filters.ticketStatuses);
  }

  /** Ends timers and requests. */
  stop(): void {
    this.#fetch.abort();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #askAfter(afterMs: number): void {
    const at = Math.max(Date.now() + afterMs, this.#askedAt + Math.max(EVERY_MS, REST * this.#tookMs));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(), at - Date.now());
  }

  async #load(): Promise<void> {
    this.#timer = undefined;
    this.#fetch.abort();
    this.#fetch = new AbortController();
    const { signal } = this.#fetch;
    this.#askedAt = Date.now();
    try {
      const counts = await this.#ask(this.#filters, signal);
      if (signal.aborted) return;
      this.#tookMs = Date.now() - this.#askedAt;
      this.#counts = counts;
    } catch {
      // Counts are shown beside the rows; the rows' own failure is what tells people.
    }
  }
}
