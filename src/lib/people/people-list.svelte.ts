import type { PeopleQuery } from '../domain/people-query';
import type { Person } from '../domain/person';
import { isAborted } from '../inbox/api';
import { Looks } from './looks';
import { queryText, type Asked, type PeopleSort } from './people-url';

type Page = { items: Person[]; nextCursor: string | null };
type Input = { query?: PeopleQuery; search?: string };
type Options = {
  list: (input: Input & { sort: PeopleSort; cursor?: string; limit: number }, signal: AbortSignal) => Promise<Page>;
  count: (input: Input, signal: AbortSignal) => Promise<{ total: number }>;
};

const PAGE = 50;
/** Typing and building a query pause for this long before they are asked. */
export const PAUSE_MS = 200;

/** People as one view has them: keyset pages and a count, renewed when conversations change, without moving rows under a pointer. */
export class PeopleList {
  #rows: readonly Person[] = $state.raw([]);
  #total: number | null = $state.raw(null);
  #waiting: Page | null = $state.raw(null);
  #status: 'loading' | 'ready' | 'failed' = $state('loading');
  #freshness: 'fresh' | 'loading' | 'failed' = $state('fresh');
  #countFailed = $state(false);
  #loadingMore = $state(false);
  #moreFailed = $state(false);
  #cursor: string | null = $state(null);

  /** How far it was scrolled, px, for who comes back to it. */
  offset = 0;
  readonly #options: Options;
  #asked: Asked = { query: null, search: '', sort: 'lastReply' };
  #shownKey: string | null = null;
  #isHeld = false;
  #fetch = new AbortController();
  #countFetch = new AbortController();
  readonly #looks = new Looks(() => this.#look());

  constructor(options: Options) {
    this.#options = options;
  }

  get rows() { return this.#rows; } // prettier-ignore
  /** How many there are in all; null while not known. */
  get total() { return this.#total; } // prettier-ignore
  /** The count is older than what is asked. */
  get countFailed() { return this.#countFailed; } // prettier-ignore
  /** `failed` only while there is nothing to show. */
  get status() { return this.#status; } // prettier-ignore
  /** Whether the rows are what the view asks for. */
  get freshness() { return this.#freshness; } // prettier-ignore
  get hasMore() { return this.#cursor !== null; } // prettier-ignore
  /** Further rows are there, but could not be loaded. */
  get moreFailed() { return this.#moreFailed && this.hasMore; } // prettier-ignore
  /** Who is in the list, or their order, has changed while it was held still. */
  get hasChanged() { return this.#waiting !== null; } // prettier-ignore

  /** Shows a view; rows of the one before stay, marked as older, until the new ones are here. */
  show(asked: Asked): void {
    const key = keyOf(asked);
    if (key === this.#shownKey) return;
    const isSameCount = this.#shownKey !== null && keyOf({ ...asked, sort: this.#asked.sort }) === this.#shownKey;
    this.#shownKey = key;
    this.#asked = asked;
    this.#waiting = null;
    this.refresh(!isSameCount);
  }

  /** Asks again, after a failure or because what is shown was changed here. */
  refresh(counts = true): void {
    if (this.#status === 'failed') this.#status = 'loading';
    if (this.#status === 'ready') this.#freshness = 'loading';
    this.#moreFailed = false;
    void this.#load();
    if (counts) void this.#count(true);
  }

  /** Loads the next page, if there is one and none is on its way; never one of rows that are not what the view asks for. */
  async more(): Promise<void> {
    const cursor = this.#cursor;
    if (cursor === null || this.#loadingMore || this.#status !== 'ready' || this.#freshness !== 'fresh') return;
    this.#loadingMore = true;
    const { signal } = this.#fetch;
    try {
      const page = await this.#options.list({ ...this.#input(), sort: this.#asked.sort, cursor, limit: PAGE }, signal);
      if (signal.aborted) return;
      const known = new Set(this.#rows.map(({ id }) => id));
      this.#rows = [...this.#rows, ...page.items.filter(({ id }) => !known.has(id))];
      this.#cursor = page.nextCursor;
      this.#moreFailed = false;
    } catch (error) {
      if (!signal.aborted && !isAborted(error)) this.#moreFailed = true;
    } finally {
      this.#loadingMore = false;
    }
  }

  /** A conversation somewhere has changed: looks again soon. */
  heard(): void {
    this.#looks.heard();
  }

  /** Holds the rows where they stand, because somebody points at them or has scrolled; or lets them move again. */
  hold(held: boolean): void {
    this.#isHeld = held;
  }

  /** Brings in what has changed, now. */
  settle(): void {
    if (this.#waiting) this.#set(this.#waiting);
  }

  /** Ends timers and requests. */
  stop(): void {
    this.#fetch.abort();
    this.#countFetch.abort();
    this.#looks.stop();
    this.#shownKey = null;
  }

  #input(): Input {
    const { query, search } = this.#asked;
    return { ...(query && { query }), ...(search !== '' && { search }) };
  }

  async #load(): Promise<void> {
    this.#fetch.abort();
    this.#fetch = new AbortController();
    const { signal } = this.#fetch;
    try {
      const page = await this.#options.list({ ...this.#input(), sort: this.#asked.sort, limit: PAGE }, signal);
      if (signal.aborted) return;
      this.#set(page);
      this.#status = 'ready';
      this.#freshness = 'fresh';
    } catch (error) {
      this.#failed(error, signal);
    }
  }

  /** Asks for the first page again, silently. The same people in the same order are renewed in place, at any time. */
  async #look(): Promise<void> {
    if (this.#status !== 'ready' || this.#freshness === 'loading' || this.#loadingMore) return;
    const { signal } = this.#fetch;
    try {
      const [page] = await Promise.all([
        this.#options.list({ ...this.#input(), sort: this.#asked.sort, limit: PAGE }, signal),
        this.#count(false),
      ]);
      if (signal.aborted || this.#freshness !== 'fresh') return;
      if (!this.#isHeld && this.#rows.length <= PAGE) return this.#set(page);
      const isSame = page.items.every(({ id }, index) => id === this.#rows[index]?.id);
      const isWhole = page.nextCursor !== null || page.items.length === this.#rows.length;
      const fresh = new Map(page.items.map((row) => [row.id, row]));
      this.#rows = this.#rows.map((row) => fresh.get(row.id) ?? row);
      this.#waiting = isSame && isWhole ? null : page;
    } catch {
      // The next change looks again; what is shown stays.
    }
  }

  async #count(isNew: boolean): Promise<void> {
    this.#countFetch.abort();
    this.#countFetch = new AbortController();
    const { signal } = this.#countFetch;
    if (isNew) this.#total = null;
    try {
      const { total } = await this.#options.count(this.#input(), signal);
      if (signal.aborted) return;
      this.#total = total;
      this.#countFailed = false;
    } catch (error) {
      if (signal.aborted || isAborted(error)) return;
      this.#countFailed = true;
    }
  }

  #set({ items, nextCursor }: Page): void {
    this.#rows = items;
    this.#cursor = nextCursor;
    this.#waiting = null;
  }

  #failed(error: unknown, signal: AbortSignal): void {
    if (signal.aborted || isAborted(error)) return;
    if (this.#rows.length === 0) this.#status = 'failed';
    else this.#freshness = 'failed';
  }
}

const keyOf = ({ query, search, sort }: Asked): string => JSON.stringify([query && queryText(query), search, sort]);
