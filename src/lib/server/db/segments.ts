import { sql } from 'kysely';
import { z } from 'zod';
import { conditionsOf, PeopleQuery } from '../../domain/people-query';
import { fold } from '../../domain/search';
import type { Db } from './client';

/** A saved query. Times in epoch ms. */
export type Segment = { id: string; name: string; query: PeopleQuery; createdAt: number; updatedAt: number };

export const SegmentId = z.string().min(1).max(64);
export const SegmentName = z.string().trim().min(1).max(80);

/** All segments, by name. */
export async function list(db: Db): Promise<Segment[]> {
  const rows = await db.selectFrom('segments').select(columns).orderBy('name_key').execute();
  return rows.map(segmentOf);
}

/** A segment; null when there is none. */
export async function find(db: Db, id: string): Promise<Segment | null> {
  const row = await db.selectFrom('segments').select(columns).where('id', '=', id).executeTakeFirst();
  return row ? segmentOf(row) : null;
}

/** The segment of that name, however it is spelled: case and accents are no difference. */
export async function byName(db: Db, name: string): Promise<{ id: string; name: string } | null> {
  return (await db.selectFrom('segments').select(['id', 'name']).where('name_key', '=', fold(name)).executeTakeFirst()) ?? null;
}

/** Whether a query asks for this custom property. */
export const asksFor = (query: PeopleQuery, key: string): boolean =>
  [...conditionsOf(query)].some(({ property }) => property === `custom.${key}`);

/** The query that saves a segment, new or changed. It fails when another one has the name. */
export const saving = (db: Db, { id, name, query }: Pick<Segment, 'id' | 'name' | 'query'>, by: string, now: number) =>
  db
    .insertInto('segments')
    .values({
      id,
      name,
      name_key: fold(name),
      query: JSON.stringify(query),
      created_by: by,
      created_at: now,
      updated_at: now,
    })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ name, name_key: fold(name), query: JSON.stringify(query), updated_at: now }),
    );

/** A campaign that is not over and is to be sent to this segment; null = there is none. */
export async function usedBy(db: Db, id: string): Promise<{ name: string } | null> {
  const row = await db
    .selectFrom('campaigns')
    .select('name')
    .where(sql<boolean>`audience ->> '$.segmentId' = ${id} and status not in ('sent', 'stopped')`)
    .orderBy('name')
    .executeTakeFirst();
  return row ?? null;
}

export const removing = (db: Db, id: string) => db.deleteFrom('segments').where('id', '=', id);

const columns = ['id', 'name', 'query', 'created_at', 'updated_at'] as const;

const segmentOf = (row: { id: string; name: string; query: string; created_at: number; updated_at: number }): Segment => ({
  id: row.id,
  name: row.name,
  query: PeopleQuery.parse(JSON.parse(row.query)),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
