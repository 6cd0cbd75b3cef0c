import { identityOf } from '../../src/lib/domain/address';
import { audienceQuery } from '../../src/lib/domain/audience-query';
import type { BroadcastPlan } from '../../src/lib/domain/broadcast';
import { render } from '../../src/lib/domain/campaign-content';
import { PeopleQuery, problemOf } from '../../src/lib/domain/people-query';
import type { Reachable } from '../../src/lib/domain/person';
import type { ProviderName } from '../../src/lib/domain/provider-rules';
import { database } from '../../src/lib/server/db/client';
import { reachable } from '../../src/lib/server/db/people';
import * as properties from '../../src/lib/server/db/properties';
import * as segments from '../../src/lib/server/db/segments';
import { policyOf, type Env } from '../env';
import type { Gathered } from './recipient';

/**
 * A segment's query as it stands when the campaign starts, null = everybody; or in words why there is none. Where an app takes nothing
 * but answers, only those who wrote so shortly before are asked for.
 */
export async function queryOf(
  env: Env,
  segmentId: string | null,
  provider: ProviderName,
): Promise<{ query: PeopleQuery | null } | { problem: string }> {
  const db = database(env.DB);
  const segment = segmentId === null ? null : await segments.find(db, segmentId);
  if (segmentId !== null && !segment)
    return { problem: 'Its segment is not there any more. Stop it, and choose another audience.' };
  if (segment && problemOf(segment.query, await properties.list(db)) !== null) {
    return { problem: `Its segment "${segment.name}" asks for what is not there any more. Put it right, and resume.` };
  }
  return { query: audienceQuery(segment?.query ?? null, provider) };
}

/** The next of the audience after that place, in order. `at`: the time of the start, so that a long reading is one reading. */
export function audienceOf(
  env: Env,
  { channelId }: BroadcastPlan,
  query: PeopleQuery | null,
  { after, limit, at }: { after: number; limit: number; at: number },
): Promise<Reachable[]> {
  return reachable(env.DB, query, channelId, { after, limit }, { now: at, policy: policyOf(env) });
}

/** Each with the message written for them, or in words why there is none. */
export function gather(people: readonly Reachable[], { content, template }: BroadcastPlan, provider: ProviderName): Gathered[] {
  return people.map(({ personId, name, address, properties: custom }): Gathered => {
    const who = { personId, name, address, identity: identityOf(provider, address) };
    const message = render(content, template, { name, properties: custom });
    return 'missing' in message ? { ...who, skipped: skippedFor(message.missing) } : { ...who, message };
  });
}

const skippedFor = (missing: readonly string[]): string => `Nothing is known of this person for ${missing.join(', ')}.`;

/** As it was kept; null when it cannot be read. */
export function readQuery(json: string): { query: PeopleQuery | null } | null {
  const kept = PeopleQuery.nullable().safeParse(JSON.parse(json));
  return kept.success ? { query: kept.data } : null;
}
