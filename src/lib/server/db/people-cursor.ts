import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';

/** By the latest reply, newest first and those without one last; by name; by when they were added, newest first. */
export const PeopleSort = z.enum(['lastReply', 'name', 'created']);
export type PeopleSort = z.infer<typeof PeopleSort>;

/** Where a page ended: the value it was sorted by, and who. */
type Position = { key: string | number; no: number };

const keys: Record<PeopleSort, { key: RawBuilder<string | number>; direction: 'asc' | 'desc' }> = {
  lastReply: { key: sql`coalesce(f.last_reply_at, -1)`, direction: 'desc' },
  name: { key: sql`coalesce(f.name, '')`, direction: 'asc' },
  created: { key: sql`f.created_at`, direction: 'desc' },
};

export const sortKeyOf = (sort: PeopleSort): RawBuilder<string | number> => keys[sort].key;

/** The order of a page; equal ones by `no`, so that it is total. */
export function orderOf(sort: PeopleSort): RawBuilder<unknown> {
  const { key, direction } = keys[sort];
  return direction === 'asc' ? sql`${key} asc, f.no asc` : sql`${key} desc, f.no desc`;
}

/** Rows after the page that ended there. */
export function afterOf(sort: PeopleSort, { key, no }: Position): RawBuilder<boolean> {
  const { key: column, direction } = keys[sort];
  return direction === 'asc' ? sql`(${column}, f.no) > (${key}, ${no})` : sql`(${column}, f.no) < (${key}, ${no})`;
}

const Written = z.tuple([PeopleSort, z.union([z.string(), z.number()]), z.number().int()]);

export const writeCursor = (sort: PeopleSort, { key, no }: Position): string => JSON.stringify([sort, key, no]);

/** The position of a cursor of this order; null when we never wrote such a text. */
export function readCursor(sort: PeopleSort, cursor: string): Position | null {
  const read = Written.safeParse(parsed(cursor));
  if (!read.success) return null;
  const [of, key, no] = read.data;
  return of === sort && typeof key === (sort === 'name' ? 'string' : 'number') ? { key, no } : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
