import { z } from 'zod';
import type { Receipt } from '../../src/lib/domain/provider';

/** Receipts kept for one unknown key: a message has three or four in its life, more is noise. */
const MAX_PARKED = 16;
/** Rows dropped in one sweep of one table. */
const SWEEP_ROWS = 5_000;

const Parked: z.ZodType<Receipt> = z.object({
  type: z.literal('receipt'),
  address: z.string().nullable(),
  at: z.number().nullable(),
  providerMessageId: z.string().nullable(),
  messageId: z.string().nullable(),
  status: z.enum(['sent', 'delivered', 'read', 'failed']),
  failure: z.object({ code: z.string(), reason: z.string(), retryable: z.boolean() }).nullable(),
});

/** The SQL of the directory: synchronous, times in epoch ms. */
export class DirectoryStore {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql(`CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, conversation_id TEXT NOT NULL, expires_at INTEGER NOT NULL)
               WITHOUT ROWID`);
    this.#sql(`CREATE INDEX IF NOT EXISTS entry_by_expiry ON entry (expires_at)`);
    this.#sql(`CREATE TABLE IF NOT EXISTS parked (id INTEGER PRIMARY KEY, key TEXT NOT NULL, receipt TEXT NOT NULL,
               expires_at INTEGER NOT NULL)`);
    this.#sql(`CREATE INDEX IF NOT EXISTS parked_by_key ON parked (key)`);
    this.#sql(`CREATE INDEX IF NOT EXISTS parked_by_expiry ON parked (expires_at)`);
  }

  /** Sets the key's conversation and takes out what was parked for it, oldest first: both or neither. */
  put(key: string, conversationId: string, expiresAt: number): Receipt[] {
    return this.#storage.transactionSync(() => {
      this.#sql(
        `INSERT INTO entry (key, conversation_id, expires_at) VALUES (?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET conversation_id = excluded.conversation_id, expires_at = excluded.expires_at`,
        key,
        conversationId,
        expiresAt,
      );
      const rows = this.#sql<{ receipt: string }>(`SELECT receipt FROM parked WHERE key = ? ORDER BY id`, key);
      if (rows.length > 0) this.#sql(`DELETE FROM parked WHERE key = ?`, key);
      return rows.map((row) => Parked.parse(JSON.parse(row.receipt)));
    });
  }

  find(key: string): string | null {
    const [row] = this.#sql<{ conversation_id: string }>(`SELECT conversation_id FROM entry WHERE key = ?`, key);
    return row?.conversation_id ?? null;
  }

  forget(keys: readonly string[]): void {
    this.#sql(`DELETE FROM entry WHERE key IN (SELECT value FROM json_each(?))`, JSON.stringify(keys));
    this.#sql(`DELETE FROM parked WHERE key IN (SELECT value FROM json_each(?))`, JSON.stringify(keys));
  }

  /** Keeps the receipt; the same one again (a redelivery) is kept once. */
  park(key: string, receipt: Receipt, expiresAt: number): void {
    const text = JSON.stringify(receipt);
    const rows = this.#sql<{ receipt: string }>(`SELECT receipt FROM parked WHERE key = ?`, key);
    if (rows.length >= MAX_PARKED || rows.some((row) => row.receipt === text)) return;
    this.#sql(`INSERT INTO parked (key, receipt, expires_at) VALUES (?, ?, ?)`, key, text, expiresAt);
  }

  /** Drops expired rows, `dropped` of them receipts nobody asked for; `nextAt` is when the next row expires, null when none is left. */
  sweep(now: number): { dropped: number; nextAt: number | null } {
    return this.#storage.transactionSync(() => {
      const dropped = this.#sql<{ id: number }>(
        `DELETE FROM parked WHERE id IN (SELECT id FROM parked WHERE expires_at <= ? LIMIT ${SWEEP_ROWS}) RETURNING id`,
        now,
      ).length;
      this.#sql(`DELETE FROM entry WHERE key IN (SELECT key FROM entry WHERE expires_at <= ? LIMIT ${SWEEP_ROWS})`, now);
      const [next] = this.#sql<{ at: number | null }>(
        `SELECT min(at) AS at FROM (SELECT min(expires_at) AS at FROM parked UNION ALL SELECT min(expires_at) FROM entry)`,
      );
      return { dropped, nextAt: next?.at ?? null };
    });
  }

  #sql<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: SqlStorageValue[]): Row[] {
    return this.#storage.sql.exec<Row>(query, ...bindings).toArray();
  }
}
