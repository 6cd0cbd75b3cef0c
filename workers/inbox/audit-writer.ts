import { record, type AuditEntry } from '../../src/lib/server/db/audit';
import type { Env } from '../env';
import type { BatchWriterDeps } from './batch-writer';

/** Acts of one transaction. */
const MAX_BATCH = 200;
/** How long an act waits for company. */
const BATCH_DELAY_MS = 250;

type Deps = Omit<BatchWriterDeps, 'write' | 'now'> & { write: (entries: AuditEntry[]) => Promise<void> };

/** Acts are reference data, all in one place wherever their conversations are. */
export const recordActs = (env: Env, entries: AuditEntry[]): Promise<void> => record(env.DB, entries);

/** Collects acts and writes them in batches, one at a time. Holds nothing that its callers could not give again. */
export class AuditWriter {
  readonly #deps: Deps;
  #queue: { entry: AuditEntry; waiter: PromiseWithResolvers<void> }[] = [];
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

  #arm(): void {
    if (this.#busy || this.#queue.length === 0) return;
    this.#busy = true;
    this.#deps.later(() => void this.#flush(), BATCH_DELAY_MS);
  }

  async #flush(): Promise<void> {
    const batch = this.#queue.splice(0, MAX_BATCH);
    try {
      await this.#deps.write(batch.map(({ entry }) => entry));
      for (const { waiter } of batch) waiter.resolve();
    } catch (error) {
      for (const { waiter } of batch) waiter.reject(error);
    }
    this.#busy = false;
    this.#arm();
  }
}
