import { z } from 'zod';

/** What is counted: how sends fared, and what came in. */
export const counted = ['sent', 'failed', 'retry', 'unknown', 'received', 'rejected'] as const;
export type Counted = (typeof counted)[number];
export type Counts = Record<Counted, number>;

/** A channel whose sends are held back: why, in words, and since when (epoch ms). */
export type Stop = { reason: string; code: string; at: number };
/** When the provider was last heard, and when it last took a message; epoch ms, null = never. */
export type Signs = { lastInboundAt: number | null; lastSentAt: number | null };

const BUCKET_MS = 5 * 60_000;
const HOUR_MS = 60 * 60_000;

const StoredStop = z.object({ reason: z.string(), code: z.string(), at: z.number() });

/** The SQL of the gate: synchronous, times in epoch ms, bounded. */
export class GateStore {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    // The facts there are: when it last heard and sent, its stop, and its row as the database last had it.
    this.#sql(`CREATE TABLE IF NOT EXISTS fact (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`);
    // Twelve buckets of five minutes by outcome.
    this.#sql(`CREATE TABLE IF NOT EXISTS counts (bucket INTEGER NOT NULL, what TEXT NOT NULL, n INTEGER NOT NULL,
               PRIMARY KEY (bucket, what)) WITHOUT ROWID`);
    // Conversations that found the channel stopped and have not sent since.
    this.#sql(`CREATE TABLE IF NOT EXISTS held (conversation_id TEXT PRIMARY KEY, asked_at INTEGER NOT NULL) WITHOUT ROWID`);
  }

  stop(): Stop | null {
    const text = this.#fact('stop');
    return text === null ? null : StoredStop.parse(JSON.parse(text));
  }

  setStop(stop: Stop | null): void {
    if (stop) this.#setFact('stop', JSON.stringify(stop));
    else this.#sql(`DELETE FROM fact WHERE key = 'stop'`);
  }

  keptRow(): string | null {
    return this.#fact('row');
  }

  keepRow(row: string | null): void {
    if (row === null) this.#sql(`DELETE FROM fact WHERE key = 'row'`);
    else if (this.#fact('row') !== row) this.#setFact('row', row);
  }

  signs(): Signs {
    const timeOf = (key: string): number | null => {
      const text = this.#fact(key);
      return text === null ? null : Number(text);
    };
    return { lastInboundAt: timeOf('last_inbound_at'), lastSentAt: timeOf('last_sent_at') };
  }

  /** Adds to the counts of this moment and moves the signs of life, in one transaction. */
  record(counts: Partial<Counts>, signs: Partial<Signs>, now: number): void {
    this.#storage.transactionSync(() => {
      const bucket = Math.floor(now / BUCKET_MS);
      for (const what of counted) {
        const n = counts[what] ?? 0;
        if (n === 0) continue;
        this.#sql(
          `INSERT INTO counts (bucket, what, n) VALUES (?, ?, ?) ON CONFLICT (bucket, what) DO UPDATE SET n = n + excluded.n`,
          bucket,
          what,
          n,
        );
      }
      this.#sql(`DELETE FROM counts WHERE bucket <= ?`, bucket - HOUR_MS / BUCKET_MS);
      if (signs.lastInboundAt) this.#setFact('last_inbound_at', String(signs.lastInboundAt));
      if (signs.lastSentAt) this.#setFact('last_sent_at', String(signs.lastSentAt));
    });
  }

  /** Of the last hour, to five minutes. */
  counts(now: number): Counts {
    const counts: Counts = { sent: 0, failed: 0, retry: 0, unknown: 0, received: 0, rejected: 0 };
    const since = Math.floor(now / BUCKET_MS) - HOUR_MS / BUCKET_MS;
    const rows = this.#sql<{ what: string; n: number }>(
      `SELECT what, sum(n) AS n FROM counts WHERE bucket > ? GROUP BY what`,
      since,
    );
    for (const { what, n } of rows) {
      const known = counted.find((one) => one === what);
      if (known) counts[known] = n;
    }
    return counts;
  }

  /** Conversations that are held, and when each last asked. */
  held(): Map<string, number> {
    const rows = this.#sql<{ conversation_id: string; asked_at: number }>(`SELECT conversation_id, asked_at FROM held`);
    return new Map(rows.map((row) => [row.conversation_id, row.asked_at]));
  }

  hold(conversationId: string, now: number): void {
    this.#sql(
      `INSERT INTO held (conversation_id, asked_at) VALUES (?, ?)
       ON CONFLICT (conversation_id) DO UPDATE SET asked_at = excluded.asked_at`,
      conversationId,
      now,
    );
  }

  letGo(conversationId: string): void {
    this.#sql(`DELETE FROM held WHERE conversation_id = ?`, conversationId);
  }

  #fact(key: string): string | null {
    return this.#sql<{ value: string }>(`SELECT value FROM fact WHERE key = ?`, key)[0]?.value ?? null;
  }

  #setFact(key: string, value: string): void {
    this.#sql(`INSERT INTO fact (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value);
  }

  #sql<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: SqlStorageValue[]): Row[] {
    return this.#storage.sql.exec<Row>(query, ...bindings).toArray();
  }
}
