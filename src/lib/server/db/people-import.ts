import { type Compilable, sql } from 'kysely';
import { z } from 'zod';
import type { ImportFailure, ImportRow } from '../../domain/people-import';
import type { PropertyValues } from '../../domain/person';
import { fold } from '../../domain/search';
import { type Actor, recording } from './audit';
import { batch, database, type Db } from './client';
import { fitting } from './parameter';
import { valuesOf } from './people';
import { asked } from './person-profile';
import { columnOf, compilable, type StoredProperty } from './properties';

/** How many people an import has made and changed, how many rows said nothing new, and how many were not taken. */
export const ImportCounts = z.object({ made: z.number(), changed: z.number(), unchanged: z.number(), failed: z.number() });
export type ImportCounts = z.infer<typeof ImportCounts>;

/** What of a file has been seen so far: on which line, by address and by person. */
export type Seen = { addresses: Map<string, number>; people: Map<string, number> };
export const nothingSeen = (): Seen => ({ addresses: new Map(), people: new Map() });

/** Rows that an import did not finish with are dropped after this. */
const ABANDONED_MS = 3_600_000;

/** One go at an import: it may be sent again while an earlier go is under way, and neither must take what the other has staged. */
export type Go = { id: string; run: string };

/** Begins an import, or begins it again; its counts when it was done before. */
export async function begin(d1: D1Database, { id, run }: Go, by: string, now: number): Promise<ImportCounts | null> {
  const db = database(d1);
  const known = await sql<{ status: string; result: string | null }>`select status, result from imports where id = ${id}`.execute(
    db,
  );
  const before = known.rows[0];
  if (before?.status === 'done') return ImportCounts.parse(JSON.parse(before.result ?? '{}'));
  await batch(d1, [
    compilable(db, sql`delete from import_rows
      where import_id in (select id from imports where status = 'staged' and created_at < ${now - ABANDONED_MS})`),
    compilable(db, sql`insert into imports (id, status, created_by, created_at) values (${run}, 'staged', ${by}, ${now})`),
  ]); // prettier-ignore
  return null;
}

/** What one part of a file comes to; nobody is changed yet. `failure`: a row that cannot be taken beside what is there and what came before. */
export async function stage(
  d1: D1Database,
  { run }: Go,
  rows: readonly ImportRow[],
  custom: readonly StoredProperty[],
  seen: Seen,
): Promise<{ made: number; changed: number; unchanged: number; failures: Omit<ImportFailure, 'cells'>[] }> {
  const db = database(d1);
  const known = await knownBy(db, rows);
  const counts = { made: 0, changed: 0, unchanged: 0 };
  const failures: Omit<ImportFailure, 'cells'>[] = [];
  const staged: Staged[] = [];
  for (const row of rows) {
    const problem = repeatOf(row, seen);
    const owners = new Map(row.addresses.flatMap((address) => { const owner = known.get(keyOf(address)); return owner ? [[owner.id, owner]] : []; })); // prettier-ignore
    const [owner] = owners.values();
    const earlier = owner && seen.people.get(owner.id);
    if (problem !== null || owners.size > 1 || earlier !== undefined) {
      const words = problem ?? (owners.size > 1 ? 'Its addresses belong to two different people.' : `It is about the same person as line ${earlier}.`); // prettier-ignore
      failures.push({ line: row.line, column: null, problem: words });
      continue;
    }
    for (const address of row.addresses) seen.addresses.set(keyOf(address), row.line);
    if (owner) seen.people.set(owner.id, row.line);
    const next = stagedFrom(row, owner ?? null, known, custom);
    if (next === null) counts.unchanged += 1;
    else {
      staged.push(next);
      counts[owner ? 'changed' : 'made'] += 1;
    }
  }
  for (const json of partsOf(staged)) await d1.prepare(STAGE).bind(run, json).run();
  return { ...counts, failures };
}

/**
 * Carries a staged import out, whole: false when somebody has changed one of its people, or taken one of its addresses, or changed the
 * properties that it writes (`used`; those that it adds are in `added`), since they were read; nothing has happened then.
 */
