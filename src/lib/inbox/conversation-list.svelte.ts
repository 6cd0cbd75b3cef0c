import { matches, type ListFilters, type ListQuery, type TabCounts } from '../domain/list';
import type { InboxFrame, Person } from '../domain/protocol';
import type { Summary } from '../domain/summary';
import { nextEdgeAt, type Policy } from '../domain/window';
import { isAborted } from './api';
import { ListCounts } from './list-counts.svelte';
import { filtersOf, listQueryString, type ListView } from './list-url';
import { mergeRows, newestById, updateInPlace, type Frame } from './row-merge';

type Page = { items: Summary[]; nextCursor: string | null };
type Options = {
  list: (query: ListQuery, signal: AbortSignal) => Promise<Page>;
  counts: (filters: ListFilters, signal: AbortSignal) => Promise<TabCounts>;
  /** The server's clock, epoch ms. */
  now: () => number;
  policy: Policy;
  userId: string;
};

const PAGE = 50;
/** A reconnecting list asks again for as much as was loaded, in pages this large, up to the second figure. */
const CATCH_UP_PAGE = 100;
const CATCH_UP_MOST = 500;
/** Changes that arrived lately are laid over pages that were read before them. */
const RECENT_MOST = 2_000;
/** Timers of browsers overflow beyond 24.8 days; an hour is soon enough to look again. */
const LONGEST_TIMER_MS = 3_600_000;

/** The list of conversations: pages from the server, kept true by frames and by the clock. */
export class ConversationList {
  #rows: readonly Summary[] = $state.raw([]);
  #agents: readonly Person[] = $state.raw([]);
  #waiting: ReadonlyMap<string, Summary> = $state.raw(new Map());
  #unread: ReadonlySet<string> = $state.raw(new Set());
  #status: 'loading' | 'ready' | 'failed' = $state('loading');
  #freshness: 'fresh' | 'loading' | 'failed' = $state('fresh');
  #loadingMore = $state(false);
  #cursor: string | null = $state(null);
  #view: ListView = $state.raw({ tab: 'active', sort: 'latest' });

