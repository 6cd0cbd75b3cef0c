import { error } from '@sveltejs/kit';
import { everybody, PeopleQuery, problemOf } from '$lib/domain/people-query';
import { policyOf } from '$lib/server/bindings';
import { csvResponse } from '$lib/server/csv-response';
import { recording } from '$lib/server/db/audit';
import { database } from '$lib/server/db/client';
import * as people from '$lib/server/db/people';
import { lines } from '$lib/server/db/people-export';
import * as properties from '$lib/server/db/properties';
import { granted } from '$lib/server/granted';
import type { RequestHandler } from './$types';

const MAX_QUERY = 16_000;
const MAX_SEARCH = 200;

/** A CSV of the people for whom `query` (JSON) and `search` hold; of everybody without them. Streamed, so that any number fits. */
export const GET: RequestHandler = async ({ url, locals, platform }) => {
  const { user, env } = granted({ locals, platform }, 'people.edit');
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
  return csvResponse('people', now, lines(env.DB, query, search, context));
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
