import type { Channel } from '../../src/lib/domain/provider';
import { keepChannel } from '../channels';
import { gateOf, type Env } from '../env';

/** Between two reports of one isolate on one channel, at least. */
const EVERY_MS = 5_000;

type Unreported = { events: number; rejected: number; at: number };
const unreported = new WeakMap<DurableObjectNamespace, Map<string, Unreported>>();

/** Lets the channel's health show that its provider is heard. Counts of an isolate that ends are lost: they are a sign of life, no figures. */
export async function sawEvents(env: Env, channel: Channel, events: number, rejected: number): Promise<void> {
  const channels = unreported.get(env.CHANNEL_GATE) ?? new Map<string, Unreported>();
  unreported.set(env.CHANNEL_GATE, channels);
  const seen = channels.get(channel.id) ?? { events: 0, rejected: 0, at: 0 };
  const total = { events: seen.events + events, rejected: seen.rejected + rejected };
  if (Date.now() < seen.at + EVERY_MS) return void channels.set(channel.id, { ...total, at: seen.at });
  channels.set(channel.id, { events: 0, rejected: 0, at: Date.now() });
  try {
    await keepChannel(env, channel.id);
    await gateOf(env, channel.id).saw(total.events, total.rejected);
  } catch (error) {
    console.warn({ event: 'gate_unreachable', channelId: channel.id, error: String(error) });
  }
}
