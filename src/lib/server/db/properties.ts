import { type Compilable, sql } from 'kysely';
import type { CustomProperty } from '../../domain/person';
import type { Db } from './client';

/** A custom property with the column that holds it for queries: `p<slot>`. */
export type StoredProperty = CustomProperty & { slot: number };

/** All custom properties, by label. */
export const list = (db: Db): Promise<StoredProperty[]> =>
  db.selectFrom('properties').select(['key', 'label', 'type', 'slot']).orderBy('label').orderBy('key').execute();

/** The column of a slot. Only ever a number of ours. */
export const columnOf = ({ slot }: Pick<StoredProperty, 'slot'>): string => `p${Math.trunc(slot)}`;

/** The query that defines a property in the lowest free column. It fails when the key is taken, and when all columns are. */
export const defining = (db: Db, { key, label, type }: CustomProperty, now: number): Compilable<unknown> =>
  db.insertInto('properties').values({
    key,
    label,
    type,
    slot: sql<number>`(with recursive n (i) as (select 1 union all select i + 1 from n where i < 41)
      select min(i) from n where i not in (select slot from properties))`,
    created_at: now,
  });

/** The query that gives a property another name; its key stays. */
export const renaming = (db: Db, key: string, label: string): Compilable<unknown> =>
  db.updateTable('properties').set({ label }).where('key', '=', key);

/** The queries that remove a property, with what everybody has of it. */
export const removing = (db: Db, property: StoredProperty): Compilable<unknown>[] => {
  const column = sql.ref(columnOf(property));
  const path = `$."${property.key}"`;
  const has = sql`json_type(properties, ${path}) is not null`;
  return [
    db.deleteFrom('properties').where('key', '=', property.key),
    compilable(db, sql`update person_facts set ${column} = null where ${column} is not null`),
    compilable(db, sql`update people set properties = json_remove(properties, ${path}) where ${has}`),
  ];
};

/** A written-out statement as one of a batch. */
export const compilable = (db: Db, statement: ReturnType<typeof sql>): Compilable<unknown> => ({
  compile: () => statement.compile(db),
});