  readonly #options: Options;
  readonly #counts: ListCounts;
  #shownKey: string | null = null;
  #horizon: Summary | null = null;
  #recent = new Map<string, Summary>();
  #frozen = false;
  #catchUpNext = false;
  #fetch = new AbortController();
  #edgeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#counts = new ListCounts(options.counts);
  }

  get rows() { return this.#rows; } // prettier-ignore
  get counts() { return this.#counts.current; } // prettier-ignore
  /** Everybody who has the dashboard open. */
  get agents() { return this.#agents; } // prettier-ignore
  /** `failed` only while there is nothing to show. */
  get status() { return this.#status; } // prettier-ignore
  /** Whether the rows are what the view asks for; `loading` = they are on their way, `failed` = refreshing did not work. */
  get freshness() { return this.#freshness; } // prettier-ignore
  get loadingMore() { return this.#loadingMore; } // prettier-ignore
  get hasMore() { return this.#cursor !== null; } // prettier-ignore
  /** How many rows wait to come in or to move up while the list is held still. */
  get waiting() { return this.#waiting.size; } // prettier-ignore
  /** How many Active conversations known here have unread messages. */
  get unread() { return this.#unread.size; } // prettier-ignore

  /**
   * Shows a view. Nothing happens when it is the one shown already. When only a filter changed, the rows that match stay until the new
   * ones are here, so that a search narrows at the speed of typing.
   */
  show(view: ListView): void {
    const key = listQueryString(view);
    if (key === this.#shownKey) return;
    const before = this.#view;
    const isFirst = this.#shownKey === null;
    const keepsRows = !isFirst && before.tab === view.tab && before.sort === view.sort && this.#status === 'ready';
    const keepsCounts = !isFirst && listQueryString({ ...view, tab: before.tab, sort: before.sort }) === this.#shownKey;
    this.#shownKey = key;
    this.#view = view;
    this.#waiting = new Map();
    this.#frozen = false;
    if (keepsRows) {
      this.#freshness = 'loading';
      this.#setRows(mergeRows(this.#rows, [], { ...this.#frame(), horizon: null }));
    } else this.#start();
    void this.#load(PAGE);
    if (!keepsCounts) this.#counts.show(filtersOf(view));
  }

  /** Asks again, after a failure or when the connection came back; rows stay meanwhile. */
  refresh(): void {
    // What was heard before a gap may be older than what is now read, so it must not be laid over it.
    this.#recent.clear();
    this.#counts.refresh();
    if (this.#status === 'failed') this.#start();
    else if (this.#status === 'loading' || this.#loadingMore) {
      this.#catchUpNext = true;
      return;
    }
    void this.#load(this.#rows.length);
  }

  /** Loads the next page, if there is one and none is on its way. */
  async more(): Promise<void> {
    const cursor = this.#cursor;
    if (cursor === null || this.#loadingMore || this.#status !== 'ready' || this.#freshness === 'loading') return;
    this.#loadingMore = true;
    const { signal } = this.#fetch;
    try {
      const page = await this.#options.list({ ...this.#view, cursor, limit: PAGE }, signal);
      if (signal.aborted) return;
      this.#cursor = page.nextCursor;
      this.#horizon = page.nextCursor === null ? null : (page.items.at(-1) ?? this.#horizon);
      this.#place(page.items);
    } catch (error) {
      this.#failed(error, signal);
    } finally {
      if (!signal.aborted) this.#loadingMore = false;
    }
    if (this.#catchUpNext && !signal.aborted) this.refresh();
  }

  /** Takes in a frame of the inbox socket. */
  apply(frame: InboxFrame): void {
    if (frame.type === 'presence') this.#agents = frame.agents;
    if (frame.type === 'erased') this.#drop(new Set(frame.ids));
    if (frame.type === 'counts') this.#counts.told(frame.counts);
    if (frame.type !== 'rows') return;
    const rows = frame.rows.filter((row) => row.version > (this.#recent.get(row.id)?.version ?? -1));
    for (const row of rows) {
      this.#recent.delete(row.id);
      this.#recent.set(row.id, row);
    }
    for (const id of [...this.#recent.keys()].slice(0, Math.max(0, this.#recent.size - RECENT_MOST))) this.#recent.delete(id);
    this.#noteUnread(rows);
    if (this.#status === 'ready') this.#place(rows);
    this.#counts.changed();
  }

  /** They are gone for good; what comes of them later is of somebody new, whatever its version. */
  #drop(ids: ReadonlySet<string>): void {
    for (const id of ids) this.#recent.delete(id);
    this.#waiting = new Map([...this.#waiting].filter(([id]) => !ids.has(id)));
    this.#unread = new Set([...this.#unread].filter((id) => !ids.has(id)));
    this.#setRows(this.#rows.filter(({ id }) => !ids.has(id)));
    this.#counts.changed();
  }

  /** Holds the rows where they stand, because somebody points at them; or lets them move again. */
  freeze(frozen: boolean): void {
    if (this.#frozen === frozen) return;
    this.#frozen = frozen;
    if (!frozen && this.#waiting.size > 0) this.settle();
  }

  /** Brings in what waits, now. */
  settle(): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting = new Map();
    this.#setRows(mergeRows(this.#rows, waiting, this.#frame()));
  }

  /** Ends timers and requests. */
  stop(): void {
    this.#fetch.abort();
    this.#counts.stop();
    clearTimeout(this.#edgeTimer);
    this.#shownKey = null;
  }

  #frame(): Frame {
    const { now, policy, userId } = this.#options;
    const facts = { now: now(), policy, userId };
    const query: ListQuery = { ...this.#view, limit: PAGE };
    return { sort: this.#view.sort, horizon: this.#horizon, matches: (row) => matches(row, query, facts) };
  }

  #start(): void {
    this.#status = 'loading';
    this.#freshness = 'fresh';
    this.#cursor = null;
    this.#horizon = null;
    this.#setRows([]);
  }

  /** Loads from the top at least `wanted` rows and swaps them in together. */
  async #load(wanted: number): Promise<void> {
    this.#fetch.abort();
    this.#fetch = new AbortController();
    const { signal } = this.#fetch;
    this.#loadingMore = false;
    this.#catchUpNext = false;
    const limit = wanted > PAGE ? CATCH_UP_PAGE : PAGE;
    try {
      const items: Summary[] = [];
      let cursor: string | undefined;
      do {
        const page: Page = await this.#options.list({ ...this.#view, cursor, limit }, signal);
        items.push(...page.items);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined && items.length < Math.min(wanted, CATCH_UP_MOST));
      if (signal.aborted) return;
      this.#cursor = cursor ?? null;
      this.#horizon = cursor === undefined ? null : (items.at(-1) ?? null);
      this.#waiting = new Map();
      this.#setRows(mergeRows(items, [...this.#recent.values()], this.#frame()));
      this.#status = 'ready';
      this.#freshness = 'fresh';
    } catch (error) {
      this.#failed(error, signal);
    }
    if (this.#catchUpNext && !signal.aborted) this.refresh();
  }

  #failed(error: unknown, signal: AbortSignal): void {
    if (signal.aborted || isAborted(error)) return;
    if (this.#rows.length === 0) this.#status = 'failed';
    else this.#freshness = 'failed';
    this.#catchUpNext = false;
  }

  #place(changed: readonly Summary[]): void {
    if (!this.#frozen) {
      this.#setRows(mergeRows(this.#rows, changed, this.#frame()));
      return;
    }
    const { rows, waiting } = updateInPlace(this.#rows, changed, this.#frame());
    const last = rows.at(-1);
    // A further page may go below what is shown without moving it; only what belongs above has to wait.
    const below = waiting.filter((row) => last !== undefined && !this.#recent.has(row.id));
    this.#waiting = newestById(
      [...this.#waiting.values()],
      waiting.filter((row) => !below.includes(row)),
    );
    this.#setRows([...rows, ...below]);
  }

  #setRows(rows: readonly Summary[]): void {
    this.#rows = rows;
    this.#noteUnread(rows);
    clearTimeout(this.#edgeTimer);
    const now = this.#options.now();
    const edges = rows.map((row) => nextEdgeAt(row.lastInboundAt, this.#view.tab, this.#options.policy) ?? Infinity);
    const next = edges.reduce((soonest, at) => Math.min(soonest, at), Infinity);
    if (next === Infinity) return;
    this.#edgeTimer = setTimeout(() => this.#passEdge(), Math.min(Math.max(next - now, 20) + 1, LONGEST_TIMER_MS));
  }

  /** The clock alone takes rows out of the tab. */
  #passEdge(): void {
    const rows = this.#rows.filter(this.#frame().matches);
    this.#noteUnread(this.#rows);
    if (rows.length < this.#rows.length) this.#counts.refresh();
    this.#setRows(rows);
  }

  #noteUnread(rows: readonly Summary[]): void {
    const unread = new Set(this.#unread);
    for (const row of rows) {
      if (row.unread > 0 && row.activeUntil > this.#options.now()) unread.add(row.id);
      else unread.delete(row.id);
    }
    this.#unread = unread;
  }
}
