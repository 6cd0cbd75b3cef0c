import { DurableObject } from 'cloudflare:workers';
import { CALLS_A_MINUTE, waitOf } from '../../src/lib/domain/api-key';
import type { Env } from '../env';

/**
 * Counts the calls of one key of the API; named by the key's id. It remembers when each of the latest calls was, so that no minute,
 * wherever it begins, sees one call too many, also when the object was away in between.
 */
export class KeyMeter extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS calls (n INTEGER PRIMARY KEY, at INTEGER NOT NULL)');
  }

  /** Counts a call and answers 0; or, when it is one too many, counts nothing and answers in how many ms it may come again. */
  take(): number {
    const { sql } = this.ctx.storage;
    const now = Date.now();
    const { n } = sql.exec<{ n: number }>('SELECT coalesce(max(n), 0) + 1 AS n FROM calls').one();
    const [nth] = sql.exec<{ at: number }>('SELECT at FROM calls WHERE n = ?', n - CALLS_A_MINUTE).toArray();
    const wait = waitOf(nth?.at ?? null, now);
    if (wait > 0) return wait;
    sql.exec('INSERT INTO calls (n, at) VALUES (?, ?)', n, now);
    sql.exec('DELETE FROM calls WHERE n <= ?', n - CALLS_A_MINUTE);
    return 0;
  }
}
