import { matches, type ListQuery } from '../domain/list';
import type { InboxFrame, Person } from '../domain/protocol';
import type { Summary } from '../domain/summary';
import { tabSince } from '../domain/window';
import { isAborted } from './api';
import { ListCounts } from './list-counts.svelte';
import type { ListPage, ListSource } from './list-source';
import { withChanges } from './who-is-here';
import { filtersOf, listQueryString, type ListView } from './list-url';
import { HeldRows, WAITING_MOST } from './held-rows.svelte';
import { RecentRows } from './recent-rows';
import { nextEdgeOf } from './row-edge';
import { isInside, mergeRows, newestById, type Frame } from './row-merge';
import { cursorAt, RowWindow } from './row-window.svelte';
import { UnreadRows } from './unread-rows.svelte';

const PAGE = 50;
/** A reconnecting list asks again for as much as was loaded, in pages this large, up to the second figure. */
const CATCH_UP_PAGE = 100;
const CATCH_UP_MOST = 500;
/** Whoever types on within this time wants no counts of what stands there now. */
const TYPING_MS = 300;
/** Timers of browsers overflow beyond 24.8 days; an hour is soon enough to look again. */
const LONGEST_TIMER_MS = 3_600_000;

/**
 * The list of conversations: pages from the server, kept true by frames and by the clock. Only a stretch of it is loaded, around what is on
 * screen, however long the list is and however far it is scrolled.
 */
export class ConversationList {
  #rows: readonly Summary[] = $state.raw([]);
  #agents: readonly Person[] = $state.raw([]);
  #shift = $state(false);
  #status: 'loading' | 'ready' | 'failed' = $state('loading');
  #freshness: 'fresh' | 'loading' | 'failed' = $state('fresh');
  #loadingMore = $state(false);
  #view: ListView = $state.raw({ tab: 'active', sort: 'latest' });

