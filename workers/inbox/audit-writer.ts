import { record, type AuditEntry } from '../../src/lib/server/db/audit';
import type { Env } from '../env';
import type { BatchWriterDeps } from './batch-writer';

/** Acts of one transaction. */
const MAX_BATCH = 200;
/** How long an act waits for company. */
const BATCH_DELAY_MS = 250;

type Deps = Omit<BatchWriterDeps, 'write' | 'now'> & { write: (entries: AuditEntry[]) => Promise<void> };

type Waiting = { entry: AuditEntry; waiter: PromiseWithResolvers<void> };

/** Acts are reference data, all in one place wherever their conversations are. */
export const recordActs = (env: Env, entries: AuditEntry[]): Promise<void> => record(env.DB, entries);

/** Collects acts and writes them in batches, one at a time. Holds nothing that its callers could not give again. */
export class AuditWriter {
  readonly #deps: Deps;
  #queue: Waiting[] = [];
  #writing: Waiting[] = [];
  #busy = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Resolves when the act is on record; rejects with the write's own error, with nothing kept for a retry. */
  add(entry: AuditEntry): Promise<void> {
    const waiter = Promise.withResolvers<void>();
    this.#queue.push({ entry, waiter });
    this.#arm();
    return waiter.promise;
  }

  /** Resolves when no act that was added until now is on its way to the database any more. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#writing, ...this.#queue].map(({ waiter }) => waiter.promise));
  }

  #arm(): void {
    if (this.#busy || this.#queue.length === 0) return;
    this.#busy = true;
    this.#deps.later(() => void this.#flush(), BATCH_DELAY_MS);
  }

  async #flush(): Promise<void> {
    this.#writing = this.#queue.splice(0, MAX_BATCH);
    try {
      await this.#deps.write(this.#writing.map(({ entry }) => entry));
      for (const { waiter } of this.#writing) waiter.resolve();
    } catch (error) {
      for (const { waiter } of this.#writing) waiter.reject(error);
    }
    this.#writing = [];
    this.#busy = false;
    this.#arm();
  }
}
