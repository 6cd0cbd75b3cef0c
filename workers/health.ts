import { sql } from 'kysely';
import { database } from '../src/lib/server/db/client';
import type { Env } from './env';

/** Whether the Worker and its database answer, and how many migrations the database has had. */
export async function health(env: Env): Promise<Response> {
  try {
    const { rows } = await sql<{ schema: number }>`SELECT count(*) AS schema FROM d1_migrations`.execute(database(env.DB));
    return Response.json({ ok: true, schema: rows[0]?.schema ?? 0 });
  } catch (error) {
    console.error({ event: 'health_failed', error: String(error) });
    return Response.json({ ok: false }, { status: 503 });
  }
}