export async function commit(
  d1: D1Database,
  go: Go,
  { counts, used, added, actor, now }: { counts: ImportCounts; used: readonly StoredProperty[]; added: readonly StoredProperty[]; actor: Actor; now: number }, // prettier-ignore
): Promise<boolean> {
  const db = database(d1);
  const { id, run } = go;
  const moved = movedOf(go, used, added);
  const columns = [...used, ...added].map(columnOf);
  const refs = columns.map((column) => sql.ref(column));
  const values = columns.map((column) => sql`r.facts ->> ${`$.${column}`}`);
  const kept = columns.map(
    (column) => sql`${sql.ref(column)} = coalesce(${sql.ref(`excluded.${column}`)}, ${sql.ref(`person_facts.${column}`)})`,
  );
  const rows = sql`import_rows as r where r.import_id = ${run}`;
  const steps: Compilable<unknown>[] = [
    compilable(db, sql`insert into imports (id, status, result, created_by, created_at)
      values (${id}, case when ${moved} then null else 'done' end, ${JSON.stringify(counts)}, ${actor.id}, ${now})`),
    ...added.map((property) => db.insertInto('properties').values({ ...property, created_at: now })),
    compilable(db, sql`insert into people (id, name, named, properties, created_at, updated_at)
      select r.person_id, coalesce(r.name, ''), r.named, r.properties, ${now}, ${now} from ${rows} and r.person_no is null`),
    compilable(db, sql`update people set name = coalesce(r.name, people.name), named = max(people.named, r.named),
      properties = json_patch(people.properties, r.properties), updated_at = max(${now}, people.updated_at + 1)
      from ${rows} and people.no = r.person_no`),
    compilable(db, sql`insert into person_addresses (identity, channel_id, person_no, address)
      select a.value ->> 'identity', a.value ->> 'channelId', q.no, a.value ->> 'address'
      from import_rows as r cross join people as q on q.id = r.person_id cross join json_each(r.addresses) as a where r.import_id = ${run}
      on conflict (identity, channel_id) do nothing`),
    compilable(db, sql`insert into person_facts (${sql.join([sql.ref('no'), sql.ref('created_at'), sql.ref('channels'), sql.ref('name'), ...refs])})
      select ${sql.join([sql`q.no, q.created_at, r.channels, coalesce(r.folded, f.name)`, ...values])}
      from import_rows as r cross join people as q on q.id = r.person_id left join person_facts as f on f.no = q.no where r.import_id = ${run}
      on conflict (no) do update set ${sql.join([sql`channels = excluded.channels, name = excluded.name`, ...kept])}`),
    compilable(db, sql`delete from imports where id = ${run}`),
    recording(db, { id: `import-${id}`, at: now, actor, action: 'people.imported', subject: { type: 'import', id }, details: counts }),
  ]; // prettier-ignore
  try {
    await batch(d1, steps);
    return true;
  } catch (error) {
    // Asked again rather than read off the error's words: only what the guards speak of is worth another try.
    const { rows: now } = await sql<{ moved: number }>`select ${moved} as moved`.execute(db);
    if (now[0]?.moved === 1) return false;
    throw error;
  }
}

/** Drops what a go at an import has staged. */
export const abandon = async (d1: D1Database, { run }: Go): Promise<void> => {
  await d1.prepare(`DELETE FROM imports WHERE id = ?1 AND status = 'staged'`).bind(run).run();
};

/** Whether anything of what the import builds on is no longer as it was read, or another go at it was quicker. */
const movedOf = ({ id, run }: Go, used: readonly StoredProperty[], added: readonly StoredProperty[]) => sql<number>`(
  exists (select 1 from import_rows as r left join people as q on q.no = r.person_no
    where r.import_id = ${run} and r.person_no is not null and q.updated_at is not r.seen_at)
  or exists (select 1 from import_rows as r cross join json_each(r.addresses) as a cross join person_addresses as x
    on x.identity = a.value ->> 'identity' and x.channel_id = a.value ->> 'channelId'
    where r.import_id = ${run} and x.person_no is not r.person_no)
  or exists (select 1 from json_each(${JSON.stringify(used)}) as j left join properties as p on p.key = j.value ->> 'key'
    where p.slot is not j.value ->> 'slot' or p.type is not j.value ->> 'type')
  or exists (select 1 from json_each(${JSON.stringify(added)}) as j cross join properties as p
    on p.key = j.value ->> 'key' or p.slot = j.value ->> 'slot')
  or exists (select 1 from imports where id = ${id})
  or not exists (select 1 from imports where id = ${run}))`;

