import type { Env } from '../../../workers/env';
import type { Audience } from '../domain/campaign-draft';
import { everybody, problemOf, type PeopleQuery } from '../domain/people-query';
import type { ProviderName } from '../domain/provider';
import { rulesOf } from '../domain/provider-rules';
import { policyOf } from './bindings';
import { database } from './db/client';
import * as people from './db/people';
import * as store from './db/properties';
import * as segments from './db/segments';

const DAY_MS = 86_400_000;

/** Custom properties that texts can hold, by label. */
export const properties = ({ DB }: Env) => store.list(database(DB));

/** Whether the segment is there. */
export const hasSegment = async ({ DB }: Env, id: string): Promise<boolean> => (await segments.find(database(DB), id)) !== null;

/** Its name as people know it: null for everybody, and for one that is gone. */
export async function nameOf({ DB }: Env, { segmentId }: Audience): Promise<string | null> {
  return segmentId === null ? null : ((await segments.find(database(DB), segmentId))?.name ?? null);
}

/** How shortly before somebody must have written to get a campaign, ms; null = whoever it is: an approved template goes out at any time. */
export function withinOf(provider: ProviderName): number | null {
  const { sendWindow, hasTemplates } = rulesOf(provider);
  return hasTemplates ? null : sendWindow(0, {});
}

/**
 * How many people an audience reaches on a channel now; null when its segment is gone, or asks for what there is no more. `withinMs`: only
 * those whose latest reply is no older.
 */
export async function countReachable(
  env: Env,
  { segmentId }: Audience,
  channelId: string,
  withinMs: number | null,
): Promise<number | null> {
  const db = database(env.DB);
  const segment = segmentId === null ? null : await segments.find(db, segmentId);
  if (segmentId !== null && !segment) return null;
  const query = segment?.query ?? everybody;
  const custom = await store.list(db);
  if (problemOf(query, custom) !== null) return null;
  const recent: PeopleQuery = {
    match: 'all',
    of: [query, { property: 'lastReplyAt', op: 'inLast', value: Math.ceil((withinMs ?? 0) / DAY_MS) }],
  };
  // A segment of the greatest depth has no room for one more condition: then the figure is that of the whole segment.
  const asked = withinMs !== null && problemOf(recent, custom) === null ? recent : query;
  return people.countReachable(env.DB, asked, channelId, { now: Date.now(), policy: policyOf(env) });
}
