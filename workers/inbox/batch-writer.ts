import type { Published } from '../../src/lib/domain/summary';

/** What the writer needs of the world; `later` runs something once after a while. */
export type BatchWriterDeps = {
  write: (summaries: Published[]) => Promise<void>;
  later: (run: () => void, afterMs: number) => void;
  now: () => number;
};

/** Rows of one transaction: larger ones write hardly faster, and hold everybody up longer. */
export const MAX_BATCH = 50;
/** How long a row that nobody waits for waits for company: changes of one conversation inside it cost one row. */
export const BATCH_DELAY_MS = 100;
/** After a write the database is left to those who read, for as long as it took, but never longer than this. */
export const MAX_REST_MS = 100;
/** A list may have been read before a flush and be laid over after it, so written rows are shown this much longer. */
const LINGER_MS = 2_000;
/** Rows whose write failed stay in the overlay until their conversation publishes again, at most this many. */
const MAX_UNWRITTEN = 1_000;

type Entry = { summary: Published; waiters: PromiseWithResolvers<void>[] };

/**
 * Collects summaries and writes them in batches: at most one write at a time, of each conversation only the highest version. Holds
 * nothing that its callers could not give again.
 */
export class BatchWriter {
  readonly #deps: BatchWriterDeps;
  /** Waiting for their batch, in the order of arrival. */
  readonly #queue = new Map<string, Entry>();
  #writing: Entry[] = [];
  /** Failed, and nobody waits any more: shown, not written. */
  readonly #unwritten = new Map<string, Published>();
  #written: { summary: Published; at: number }[] = [];
  /** When the next write is to begin; null = nothing is set. */
  #flushAt: number | null = null;
  #restsUntil = 0;

  constructor(deps: BatchWriterDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves when the read model has this version or a higher one; rejects with the write's own error, with nothing kept for a retry. What is
   * `awaited` is written as soon as can be.
   */
  async add(summary: Published, { awaited = false } = {}): Promise<void> {
    const waiter = Promise.withResolvers<void>();
    const queued = this.#queue.get(summary.id);
    if (!queued) this.#queue.set(summary.id, { summary, waiters: [waiter] });
    else {
      queued.waiters.push(waiter);
      if (summary.version > queued.summary.version) queued.summary = summary;
    }
    this.#arm(awaited ? 0 : BATCH_DELAY_MS);
    return waiter.promise;
  }

  /** The ids of rows that wait, are being written, or could not be. */
  unwritten(): string[] {
    return [...this.#queue.keys(), ...this.#writing.map(({ summary }) => summary.id), ...this.#unwritten.keys()];
  }

  /** Every row that the read model may not show yet, the newest version of each. */
  pending(): Published[] {
    this.#forgetOld();
    const rows = [
      ...this.#unwritten.values(),
      ...this.#written.map(({ summary }) => summary),
      ...this.#writing.map(({ summary }) => summary),
      ...[...this.#queue.values()].map(({ summary }) => summary),
    ];
    const newest = new Map<string, Published>();
    for (const row of rows) if (row.version >= (newest.get(row.id)?.version ?? -Infinity)) newest.set(row.id, row);
    return [...newest.values()];
  }

  /** Forgets these rows, and resolves when no write that may have them is under way. Who waits for them need not give them again. */
  async drop(ids: ReadonlySet<string>): Promise<void> {
    for (const id of ids) {
      for (const waiter of this.#queue.get(id)?.waiters ?? []) waiter.resolve();
      this.#queue.delete(id);
    }
    const underWay = this.#writing.flatMap(({ waiters }) => waiters.map(({ promise }) => promise));
    await Promise.allSettled(underWay);
    for (const id of ids) this.#unwritten.delete(id);
    this.#written = this.#written.filter(({ summary }) => !ids.has(summary.id));
  }

  #arm(delayMs: number): void {
    if (this.#writing.length > 0 || this.#queue.size === 0) return;
    if (this.#queue.size >= MAX_BATCH) return void this.#flush();
    const now = this.#deps.now();
    // Never longer than a rest, as a clock may be set back.
    const restMs = Math.min(Math.max(this.#restsUntil - now, 0), MAX_REST_MS);
    const at = now + Math.max(delayMs, restMs);
    if (this.#flushAt !== null && this.#flushAt <= at) return;
    this.#flushAt = at;
    this.#deps.later(() => {
      if (this.#flushAt !== at) return;
      this.#flushAt = null;
      if (this.#writing.length === 0) void this.#flush();
    }, at - now);
  }

  async #flush(): Promise<void> {
    const entries = [...this.#queue.values()].slice(0, MAX_BATCH);
    if (entries.length === 0) return;
    for (const { summary } of entries) this.#queue.delete(summary.id);
    this.#writing = entries;
    const summaries = entries.map(({ summary }) => summary);
    const begun = this.#deps.now();
    try {
      await this.#deps.write(summaries);
      this.#settle(summaries);
      for (const { waiters } of entries) for (const waiter of waiters) waiter.resolve();
    } catch (error) {
      this.#keepUnwritten(summaries);
      for (const { waiters } of entries) for (const waiter of waiters) waiter.reject(error);
    }
    this.#writing = [];
    const now = this.#deps.now();
    this.#restsUntil = now + (now - begun);
    this.#arm(0);
  }

  #settle(summaries: readonly Published[]): void {
    this.#forgetOld();
    for (const summary of summaries) {
      this.#written.push({ summary, at: this.#deps.now() });
      if ((this.#unwritten.get(summary.id)?.version ?? Infinity) <= summary.version) this.#unwritten.delete(summary.id);
    }
  }

  #keepUnwritten(summaries: readonly Published[]): void {
    for (const summary of summaries) {
      if ((this.#unwritten.get(summary.id)?.version ?? -Infinity) > summary.version) continue;
      this.#unwritten.delete(summary.id);
      this.#unwritten.set(summary.id, summary);
    }
    for (const id of [...this.#unwritten.keys()].slice(0, Math.max(0, this.#unwritten.size - MAX_UNWRITTEN)))
      this.#unwritten.delete(id);
  }

  #forgetOld(): void {
    const since = this.#deps.now() - LINGER_MS;
    this.#written = this.#written.filter(({ at }) => at >= since);
  }
}
