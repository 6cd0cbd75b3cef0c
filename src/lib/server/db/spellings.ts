import { identityOf, spellingsOf } from '../../domain/address';
import type { ProviderName } from '../../domain/provider-rules';

/** By what somebody is known on a channel, or is written to there. */
export type ChannelAddress = { channelId: string; address: string };

/** The identity of each address, once: by it objects and marks of the address are named. */
export const identitiesOf = (d1: D1Database, addresses: readonly ChannelAddress[]): Promise<ChannelAddress[]> =>
  rewritten(d1, addresses, (provider, address) => [identityOf(provider, address)]);

/** Every spelling of each address, once: by one of them a record of the address was kept. */
export const spelled = (d1: D1Database, addresses: readonly ChannelAddress[]): Promise<ChannelAddress[]> =>
  rewritten(d1, addresses, spellingsOf);

const NAMED = 'SELECT id, provider FROM channels WHERE id IN (SELECT value FROM json_each(?))';

async function rewritten(
  d1: D1Database,
  addresses: readonly ChannelAddress[],
  rewrite: (provider: ProviderName, address: string) => string[],
): Promise<ChannelAddress[]> {
  const ids = JSON.stringify([...new Set(addresses.map(({ channelId }) => channelId))]);
  const { results } = await d1.prepare(NAMED).bind(ids).all<{ id: string; provider: ProviderName }>();
  const providers = new Map(results.map(({ id, provider }) => [id, provider]));
  const written = addresses.flatMap(({ channelId, address }) => {
    const provider = providers.get(channelId);
    return (provider ? rewrite(provider, address) : [address]).map((one) => ({ channelId, address: one }));
  });
  return distinct(written);
}

/** Each once, in order. */
export const distinct = (addresses: readonly ChannelAddress[]): ChannelAddress[] => [
  ...new Map(addresses.map((one) => [`${one.channelId} ${one.address}`, one])).values(),
];
