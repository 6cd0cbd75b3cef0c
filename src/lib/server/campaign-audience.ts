import type { Env } from '../../../workers/env';
import { audienceQuery } from '../domain/audience-query';
import type { Audience } from '../domain/campaign-draft';
import { problemOf } from '../domain/people-query';
import type { ProviderName } from '../domain/provider-rules';
import { policyOf } from './bindings';
import { database } from './db/client';
import * as people from './db/people';
import * as store from './db/properties';
import * as segments from './db/segments';

/** Custom properties that texts can hold, by label. */
export const properties = ({ DB }: Env) => store.list(database(DB));

/** Whether the segment is there. */
export const hasSegment = async ({ DB }: Env, id: string): Promise<boolean> => (await segments.find(database(DB), id)) !== null;

/** Its name as people know it: null for everybody, and for one that is gone. */
export async function nameOf({ DB }: Env, { segmentId }: Audience): Promise<string | null> {
  return segmentId === null ? null : ((await segments.find(database(DB), segmentId))?.name ?? null);
}

/**
 * How many people an audience reaches on a channel of this provider now; null when its segment is gone, or asks for what there is no more.
 */
export async function countReachable(
  env: Env,
  { segmentId }: Audience,
  channelId: string,
  provider: ProviderName,
): Promise<number | null> {
  const db = database(env.DB);
  const segment = segmentId === null ? null : await segments.find(db, segmentId);
  if (segmentId !== null && !segment) return null;
  if (segment && problemOf(segment.query, await store.list(db)) !== null) return null;
  const query = audienceQuery(segment?.query ?? null, provider);
  return people.countReachable(env.DB, query, channelId, { now: Date.now(), policy: policyOf(env) });
}
