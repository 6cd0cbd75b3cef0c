import { sha256Of } from '../../domain/bytes';
import { database } from './client';
import { overwriting } from './overwriting';

/** Something authentic that could not be processed. `at` in epoch ms. */
export type DeadLetter = { channelId: string; reason: string; body: string; at: number };

/** Longest body kept, in bytes of UTF-8. */
const MAX_BODY_BYTES = 65_536;
const MAX_REASON = 200;
/** Statements of one call. */
const CHUNK = 50;
/** Long enough to be looked at; they hold what people wrote. */
const KEPT_MS = 30 * 86_400_000;
/** Letters are in the order in which they first came: the oldest are the first rows, and no more of them are looked at. */
const OLD = `rowid IN (SELECT rowid FROM dead_letters WHERE rowid > 0 ORDER BY rowid LIMIT 100) AND first_at < ?1`;
const SWEEP = [overwriting('dead_letters', ['body'], OLD), `DELETE FROM dead_letters WHERE ${OLD}`];

/**
 * Keeps each letter once per channel and content, with how often and when it came, and takes out some of those that are too old. Throws
 * what D1 throws: then nothing that is not kept may be answered as taken.
 */
export async function record(d1: D1Database, letters: readonly DeadLetter[]): Promise<void> {
  const db = database(d1);
  const oldest = Math.max(...letters.map(({ at }) => at)) - KEPT_MS;
  const keeping = await Promise.all(
    letters.map(async ({ channelId, reason, body, at }) => {
      const bytes = new TextEncoder().encode(body);
      const row = {
        channel_id: channelId,
        hash: await sha256Of(bytes),
        reason: reason.slice(0, MAX_REASON).toWellFormed(),
        body: textOf(bytes),
        first_at: at,
        last_at: at,
        count: 1,
      };
      const query = db
        .insertInto('dead_letters')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .columns(['channel_id', 'hash'])
            .doUpdateSet((eb) => ({ last_at: eb.ref('excluded.last_at'), count: eb('dead_letters.count', '+', 1) })),
        );
      const { sql, parameters } = query.compile();
      return d1.prepare(sql).bind(...parameters);
    }),
  );
  const statements = [...SWEEP.map((query) => d1.prepare(query).bind(oldest)), ...keeping];
  for (let from = 0; from < statements.length; from += CHUNK) await d1.batch(statements.slice(from, from + CHUNK));
}

/** The text again, cut to what is kept; half a character at the cut becomes U+FFFD, and D1 takes no NUL in a text. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, MAX_BODY_BYTES - 3)).replaceAll('\0', '\uFFFD');
}
