import { sql, type InsertQueryBuilder } from 'kysely';
import type { Agent } from '../../domain/role';
import type { Db } from './client';
import type { Database } from './schema';

/** Who acts: a signed-in user, or something else by its name (an API key, the set-up). */
export type Actor = Pick<Agent, 'id' | 'name'> | { id: null; name: string };

/**
 * What an act was done to. People and conversations are named by a pseudonym, because rows stay and people may be erased: `of` is whom it
 * stands for while they are there, `id` the one that they get if they have none yet (`pseudonym.ts`). Note `knowing` first.
 */
export type Subject = { type: string; id: string; of?: { type: 'conversation' | 'person'; id: string } };

/**
 * One act. `action` is `noun.verb` in the past (`user.invited`), `subject` what it was done to. `details` say what changed: ids, roles,
 * statuses, counts; never a text, a secret, a number or an address. `id` makes repeats of the same act one row; `at` in epoch ms.
 */
export type AuditEntry = {
  id?: string;
  at: number;
  actor: Actor;
  action: `${string}.${string}`;
  subject: Subject;
  details?: Record<string, string | number | boolean | null>;
};

type Query = InsertQueryBuilder<Database, 'audit', unknown>;

/** The query that records an act: put it into the same batch as the act itself, so that there is never one without the other. */
export const recording = (db: Db, entry: AuditEntry) => {
  const row = rowOf(entry);
  return once(db.insertInto('audit').values({ ...row, subject_id: nameOf(entry.subject) }));
};

/** The same, where the act may turn out to be none: right after the query that acts, it records only if that has changed something. */
export const recordingIfChanged = (db: Db, entry: AuditEntry) => {
  const { id, at, actor_id, actor_name, action, subject_type, details } = rowOf(entry);
  const columns = ['id', 'at', 'actor_id', 'actor_name', 'action', 'subject_type', 'subject_id', 'details'] as const;
  const values = sql<never>`select ${id}, cast(${at} as integer), ${actor_id}, ${actor_name}, ${action}, ${subject_type}, ${nameOf(entry.subject)}, ${details}
    where changes() > 0`;
  return once(db.insertInto('audit').columns(columns).expression(values));
};

const once = (query: Query) => query.onConflict((conflict) => conflict.column('id').doNothing());

function rowOf({ id = crypto.randomUUID(), at, actor, action, subject, details = {} }: AuditEntry) {
  return {
    id,
    at: Math.trunc(at),
    actor_id: actor.id,
    actor_name: actor.name,
    action,
    subject_type: subject.type,
    subject_id: subject.id,
    details: JSON.stringify(details),
  };
}

/** The pseudonym that somebody has already comes before one that they might get. */
const nameOf = ({ id, of }: Subject) =>
  of ? sql<string>`coalesce((select pseudonym from pseudonyms where id = ${of.id} limit 1), ${id})` : id;

const RECORD = `INSERT INTO audit (id, at, actor_id, actor_name, action, subject_type, subject_id, details)
  SELECT value->>'id', value->>'at', value->>'actor_id', value->>'actor_name', value->>'action', value->>'subject_type',
    coalesce((SELECT pseudonym FROM pseudonyms WHERE id = value->>'of' LIMIT 1), value->>'subject_id'), value->>'details'
  FROM json_each(?1) WHERE true ON CONFLICT (id) DO NOTHING`;
const KNOW = `INSERT INTO pseudonyms (pseudonym, type, id)
  SELECT min(value->>'pseudonym'), value->>'type', value->>'id' FROM json_each(?1) AS j
  WHERE NOT EXISTS (SELECT 1 FROM pseudonyms AS p WHERE p.id = j.value->>'id') GROUP BY value->>'id'`;

/** Records many acts at once, all or none; those that are there already stay as they are. Throws what D1 throws. */
export async function record(d1: D1Database, entries: readonly AuditEntry[]): Promise<void> {
  const known = entries.flatMap(({ subject: { id, of } }) => (of ? [{ pseudonym: id, ...of }] : []));
  await d1.batch([
    ...(known.length > 0 ? [d1.prepare(KNOW).bind(JSON.stringify(known))] : []),
    d1.prepare(RECORD).bind(JSON.stringify(entries.map((entry) => ({ ...rowOf(entry), of: entry.subject.of?.id })))),
  ]);
}

/** The query that notes whom a pseudonym stands for, unless they have one: it comes before the query that records the act. */
export const knowing = (db: Db, { id: pseudonym, of }: Required<Subject>) =>
  db
    .insertInto('pseudonyms')
    .columns(['pseudonym', 'type', 'id'])
    .expression(
      sql<never>`select ${pseudonym}, ${of.type}, ${of.id} where not exists (select 1 from pseudonyms where id = ${of.id})`,
    );

/** By what names the audit may have this: its own id, and a person's or conversation's pseudonym. None = nothing was asked for. */
export async function namesOf(db: Db, id: string | undefined): Promise<string[]> {
  if (id === undefined) return [];
  const rows = await db.selectFrom('pseudonyms').select('pseudonym').where('id', '=', id).execute();
  return [id, ...rows.map(({ pseudonym }) => pseudonym)];
}
