import { sql } from 'kysely';
import { database } from './client';
import { indexBodyOf } from './conversation-row';
import { MAX_PARAMETER } from './parameter';

// What has been written or has moved meanwhile has its entry of today's form already.
const REPLACE = `INSERT OR REPLACE INTO conversations_fts (rowid, body)
  SELECT c.rid, j.value->>'body' FROM json_each(?1) j CROSS JOIN conversations c ON c.id = j.value->>'id' AND c.version = j.value->>'version'`;
const ADVANCE = `UPDATE reindexing SET after = CAST(?1 AS INTEGER) WHERE after < CAST(?1 AS INTEGER)`;
// Whoever has come since the last look was written in today's form.
const END = `DELETE FROM reindexing`;

/** Whether entries of an older form are left, which lack the lists of a campaign in a status and on a day. */
export const isReindexing = sql<boolean>`exists (select 1 from reindexing)`;

/**
 * Writes the entries of the next rows in the form of today, at most `limit` and no more than fit, in one transaction. Answers whether all have it. Twice = once; a row
 * that changes meanwhile is left to its own writer.
 */
export async function reindexSome(d1: D1Database, limit: number): Promise<boolean> {
  const db = database(d1);
  const rows = await db
    .selectFrom('conversations')
    .selectAll()
    .where('rid', '>', db.selectFrom('reindexing').select('after'))
    .orderBy('rid')
    .limit(limit)
    .execute();
  if (rows.length === 0) {
    await d1.prepare(END).run();
    return true;
  }
  const entries: { id: string; version: number; body: string }[] = [];
  let [size, after] = [0, 0];
  for (const row of rows) {
    const body = indexBodyOf(row);
    size += body.length;
    if (entries.length > 0 && size > MAX_PARAMETER) break;
    entries.push({ id: row.id, version: row.version, body });
    after = row.rid;
  }
  await d1.batch([d1.prepare(REPLACE).bind(JSON.stringify(entries)), d1.prepare(ADVANCE).bind(after)]);
  return false;
}
