import type { Channel, Provider } from '../../src/lib/domain/provider';
import { providerOf } from '../../src/lib/server/providers';
import { apiBaseOf } from '../api-base';
import { channelOf } from '../channels';
import { gateOf, type Env } from '../env';

export type Outlet = { channel: Channel; provider: Provider; apiBase: string };

export const NO_OUTLET = 'This channel is not set up for sending. Ask an Admin to check its settings.';

/** The channel's way to its provider; null when it is disabled, or nobody has said where its provider is. */
export async function outletOf(env: Env, channelId: string): Promise<Outlet | null> {
  const channel = await channelOf(env, channelId);
  if (!channel) return null;
  const apiBase = apiBaseOf(env, channel.provider);
  if (apiBase === '' && !channel.settings.sendUrl) return null;
  return { channel, provider: providerOf(channel.provider), apiBase };
}

/** Why nothing can leave by this channel at the moment, in words; null = it can. */
export async function whyHeld(env: Env, channelId: string): Promise<string | null> {
  if (!(await outletOf(env, channelId))) return NO_OUTLET;
  return (await gateOf(env, channelId).stopped())?.reason ?? null;
}