  readonly #source: ListSource;
  readonly #counts: ListCounts;
  readonly #window = new RowWindow();
  readonly #recent = new RecentRows();
  readonly #held = new HeldRows();
  readonly #unread = new UnreadRows();
  #heardAt: string | null = null;
  #shownKey: string | null = null;
  #frozen = false;
  #catchUpNext = false;
  /** Counts are asked for so long after the rows are here, which must not wait behind them; null = they are not wanted. */
  #countsAfterMs: number | null = null;
  #fetch = new AbortController();
  /** All rows are being read: what is let go meanwhile would not stay so. */
  #reading: AbortSignal | null = null;
  #edgeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(source: ListSource) {
    this.#source = source;
    this.#counts = new ListCounts(source.counts);
  }

  get rows() { return this.#rows; } // prettier-ignore
  /** Whether the rows have just been added or let go at their top: the place is to be kept from the end. */
  get shift() { return this.#shift; } // prettier-ignore
  /** How many rows stand above the first of `rows`, as far as is known. */
  get above() { return this.#window.above; } // prettier-ignore
  get hasAbove() { return this.#window.ceiling !== null; } // prettier-ignore
  get counts() { return this.#counts.current; } // prettier-ignore
  /** Everybody who has the dashboard open. */
  get agents() { return this.#agents; } // prettier-ignore
  /** `failed` only while there is nothing to show. */
  get status() { return this.#status; } // prettier-ignore
  /** Whether the rows are what the view asks for; `loading` = they are on their way, `failed` = refreshing did not work. */
  get freshness() { return this.#freshness; } // prettier-ignore
  get loadingMore() { return this.#loadingMore; } // prettier-ignore
  get hasMore() { return this.#window.cursor !== null; } // prettier-ignore
  /** How many rows wait to come in or to move up while the list is held still; not beyond `WAITING_MOST`. */
  get waiting() { return this.#held.count; } // prettier-ignore
  /** How many Active conversations known here have unread messages. */
  get unread() { return this.#unread.count; } // prettier-ignore
  /** Up to which moment of the hub's everything has been heard; null = nothing yet. */
  get heardAt() { return this.#heardAt; } // prettier-ignore

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
    this.#held.clear();
    this.#window.fromTop();
    if (keepsRows) {
      this.#freshness = 'loading';
      this.#setRows(mergeRows(this.#rows, [], { ...this.#frame(), horizon: null }));
    } else this.#start();
    void this.#load(PAGE);
    if (keepsCounts) return;
    this.#counts.show(filtersOf(view));
    this.#countsAfterMs = isFirst || view.search === before.search ? 0 : TYPING_MS;
  }

  /** Asks again, after a failure or when the connection came back (`isLive`: the hub will tell what it tells everybody); rows stay meanwhile. */
  refresh(isLive = false): void {
    // What was heard before a gap may be older than what is now read, so it must not be laid over it.
    this.#recent.clear();
    if (isLive) this.#counts.changed();
    else this.#counts.refresh();
    if (this.#status === 'failed') this.#start();
    else if (this.#status === 'loading') {
      this.#catchUpNext = true;
      return;
    }
    void this.#load(this.#rows.length);
  }

  /** Loads the next page, if there is one and none is on its way. Not after a failure: `refresh` has to work first. */
  async more(): Promise<void> {
    const { cursor } = this.#window;
    if (cursor === null) return;
    await this.#loadBeside({ cursor }, ({ items, nextCursor }) => {
      // Rows have been let go meanwhile: this page is not the next one any more.
      if (this.#window.cursor !== cursor) return;
      this.#window.endsWith(items, nextCursor);
      this.#join([...this.#rows, ...this.#strangers(items)]);
    });
  }

  /** Loads the page above, where rows were let go on the way down. */
  async back(): Promise<void> {
    const { ceiling } = this.#window;
    const query = this.#window.queryAbove(this.#view.sort);
    if (query === null) return;
    await this.#loadBeside(query, ({ items, nextCursor }) => {
      if (this.#window.ceiling !== ceiling) return;
      this.#window.beginsWith(items, nextCursor);
      const rows = this.#strangers(items).reverse();
      this.#window.grewAbove(rows.length);
      this.#join([...rows, ...this.#rows], true);
    });
  }

  /** Lets go of rows far from those on screen, by index; `more` and `back` load them again. */
  keepAround(first: number, last: number): void {
    if (this.#reading !== null) return;
    const on = { first, last, sort: this.#view.sort };
    const { rows, isTopCut } = this.#window.cut(this.#rows, on, (row) => this.#held.standing(row));
    if (rows !== this.#rows) this.#setRows(rows, isTopCut);
  }

  /** Takes in a frame of the inbox socket. */
  apply(frame: InboxFrame): void {
    switch (frame.type) {
      case 'hello':
        this.#agents = frame.agents;
        this.#heardAt = frame.at;
        if (frame.isCaughtUp && this.#status !== 'failed' && this.#freshness !== 'failed') this.#take(frame.rows);
        else this.refresh(true);
        break;
      case 'rows':
        this.#heardAt = frame.at;
        this.#take(frame.rows);
        break;
      case 'counts':
        this.#counts.told(frame.counts);
        break;
      case 'presence':
        this.#agents = withChanges(this.#agents, frame.came, frame.left);
        break;
      case 'erased':
        this.#drop(new Set(frame.ids));
    }
  }

  #take(changed: readonly Summary[]): void {
    const rows = this.#recent.note(changed);
    this.#unread.note(rows, this.#source.now());
    if (this.#status === 'ready') this.#place(rows);
    this.#counts.changed();
  }

  /** They are gone for good; what comes of them later is of somebody new, whatever its version. */
  #drop(ids: ReadonlySet<string>): void {
    this.#recent.drop(ids);
    this.#held.drop(ids);
    this.#unread.drop(ids);
    this.#setRows(this.#rows.filter(({ id }) => !ids.has(id)));
    this.#refill();
    this.#counts.changed();
  }

  /** Holds the rows where they stand, because somebody points at them; or lets them move again. */
  freeze(frozen: boolean): void {
    if (this.#frozen === frozen) return;
    this.#frozen = frozen;
    if (!frozen && this.#status === 'ready') this.settle();
  }

  /** Brings in what waits, and lets go what does not belong here any more, now. */
  settle(): void {
    const waiting = this.#held.take();
    this.#setRows(mergeRows(this.#rows, waiting, this.#frame()));
    this.#refill();
    if (waiting.length >= WAITING_MOST) void this.#load(this.#rows.length);
  }

  /** The same, with the first rows of all. */
  async toTop(): Promise<void> {
    if (this.#window.ceiling === null) {
      this.settle();
      return;
    }
    this.#held.clear();
    this.#window.fromTop();
    this.#start();
    await this.#load(PAGE);
  }

  /** Ends timers and requests. */
  stop(): void {
    this.#fetch.abort();
    this.#counts.stop();
    clearTimeout(this.#edgeTimer);
    this.#shownKey = null;
  }

  #frame(): Frame {
    const { now, policy, userId } = this.#source;
    const at = now();
    const query: ListQuery = { ...this.#view, limit: PAGE };
    const { ceiling, horizon } = this.#window;
    const fits = (row: Summary): boolean => {
      // The server may have said that it has moved before this clock does; nothing would say so again.
      const since = tabSince(row.lastInboundAt, row.tab, policy);
      return matches(row, query, { now: Math.max(at, since), policy, userId });
    };
    return { sort: this.#view.sort, ceiling, horizon, matches: fits };
  }

  #start(): void {
    this.#status = 'loading';
    this.#freshness = 'fresh';
    this.#window.endsWith([], null);
    this.#setRows([]);
  }

  async #loadBeside(query: Partial<ListQuery>, take: (page: ListPage) => void): Promise<void> {
    if (this.#loadingMore || this.#status !== 'ready' || this.#freshness !== 'fresh') return;
    this.#loadingMore = true;
    const { signal } = this.#fetch;
    try {
      const page = await this.#source.list({ ...this.#view, ...query, limit: PAGE }, signal);
      if (signal.aborted) return;
      take(page);
    } catch (error) {
      this.#failed(error, signal);
    } finally {
      if (!signal.aborted) this.#loadingMore = false;
    }
    if (!signal.aborted) this.#refill();
  }

  /** Of a further page the rows that are not here, each as it was last heard of. */
  #strangers(items: readonly Summary[]): Summary[] {
    const known = new Set(this.#rows.map(({ id }) => id));
    const frame = this.#frame();
    const newest = newestById(items, this.#recent.of(items)).values();
    return [...newest].filter((row) => !known.has(row.id) && !this.#held.has(row.id) && isInside(row, frame));
  }

  /** Loads from the top of what is loaded at least `wanted` rows and swaps them in together. */
  async #load(wanted: number): Promise<void> {
    this.#fetch.abort();
    this.#fetch = new AbortController();
    const { signal } = this.#fetch;
    this.#reading = signal;
    this.#loadingMore = false;
    this.#catchUpNext = false;
    const limit = wanted > PAGE ? CATCH_UP_PAGE : PAGE;
    try {
      const items: Summary[] = [];
      const { ceiling } = this.#window;
      let cursor = ceiling === null ? undefined : cursorAt(ceiling, this.#view.sort);
      do {
        const page: ListPage = await this.#source.list({ ...this.#view, cursor, limit }, signal);
        items.push(...page.items);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined && items.length < Math.min(wanted, CATCH_UP_MOST));
      if (signal.aborted) return;
      this.#window.endsWith(items, cursor ?? null);
      this.#held.clear();
      this.#setRows(mergeRows(items, this.#recent.all(), this.#frame()));
      this.#status = 'ready';
      this.#freshness = 'fresh';
      if (this.#countsAfterMs !== null) this.#counts.refresh(this.#countsAfterMs);
      this.#countsAfterMs = null;
    } catch (error) {
      this.#failed(error, signal);
    } finally {
      if (this.#reading === signal) this.#reading = null;
    }
    if (this.#catchUpNext && !signal.aborted) void this.#load(this.#rows.length);
    else if (!signal.aborted) this.#refill();
  }

  /** All that were here have left, and there are more: nobody is there to scroll to them. */
  #refill(): void {
    if (this.#rows.length > 0 || this.#status !== 'ready') return;
    if (this.#window.cursor !== null) void this.more();
    else if (this.#window.ceiling !== null) void this.toTop();
  }

  #failed(error: unknown, signal: AbortSignal): void {
    if (signal.aborted || isAborted(error)) return;
    // Another try was asked for meanwhile, and decides.
    if (this.#catchUpNext) return;
    if (this.#rows.length === 0) this.#status = 'failed';
    else this.#freshness = 'failed';
  }

  #place(changed: readonly Summary[]): void {
    const frame = this.#frame();
    this.#setRows(this.#frozen ? this.#held.place(this.#rows, changed, frame) : mergeRows(this.#rows, changed, frame));
    this.#refill();
  }

  /** Rows of a further page at one end: held still, those between stay as they stand. */
  #join(rows: readonly Summary[], shift = false): void {
    this.#setRows(this.#frozen ? rows : mergeRows(rows, [], this.#frame()), shift);
  }

  #setRows(rows: readonly Summary[], shift = false): void {
    this.#rows = rows;
    this.#shift = shift;
    this.#unread.note(rows, this.#source.now());
    clearTimeout(this.#edgeTimer);
    const now = this.#source.now();
    const next = nextEdgeOf(rows, this.#view.tab, this.#source.policy, now);
    if (next === null) return;
    this.#edgeTimer = setTimeout(() => this.#passEdge(), Math.min(Math.max(next - now, 20) + 1, LONGEST_TIMER_MS));
  }

  /** The clock alone takes rows out of the tab. */
  #passEdge(): void {
    const rows = this.#frozen ? this.#rows : this.#rows.filter(this.#frame().matches);
    this.#unread.note(this.#rows, this.#source.now());
    if (rows.length < this.#rows.length) this.#counts.refresh();
    this.#setRows(rows);
    this.#refill();
  }
}
