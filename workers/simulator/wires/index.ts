import type { Refusal, SimulatedProvider } from '../../../src/lib/domain/simulator';
import { demoChannelList } from '../../demo/channels';
import { messenger } from './messenger';
import { telegram } from './telegram';
import { webhook } from './webhook';
import { whatsapp } from './whatsapp';
import type { Wire, WireRefusal } from './wire';

export const wires: Record<SimulatedProvider, Wire> = { whatsapp, messenger, telegram, webhook };

/** The provider that the simulator plays on a channel; null on a channel that is not one of the demo's. */
export function providerOn(channelId: string): SimulatedProvider | null {
  return demoChannelList.find(({ id }) => id === channelId)?.provider ?? null;
}

/** The refusal with that key; undefined when the provider has none such. */
export const refusalOf = (provider: SimulatedProvider, key: string | null): WireRefusal | undefined =>
  key === null ? undefined : wires[provider].refusals.find((refusal) => refusal.key === key);

/** Every refusal of every provider, as the page lists them. */
export const allRefusals: readonly Refusal[] = Object.values(wires).flatMap((wire) =>
  wire.refusals.map(({ key, provider, code, words, isRateLimit }) => ({ key, provider, code, words, isRateLimit })),
);
