import { sql } from 'kysely';
import { z } from 'zod';
import { keyActorName } from '../../domain/api-key';
import { outsiderChoices, type AuditCursor, type AuditFilters } from '../../domain/audit';
import type { Db } from './client';

/** One row as Settings → Audit shows it. */
export type AuditRow = {
  id: string;
  at: number;
  actor: { id: string | null; name: string };
  action: string;
  /** `title` is what it is called today; null when it is gone, or has no name. `href`: its page, while there is one. `isKnown`: it is there. */
  subject: { type: string; id: string; title: string | null; href: string | null; isKnown: boolean };
  details: Record<string, string | number | boolean | null>;
};

const Details = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** `subjects`: the names that the audit may have for what is asked for. */
export type AuditLogFilters = Omit<AuditFilters, 'subject'> & { subjects?: readonly string[] };

/** A page of acts, newest first. */
export async function list(
  db: Db,
  filters: AuditLogFilters,
  { after, limit }: { after: AuditCursor | null; limit: number },
): Promise<AuditRow[]> {
  let query = narrowed(db, filters)
    .leftJoin('pseudonyms as p', 'p.pseudonym', 'a.subject_id')
    .leftJoin('conversations as c', 'c.id', 'p.id')
    .leftJoin('people as q', 'q.id', 'p.id')
    .leftJoin('channels as h', (join) => join.onRef('h.id', '=', 'a.subject_id').on('a.subject_type', '=', 'channel'))
    .leftJoin('campaigns as k', (join) => join.onRef('k.id', '=', 'a.subject_id').on('a.subject_type', '=', 'campaign'))
    .leftJoin('segments as s', (join) => join.onRef('s.id', '=', 'a.subject_id').on('a.subject_type', '=', 'segment'))
    .leftJoin('saved_replies as r', (join) => join.onRef('r.id', '=', 'a.subject_id').on('a.subject_type', '=', 'reply'))
    .leftJoin('users as u', (join) => join.onRef('u.id', '=', 'a.subject_id').on('a.subject_type', '=', 'user'))
    .select(['a.id', 'a.at', 'a.actor_id', 'a.actor_name', 'a.action', 'a.subject_type', 'a.subject_id', 'a.details'])
    .select([
      'p.id as known_id',
      sql<string | null>`coalesce(nullif(q.name, ''), c.name, h.name, k.name, s.name, r.name, u.name)`.as('title'),
    ])
    .orderBy('a.at', 'desc')
    .orderBy('a.id', 'desc')
    .limit(limit);
  if (after) query = query.where(sql<boolean>`(a.at, a.id) < (cast(${after.at} as integer), ${after.id})`);
  const rows = await query.execute();
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    actor: { id: row.actor_id, name: row.actor_name },
    action: row.action,
    subject: subjectFrom(row),
    details: Details.parse(JSON.parse(row.details)),
  }));
}

/** How many acts there are. */
export async function count(db: Db, filters: AuditLogFilters): Promise<number> {
  const { total } = await narrowed(db, filters)
    .select(sql<number>`count(*)`.as('total'))
    .executeTakeFirstOrThrow();
  return total;
}

function narrowed(db: Db, { actors = [], areas = [], subjects = [], from, before }: AuditLogFilters) {
  let query = db.selectFrom('audit as a');
  if (actors.length > 0)
    query = query.where(
      sql<boolean>`coalesce(a.actor_id, a.actor_name) in (select value from json_each(${JSON.stringify(actors)}))`,
    );
  if (areas.length > 0)
    query = query.where(
      sql<boolean>`substr(a.action, 1, instr(a.action, '.') - 1) in (select value from json_each(${JSON.stringify(areas)}))`,
    );
  if (subjects.length > 0) query = query.where('a.subject_id', 'in', subjects);
  if (from !== undefined) query = query.where('a.at', '>=', from);
  if (before !== undefined) query = query.where('a.at', '<', before);
  return query;
}

type Found = { action: string; subject_type: string; subject_id: string; known_id: string | null; title: string | null };

/** Who was erased is nobody that is there now, even if they have written again since. */
function subjectFrom({ action, subject_type: type, subject_id: id, known_id, title }: Found): AuditRow['subject'] {
  const isPerson = type === 'conversation' || type === 'person';
  const isKnown = action !== 'person.erased' && (isPerson ? known_id !== null : title !== null);
  return { type, id, title: isKnown ? title : null, href: isKnown ? hrefOf(type, known_id ?? id) : null, isKnown };
}

/** Where what is there can be looked at. */
function hrefOf(type: string, id: string): string | null {
  if (type === 'conversation') return `/conversations/${id}`;
  if (type === 'person') return `/people/${id}`;
  if (type === 'segment') return `/people?segment=${id}`;
  if (type === 'reply') return '/settings/replies';
  if (type === 'channel') return `/settings/channels/${id}`;
  return type === 'campaign' ? `/campaigns/${id}` : null;
}

/** Who may be asked for: every user by name, every key of the API, revoked ones included, and who acts without being either. */
export async function actors(db: Db): Promise<{ id: string; name: string }[]> {
  const [users, keys] = await Promise.all([
    db.selectFrom('users').select(['id', 'name']).orderBy('name').execute(),
    db.selectFrom('api_keys').select('name').distinct().orderBy('name').execute(),
  ]);
  // Keys are nobody: the audit has them by name, and keys of one name are one there.
  return [...users, ...keys.map(({ name }) => ({ id: keyActorName(name), name: keyActorName(name) })), ...outsiderChoices];
}
