import { type Compilable, Kysely } from 'kysely';
import { D1Dialect } from 'kysely-d1';
import type { Database } from './schema';

export type Db = Kysely<Database>;

/** Typed queries over D1. Cheap: make one per request. Transactions throw on D1; use `batch`. */
export const database = (d1: D1Database): Db => new Kysely<Database>({ dialect: new D1Dialect({ database: d1 }) });

/** Runs the queries in one round trip and one transaction: all of them, in order, or none. Throws what D1 throws. */
export async function batch(d1: D1Database, queries: readonly Compilable<unknown>[]): Promise<D1Result[]> {
  return d1.batch(
    queries.map((query) => {
      const { sql, parameters } = query.compile();
      return d1.prepare(sql).bind(...parameters);
    }),
  );
}

/** Whether this query of a batch has changed anything. */
export const hasChanged = (result: D1Result | undefined): boolean => (result?.meta.changes ?? 0) > 0;
