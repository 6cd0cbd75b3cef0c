/*
 * Every batch that is written adds a part to the index of full text, and what is deleted stays in its part, marked. Whoever asks opens a list
 * in each part and skips what is marked. SQLite makes one of eight parts by itself, while messages are written; the rest is done here,
 * a few pages at once.
 */

/** Pages of 4 KB that one step makes: as long in the database's way as a batch of messages. */
const PAGES = 100;

const MERGE = `INSERT INTO conversations_fts (conversations_fts, rank) VALUES ('merge', ${PAGES})`;
const MERGE_ALL = `INSERT INTO conversations_fts (conversations_fts, rank) VALUES ('merge', ${-PAGES})`;
const CHANGES = `SELECT total_changes() AS n`;
// From each part to the next by the key: as many rows read as there are parts.
const PARTS = `WITH RECURSIVE part (no) AS (
    SELECT min(segid) FROM conversations_fts_idx
    UNION ALL
    SELECT (SELECT min(segid) FROM conversations_fts_idx WHERE segid > part.no) FROM part WHERE part.no IS NOT NULL
  ) SELECT count(no) AS n FROM part`;

/** How many parts the index has. */
export async function countParts(d1: D1Database): Promise<number> {
  const { results } = await d1.prepare(PARTS).all<{ n: number }>();
  return results[0]?.n ?? 0;
}

/** Goes on with a fold, or makes one of two parts of a size. Answers whether nothing is left to do; the answers to questions stay the same. */
export const foldSome = (d1: D1Database): Promise<boolean> => step(d1, MERGE);

/** Begins to make one part of all there are, without what is marked as deleted; `foldSome` goes on with it. */
export const beginWhole = (d1: D1Database): Promise<boolean> => step(d1, MERGE_ALL);

/** That a merge had nothing to do shows only in the changes it has made: the command itself is one (sqlite.org/fts5.html#the_merge_command). */
async function step(d1: D1Database, merge: string): Promise<boolean> {
  const [before, , after] = await d1.batch<{ n: number }>([d1.prepare(CHANGES), d1.prepare(merge), d1.prepare(CHANGES)]);
  return (after?.results[0]?.n ?? 0) - (before?.results[0]?.n ?? 0) < 2;
}
