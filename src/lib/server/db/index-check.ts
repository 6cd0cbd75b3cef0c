import { z } from 'zod';
import type { Difference } from '../../domain/index-check';
import { recencyTime, SPILL_MS } from '../../domain/recency';
import type { Summary } from '../../domain/summary';
import { indexBodyOf, rowOf } from './conversation-row';

/** Entries of the index looked at together. */
const SWEPT = 2_000;

const Ids = z.array(z.object({ id: z.string() }));
const Versions = z.array(z.object({ id: z.string(), version: z.number() }));
const Rows = z.array(z.looseObject({ id: z.string(), rid: z.number(), version: z.number() }));
const Entries = z.array(z.object({ found: z.number() }));
const Swept = z.array(z.object({ rid: z.number(), stray: z.number() }));

const AFTER = `SELECT id FROM conversations WHERE id > ?1 ORDER BY id LIMIT ?2`;
const VERSIONS = `SELECT c.id, c.version FROM json_each(?1) j CROSS JOIN conversations c ON c.id = j.value`;
const ROWS = `SELECT c.* FROM json_each(?1) j CROSS JOIN conversations c ON c.id = j.value`;
const ENTRY = `SELECT count(*) AS found FROM conversations_fts WHERE conversations_fts MATCH ?1 AND rowid = CAST(?2 AS INTEGER)`;
const SWEEP = `SELECT f.rid, c.rid IS NULL AS stray FROM
  (SELECT rowid AS rid FROM conversations_fts WHERE rowid > CAST(?1 AS INTEGER) ORDER BY rowid LIMIT ${SWEPT}) f
  LEFT JOIN conversations c ON c.rid = f.rid`;
// Each asks once more whether it is still so: rows come and move meanwhile.
const REMOVE_STRAYS = `DELETE FROM conversations_fts WHERE rowid IN
  (SELECT j.value FROM json_each(?1) j WHERE NOT EXISTS (SELECT 1 FROM conversations c WHERE c.rid = j.value))`;
const GHOSTS = `SELECT c.rid FROM json_each(?1) j CROSS JOIN conversations c ON c.id = j.value->>'id' AND c.version <= j.value->>'version'`;
const REMOVE_GHOSTS = [
  `DELETE FROM conversations_fts WHERE rowid IN (${GHOSTS})`,
  `DELETE FROM conversations WHERE rid IN (${GHOSTS})`,
];

/** The next ids of rows, in their order. */
export async function idsAfter(d1: D1Database, id: string, limit: number): Promise<string[]> {
  const { results } = await d1.prepare(AFTER).bind(id, limit).all();
  return Ids.parse(results).map((row) => row.id);
}

/** The versions of these rows; what has no row is left out. */
export async function versionsOf(d1: D1Database, ids: readonly string[]): Promise<Map<string, number>> {
  const { results } = await d1.prepare(VERSIONS).bind(JSON.stringify(ids)).all();
  return new Map(Versions.parse(results).map(({ id, version }) => [id, version]));
}

/** What is wrong with the rows and entries of these conversations, whose summaries are at least as old as the rows should be. */
export async function differences(d1: D1Database, summaries: readonly Summary[]): Promise<Difference[]> {
  if (summaries.length === 0) return [];
  const { results } = await d1.prepare(ROWS).bind(JSON.stringify(summaries.map(({ id }) => id))).all(); // prettier-ignore
  const rows = new Map(Rows.parse(results).map((row) => [row.id, row]));
  const found: Difference[] = [];
  const alike: { summary: Summary; rid: number }[] = [];
  for (const summary of summaries) {
    const row = rows.get(summary.id);
    if (!row) found.push('missing');
    // A newer one has come meanwhile, and with it its entry.
    else if (row.version > summary.version) continue;
    else if (isAs(row, summary)) alike.push({ summary, rid: row.rid });
    else found.push('row');
  }
  if (alike.length === 0) return found;
  const entries = await d1.batch(
    alike.map(({ summary, rid }) => d1.prepare(ENTRY).bind(all(indexBodyOf(rowOf(summary, rid))), rid)),
  );
  const lacking = entries.map(({ results: counted }, i) => (Entries.parse(counted)[0]?.found === 1 ? null : alike[i]?.summary));
  const suspects = lacking.flatMap((summary) => summary ?? []);
  if (suspects.length === 0) return found;
  // A row that has moved between the two questions has its entry elsewhere.
  const now = await versionsOf(d1, suspects.map(({ id }) => id)); // prettier-ignore
  return [...found, ...suspects.filter(({ id, version }) => now.get(id) === version).map((): Difference => 'entry')];
}

/** Whether the row says what the summary does, in its place. */
function isAs(row: z.infer<typeof Rows>[number], summary: Summary): boolean {
  const spill = recencyTime(row.rid) - Math.trunc(summary.lastInboundAt);
  const wanted = Object.entries(rowOf(summary, row.rid));
  return spill >= 0 && spill <= SPILL_MS && wanted.every(([column, value]) => row[column] === value);
}

const all = (body: string): string => body.split(' ').map((token) => `"${token.replaceAll('"', '""')}"`).join(' AND '); // prettier-ignore

/** The next entries of the index that belong to no row. `last` is where to go on; null = there are no more entries. */
export async function straysAfter(d1: D1Database, rid: number): Promise<{ strays: number[]; last: number | null }> {
  const { results } = await d1.prepare(SWEEP).bind(rid).all();
  const swept = Swept.parse(results);
  return { strays: swept.filter(({ stray }) => stray === 1).map((entry) => entry.rid), last: swept.at(-1)?.rid ?? null };
}

export async function removeStrays(d1: D1Database, rids: readonly number[]): Promise<void> {
  await d1.prepare(REMOVE_STRAYS).bind(JSON.stringify(rids)).run();
}

/** Removes rows with their entries, unless they are of a higher version by now. */
export async function removeGhosts(d1: D1Database, rows: readonly { id: string; version: number }[]): Promise<void> {
  const parameter = JSON.stringify(rows);
  await d1.batch(REMOVE_GHOSTS.map((statement) => d1.prepare(statement).bind(parameter)));
}
