import { sql, type InsertQueryBuilder } from 'kysely';
import type { Agent } from '../../domain/role';
import type { Db } from './client';
import type { Database } from './schema';

/** Who acts: a signed-in user, or something else by its name (an API key, the set-up). */
export type Actor = Pick<Agent, 'id' | 'name'> | { id: null; name: string };

/**
 * What an act was done to. People and conversations are named by a pseudonym (`pseudonym.ts`), because rows stay and people may be erased:
 * `of` is whom it stands for while they are there.
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
export const recording = (db: Db, entry: AuditEntry) => once(db.insertInto('audit').values(rowOf(entry)));

/** The same, where the act may turn out to be none: right after the query that acts, it records only if that has changed something. */
export const recordingIfChanged = (db: Db, entry: AuditEntry) => {
  const { id, at, actor_id, actor_name, action, subject_type, subject_id, details } = rowOf(entry);
  const columns = ['id', 'at', 'actor_id', 'actor_name', 'action', 'subject_type', 'subject_id', 'details'] as const;
  const values = sql<never>`select ${id}, cast(${at} as integer), ${actor_id}, ${actor_name}, ${action}, ${subject_type}, ${subject_id}, ${details}
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

const RECORD = `INSERT INTO audit (id, at, actor_id, actor_name, action, subject_type, subject_id, details)
  SELECT value->>'id', value->>'at', value->>'actor_id', value->>'actor_name', value->>'action', value->>'subject_type',
    value->>'subject_id', value->>'details'
  FROM json_each(?1) WHERE true ON CONFLICT (id) DO NOTHING`;
const KNOW = `INSERT INTO pseudonyms (pseudonym, type, id)
  SELECT DISTINCT value->>'pseudonym', value->>'type', value->>'id' FROM json_each(?1) WHERE true ON CONFLICT (pseudonym) DO NOTHING`;

/** Records many acts at once, all or none; those that are there already stay as they are. Throws what D1 throws. */
export async function record(d1: D1Database, entries: readonly AuditEntry[]): Promise<void> {
  const known = entries.flatMap(({ subject: { id, of } }) => (of ? [{ pseudonym: id, ...of }] : []));
  await d1.batch([
    d1.prepare(RECORD).bind(JSON.stringify(entries.map(rowOf))),
    ...(known.length > 0 ? [d1.prepare(KNOW).bind(JSON.stringify(known))] : []),
  ]);
}

/** The query that notes whom a pseudonym stands for, so that the audit can lead there. */
export const knowing = (db: Db, { id: pseudonym, of }: Subject) =>
  db
    .insertInto('pseudonyms')
    .values(of ? [{ pseudonym, ...of }] : [])
    .onConflict((conflict) => conflict.column('pseudonym').doNothing());