type Known = {
  identity: string;
  channel_id: string;
  no: number;
  id: string;
  name: string;
  named: number;
  properties: string;
  updated_at: number;
  channels: string;
};

/** The items as JSON, in parts of the size of a parameter. */
function* partsOf(items: readonly object[]): Generator<string> {
  const written = items.map((item) => JSON.stringify(item));
  for (const part of fitting(written, (json) => json.length + 1)) yield `[${part.join(',')}]`;
}

const keyOf = ({ channelId, identity }: { channelId: string; identity: string }): string => `${channelId} ${identity}`;

/** Whose the addresses are, by address. */
async function knownBy(db: Db, rows: readonly ImportRow[]): Promise<Map<string, Known>> {
  const known = new Map<string, Known>();
  for (const addresses of partsOf(rows.flatMap((row) => row.addresses))) {
    const found =
      await sql<Known>`select a.identity, a.channel_id, q.no, q.id, q.name, q.named, q.properties, q.updated_at, f.channels
      from json_each(${addresses}) as j cross join person_addresses as a
        on a.identity = j.value ->> 'identity' and a.channel_id = j.value ->> 'channelId'
      cross join people as q on q.no = a.person_no cross join person_facts as f on f.no = q.no`.execute(db);
    for (const row of found.rows) known.set(keyOf({ channelId: row.channel_id, identity: row.identity }), row);
  }
  return known;
}

function repeatOf({ addresses }: ImportRow, seen: Seen): string | null {
  for (const address of addresses) {
    const line = seen.addresses.get(keyOf(address));
    if (line !== undefined) return `It repeats line ${line}: the same address.`;
  }
  return null;
}

type Staged = {
  line: number;
  personId: string;
  personNo: number | null;
  seenAt: number | null;
  name: string | null;
  named: 0 | 1;
  folded: string | null;
  properties: string;
  channels: string;
  facts: string;
  addresses: string;
};

/** Somebody as the row leaves them; null when they are so already. */
function stagedFrom(
  row: ImportRow,
  owner: Known | null,
  known: ReadonlyMap<string, Known>,
  custom: readonly StoredProperty[],
): Staged | null {
  const before: PropertyValues = owner ? valuesOf(owner.properties) : {};
  const changed = custom.filter(({ key }) => Object.hasOwn(row.values, key) && row.values[key] !== before[key]);
  const added = row.addresses.filter((address) => !known.has(keyOf(address)));
  const given = row.name !== null && row.name !== owner?.name ? row.name : null;
  if (owner && given === null && changed.length === 0 && added.length === 0) return null;
  const name = given ?? (owner ? null : (row.name ?? row.addresses[0]?.address ?? ''));
  const channels = new Set(
    [...(owner?.channels ?? '').split(' '), ...added.map(({ channelId }) => channelId)].filter((one) => one !== ''),
  );
  return {
    line: row.line,
    personId: owner?.id ?? crypto.randomUUID(),
    personNo: owner?.no ?? null,
    seenAt: owner?.updated_at ?? null,
    name,
    named: given === null ? 0 : 1,
    folded: name === null ? null : fold(name),
    properties: JSON.stringify(row.values),
    channels: channels.size === 0 ? '' : ` ${[...channels].join(' ')} `,
    facts: JSON.stringify(
      Object.fromEntries(changed.map((property) => [columnOf(property), asked(property, row.values[property.key])])),
    ),
    addresses: JSON.stringify(added),
  };
}

const STAGE = `INSERT INTO import_rows
    (import_id, line, person_id, person_no, seen_at, name, named, folded, properties, channels, facts, addresses)
  SELECT ?1, value->>'line', value->>'personId', value->>'personNo', value->>'seenAt', value->>'name', value->>'named', value->>'folded',
    value->>'properties', value->>'channels', value->>'facts', value->>'addresses' FROM json_each(?2) WHERE true
  ON CONFLICT (import_id, line) DO NOTHING`;
