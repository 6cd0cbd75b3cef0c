import { identityOf } from '../../src/lib/domain/address';
import type { BroadcastPlan } from '../../src/lib/domain/broadcast';
import { render } from '../../src/lib/domain/campaign-content';
import type { ProviderName } from '../../src/lib/domain/provider-rules';
import type { Env } from '../env';
import type { Gathered } from './store';

/** Somebody of the audience. `no` is their place in it. */
export type Reachable = {
  no: number;
  personId: string;
  name: string;
  address: string;
  properties: Record<string, string | number | boolean>;
};

/** The next of the audience after that place, in order. Everybody who has ever written on the channel, until people can be asked for. */
export async function audienceOf(env: Env, plan: BroadcastPlan, after: number, limit: number): Promise<Reachable[]> {
  if (plan.segmentId !== null) throw new Error('segments are not there yet');
  const { results } = await env.DB.prepare(
    `SELECT rid AS no, contact_id AS personId, name, address FROM conversations
     WHERE channel_id = ? AND rid > CAST(? AS INTEGER) ORDER BY rid LIMIT ?`,
  )
    .bind(plan.channelId, after, limit)
    .all<Omit<Reachable, 'properties'>>();
  return results.map((person) => ({ ...person, properties: {} }));
}

/** Each with the message written for them, or in words why there is none. */
export function gather(people: readonly Reachable[], { content, template }: BroadcastPlan, provider: ProviderName): Gathered[] {
  return people.map(({ personId, name, address, properties }): Gathered => {
    const who = { personId, name, address, identity: identityOf(provider, address) };
    const message = render(content, template, { name, properties });
    return 'missing' in message ? { ...who, skipped: skippedFor(message.missing) } : { ...who, message };
  });
}

const skippedFor = (missing: readonly string[]): string => `Nothing is known of this person for ${missing.join(', ')}.`;
