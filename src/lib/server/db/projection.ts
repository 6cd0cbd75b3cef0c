import { z } from 'zod';
import { identityOf } from '../../domain/address';
import { recencyFloor, recencyOf, recencyTime } from '../../domain/recency';
import { fold } from '../../domain/search';
import type { Published } from '../../domain/summary';
import { indexBodyOf, rowOf } from './conversation-row';
import { COUNT, countedOf } from './counting';
import { fitting } from './parameter';
import { FOLLOW, PROJECT_PEOPLE, SETTLED_PERSON } from './people-projection';

const MAX_ROWS = 200;
/** Slots looked at together before all of a millisecond are read. */
const NEAR_STEPS = 16;

const Stored = z.object({
  id: z.string(),
  rid: z.number(),
  version: z.number(),
  last_inbound_at: z.number(),
  person: z.number().nullable(),
});
type Stored = z.infer<typeof Stored>;
const Taken = z.object({ rid: z.number() });

const columns = [
  'rid', 'id', 'version', 'channel_id', 'provider', 'contact_id', 'name', 'address', 'preview', 'preview_direction', 'campaign_id',
  'campaign_match', 'ticket_status', 'ticket_changed_at', 'snoozed_until', 'snoozed_by', 'last_inbound_at', 'last_at', 'send_window_until', 'unread', 'unanswered', 'lock_agent_id',
  'lock_agent_name', 'lock_since',
] as const satisfies readonly (keyof ReturnType<typeof rowOf>)[]; // prettier-ignore

const FIND_STORED = `SELECT c.id, c.rid, c.version, c.last_inbound_at, p.no AS person
  FROM json_each(?1) j CROSS JOIN conversations c ON c.id = j.value->>'id' ${SETTLED_PERSON}`;
const FIND_TAKEN = `SELECT c.rid FROM json_each(?1) j CROSS JOIN conversations c ON c.rid >= j.value AND c.rid < j.value + ${NEAR_STEPS}`;
const FIND_TAKEN_BETWEEN = `SELECT rid FROM conversations WHERE rid >= CAST(?1 AS INTEGER) AND rid < CAST(?2 AS INTEGER)`;

// Each statement carries the version guard itself, so that two writers that interleave still leave the newest row and one entry of it.
// `>`: only news is written. `>=`: the version that is there is written again, for a row or an entry that may be wrong.
type Guard = '>' | '>=';
// An entry goes under the recency id that the row has until then.
const unindex = (guard: Guard) => `DELETE FROM conversations_fts WHERE rowid IN (
  SELECT c.rid FROM json_each(?1) j CROSS JOIN conversations c ON c.id = j.value->>'id' AND j.value->>'version' ${guard} c.version)`;
// A row whose recency id stays is updated without naming it, which leaves the index of ids alone: one written row less.
const changeable = columns.filter((column) => column !== 'id' && column !== 'rid');
const upsertMoved = (guard: Guard) => upsert(['rid', ...changeable], guard);
const updateUnmoved = (guard: Guard) => upsert(changeable, guard);
// REPLACE, as a repeat of the same version must not add a second entry under the same rowid.
const INDEX = `INSERT OR REPLACE INTO conversations_fts (rowid, body)
  SELECT c.rid, j.value->>'body' FROM json_each(?1) j CROSS JOIN conversations c ON c.id = j.value->>'id' AND c.version = j.value->>'version'`;

function upsert(changed: readonly string[], guard: Guard): string {
  // Materialized, as each mention of `value` would write the row's JSON out again: a quarter of the time.
  return `WITH batch AS MATERIALIZED (SELECT value AS row FROM json_each(?1))
    INSERT INTO conversations (${columns.join(', ')})
    SELECT ${columns.map((column) => `row->>'${column}'`).join(', ')} FROM batch WHERE true
    ON CONFLICT (id) DO UPDATE SET ${changed.map((column) => `${column} = excluded.${column}`).join(', ')}
      WHERE excluded.version ${guard} conversations.version`;
}

/**
 * Writes summaries into the read model: rows, index entries, the people they are about and what is counted, in one transaction per 200. Of
 * each conversation the highest version wins, whatever the order and however often it is written; `again` writes a version that is there
 * already once more. Throws what D1 throws, with nothing or all of a transaction done; writing the same again is always safe.
 */
export async function write(d1: D1Database, summaries: readonly Published[], { again = false } = {}): Promise<void> {
  const entries = newestOfEach(summaries).map((summary) => ({ summary, body: indexBodyOf(rowOf(summary, 0)) }));
  for (const chunk of fitting(entries, sizeOf, MAX_ROWS)) await writeChunk(d1, chunk, again ? '>=' : '>');
}

