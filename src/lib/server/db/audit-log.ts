import { sql } from 'kysely';
import { z } from 'zod';
import type { AuditCursor, AuditFilters } from '../../domain/audit';
import type { Db } from './client';

/** One row as Settings → Audit shows it. */
export type AuditRow = {
  id: string;
  at: number;
  actor: { id: string | null; name: string };
  action: string;
  /** `title` is what it is called today; null when it is gone, or has no name. `href`: its page, while there is one. */
  subject: { type: string; id: string; title: string | null; href: string | null };
  details: Record<string, string | number | boolean | null>;
};

const Details = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** A page of acts, newest first. `subjects`: the names that the audit may have for what is asked for. */
export async function list(
  db: Db,
  filters: Omit<AuditFilters, 'subject'> & { subjects?: readonly string[] },
  { after, limit }: { after: AuditCursor | null; limit: number },
): Promise<AuditRow[]> {
  const { actors = [], areas = [], subjects = [], from, before } = filters;
  let query = db
    .selectFrom('audit as a')
    .leftJoin('pseudonyms as p', 'p.pseudonym', 'a.subject_id')
    .leftJoin('conversations as c', 'c.id', 'p.id')
    .leftJoin('channels as h', (join) => join.onRef('h.id', '=', 'a.subject_id').on('a.subject_type', '=', 'channel'))
    .leftJoin('campaigns as k', (join) => join.onRef('k.id', '=', 'a.subject_id').on('a.subject_type', '=', 'campaign'))
    .leftJoin('users as u', (join) => join.onRef('u.id', '=', 'a.subject_id').on('a.subject_type', '=', 'user'))
    .select(['a.id', 'a.at', 'a.actor_id', 'a.actor_name', 'a.action', 'a.subject_type', 'a.subject_id', 'a.details'])
    .select(['p.id as known_id', sql<string | null>`coalesce(c.name, h.name, k.name, u.name)`.as('title')])
    .orderBy('a.at', 'desc')
    .orderBy('a.id', 'desc')
    .limit(limit);
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
  if (after) query = query.where(sql<boolean>`(a.at, a.id) < (cast(${after.at} as integer), ${after.id})`);
  const rows = await query.execute();
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    actor: { id: row.actor_id, name: row.actor_name },
    action: row.action,
    subject: {
      type: row.subject_type,
      id: row.subject_id,
      title: row.title,
      href: hrefOf(row.subject_type, row.known_id ?? row.subject_id, row.known_id !== null),
    },
    details: Details.parse(JSON.parse(row.details)),
  }));
}

/** Where the subject can be looked at. People and conversations only while they are known. */
function hrefOf(type: string, id: string, isKnown: boolean): string | null {
  if (type === 'conversation') return isKnown ? `/conversations/${id}` : null;
  if (type === 'person') return isKnown ? `/people/${id}` : null;
  if (type === 'channel') return `/settings/channels/${id}`;
  return type === 'campaign' ? `/campaigns/${id}` : null;
}

/** Who may be asked for: every user, by name. */
export const actors = (db: Db): Promise<{ id: string; name: string }[]> =>
  db.selectFrom('users').select(['id', 'name']).orderBy('name').execute();
