import { error } from '@sveltejs/kit';
import { everybody, PeopleQuery, problemOf } from '$lib/domain/people-query';
import { may } from '$lib/domain/role';
import { policyOf } from '$lib/server/bindings';
import { recording } from '$lib/server/db/audit';
import { database } from '$lib/server/db/client';
import * as people from '$lib/server/db/people';
import { lines } from '$lib/server/db/people-export';
import * as properties from '$lib/server/db/properties';
import type { RequestHandler } from './$types';

const MAX_QUERY = 16_000;
const MAX_SEARCH = 200;

/** A CSV of the people for whom `query` (JSON) and `search` hold; of everybody without them. Streamed, so that any number fits. */
export const GET: RequestHandler = async ({ url, locals, platform }) => {
  const { user } = locals;
  if (!user) error(401, 'Sign in first.');
  if (!may(user.role, 'people.edit')) error(403, 'Your role does not allow this.');
  if (!platform) error(503, 'This is not available for the moment. Try again shortly.');
  const { env } = platform;
  const db = database(env.DB);
  const query = queryFrom(url.searchParams.get('query'));
  const search = (url.searchParams.get('search') ?? '').slice(0, MAX_SEARCH);
  const problem = query === null ? 'This is not a query.' : problemOf(query, await properties.list(db));
  if (query === null || problem !== null) error(400, problem ?? 'This is not a query.');
  const now = Date.now();
  const context = { now, policy: policyOf(env) };
  const count = await people.count(env.DB, query, context, { search });
  const subject = { type: 'people', id: 'export' };
  const actor = { id: user.id, name: user.name };
  await recording(db, { at: now, actor, action: 'people.exported', subject, details: { count } }).execute();
  const parts = lines(env.DB, query, search, context);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
  return new Response(body, {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="people-${new Date(now).toISOString().slice(0, 10)}.csv"`,
      'cache-control': 'no-store',
    },
  });
};

function queryFrom(text: string | null): PeopleQuery | null {
  if (text === null) return everybody;
  if (text.length > MAX_QUERY) return null;
  try {
    return PeopleQuery.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