async function writeChunk(d1: D1Database, entries: readonly Entry[], guard: Guard): Promise<void> {
  // Ascending: the full-text index writes out all it has gathered whenever an id is below the one before.
  const placed = (await place(d1, entries, guard)).sort((a, b) => a.rid - b.rid);
  if (placed.length === 0) return;
  const [moved, unmoved] = divided(placed, ({ rid, before }) => rid !== before?.rid);
  const [settled, unsettled] = divided(placed, (row) => guard === '>' && isSettled(row));
  // Each statement gets what it looks at and no more: it reads all of its parameter, again for every row it joins.
  const bound = (sql: string, of: readonly Placed[], parameter: (row: Placed) => object) =>
    of.length === 0 ? [] : [d1.prepare(sql).bind(JSON.stringify(of.map(parameter)))];
  const counted = placed.flatMap(({ summary, before }) => countedOf(summary, before?.version ?? -1));
  await d1.batch([
    ...(counted.length > 0 ? [d1.prepare(COUNT).bind(JSON.stringify(counted))] : []),
    ...bound(unindex(guard), placed, keyOf),
    ...bound(upsertMoved(guard), moved, ({ summary, rid }) => rowOf(summary, rid)),
    ...bound(updateUnmoved(guard), unmoved, ({ summary, rid }) => rowOf(summary, rid)),
    ...bound(INDEX, placed, (row) => ({ ...keyOf(row), body: row.body })),
    // First, as what follows may give these people another conversation.
    ...bound(FOLLOW, settled, (row) => ({ ...keyOf(row), person: row.before?.person })),
    ...PROJECT_PEOPLE.flatMap((sql) => bound(sql, unsettled, personOf)),
  ]);
}

const keyOf = ({ summary: { id, version } }: Placed) => ({ id, version: Math.trunc(version) });
const personOf = ({ summary: { id, channel, contact } }: Placed) => ({
  id,
  identity: identityOf(channel.provider, contact.address),
  folded: fold(contact.name),
});

/** Whether its person stays as they are, their facts aside: a conversation that is their latest stays it unless it moves back. */
function isSettled({ before, rid }: Placed): boolean {
  return before !== undefined && before.person !== null && rid >= before.rid;
}

type Entry = { summary: Published; body: string };
const sizeOf = ({ summary, body }: Entry): number => JSON.stringify(rowOf(summary, 0)).length + body.length + 32;

/** `before`: as it was found, undefined when it is new. */
type Placed = Entry & { rid: number; before: Stored | undefined };

/**
 * Gives each summary that is news its recency id: the one it has while the end user's time has not moved, else the first free of
 * that millisecond. Providers give whole seconds, so taken ones are common. Another writer may take one meanwhile: then the
 * transaction fails on the key, and the next try finds another.
 */
async function place(d1: D1Database, entries: readonly Entry[], guard: Guard): Promise<Placed[]> {
  const starts = entries.map(({ summary }) => recencyOf(summary.id, summary.lastInboundAt));
  const [stored, occupied] = await d1.batch([
    d1.prepare(FIND_STORED).bind(JSON.stringify(entries.map(({ summary }) => askedOf(summary)))),
    d1.prepare(FIND_TAKEN).bind(JSON.stringify(starts)),
  ]);
  const known = new Map<string, Stored>(
    Stored.array()
      .parse(stored?.results)
      .map((row) => [row.id, row]),
  );
  const taken = new Set(
    Taken.array()
      .parse(occupied?.results)
      .map(({ rid }) => rid),
  );
  const wholly = new Set<number>();
  const placed: Placed[] = [];
  for (const { summary, body } of entries) {
    const before = known.get(summary.id);
    if (before && (guard === '>' ? before.version >= summary.version : before.version > summary.version)) continue;
    const rid =
      before && isPlaced(before, summary, guard)
        ? before.rid
        : (nearby(summary.id, summary.lastInboundAt).find((candidate) => !taken.has(candidate)) ??
          (await farther(d1, summary, taken, wholly)));
    taken.add(rid);
    placed.push({ summary, body, rid, before });
  }
  return placed;
}

const askedOf = ({ id, contact: { address, name } }: Published) => ({ id, address, name });

/** Whether a row stands where it should. What is written again may have a wrong time beside a right id, or the other way round. */
function isPlaced(before: Stored, { lastInboundAt }: Published, guard: Guard): boolean {
  return (guard === '>' ? before.last_inbound_at : recencyTime(before.rid)) === Math.trunc(lastInboundAt);
}

/** The ids that `FIND_TAKEN` has looked at: those of this millisecond, as it does not start over at the end. */
function nearby(id: string, at: number): number[] {
  const start = recencyOf(id, at);
  const end = Math.min(start + NEAR_STEPS, recencyFloor(at + 1));
  return Array.from({ length: end - start }, (_, step) => start + step);
}

/**
 * The first free id of a crowded millisecond; of the next one when all 16,384 are taken, which no provider's stream comes near. Adds to
 * `taken` what it reads; `wholly` are the milliseconds of which it has read all.
 */
async function farther(
  d1: D1Database,
  { id, lastInboundAt }: Published,
  taken: Set<number>,
  wholly: Set<number>,
): Promise<number> {
  for (let at = lastInboundAt; ; at += 1) {
    const [from, before] = [recencyFloor(at), recencyFloor(at + 1)];
    if (!wholly.has(from)) {
      const { results } = await d1.prepare(FIND_TAKEN_BETWEEN).bind(from, before).all();
      for (const { rid } of Taken.array().parse(results)) taken.add(rid);
      wholly.add(from);
    }
    for (let step = 0; step < before - from; step += 1) {
      const candidate = recencyOf(id, at, step);
      if (!taken.has(candidate)) return candidate;
    }
  }
}

function divided<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

function newestOfEach(summaries: readonly Published[]): Published[] {
  const newest = new Map<string, Published>();
  for (const summary of summaries) {
    if (summary.version > (newest.get(summary.id)?.version ?? -Infinity)) newest.set(summary.id, summary);
  }
  return [...newest.values()];
}
