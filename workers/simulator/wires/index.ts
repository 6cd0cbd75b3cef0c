import type { SimulatedProvider } from '../../../src/lib/domain/simulator';
import { demoChannels } from '../../demo/channels';
import { webhook } from './webhook';
import { whatsapp } from './whatsapp';
import type { Wire } from './wire';

export const wires: Record<SimulatedProvider, Wire> = { whatsapp, webhook };

/** The provider that the simulator plays on a channel; null on a channel that is not one of the demo's, or not played. */
export function providerOn(channelId: string): SimulatedProvider | null {
  if (channelId === demoChannels.whatsapp.id) return 'whatsapp';
  return channelId === demoChannels.webhook.id ? 'webhook' : null;
}
