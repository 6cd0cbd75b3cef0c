import type { ConversationTarget } from '../../src/lib/domain/conversation';
import { conversationIdOf } from '../../src/lib/domain/ids';
import type { Channel, InboundEvent, Receipt } from '../../src/lib/domain/provider';

/** What one conversation gets out of one delivery: one call. Events in the order of the delivery. */
export type Group = { target: ConversationTarget; events: InboundEvent[] };
/** A receipt that names no end user: the directory knows whose it is. */
export type Routed = { groups: Group[]; unaddressed: Receipt[] };

/** Sorts a delivery's events by conversation; within one they keep their order. */
export async function route(events: readonly InboundEvent[], channel: Channel): Promise<Routed> {
  const byAddress = new Map<string, Group>();
  const unaddressed: Receipt[] = [];
  for (const event of events) {
    const { address } = event;
    if (address === null) {
      if (event.type === 'receipt') unaddressed.push(event);
      continue;
    }
    const group = byAddress.get(address) ?? (await groupFor(address, channel));
    byAddress.set(address, group);
    group.events.push(event);
    if (event.type === 'message' && event.name !== null) group.target.name = event.name;
  }
  return { groups: [...byAddress.values()], unaddressed };
}

async function groupFor(address: string, channel: Channel): Promise<Group> {
  const id = await conversationIdOf(channel.id, address);
  return { target: { id, channelId: channel.id, provider: channel.provider, address, name: null }, events: [] };
}

/** The call for a receipt whose conversation the directory knows; its address is not known here, and not needed to find a message. */
export function receiptGroup(conversationId: string, receipt: Receipt, channel: Channel): Group {
  return {
    target: { id: conversationId, channelId: channel.id, provider: channel.provider, address: '', name: null },
    events: [receipt],
  };
}

/** Under which names the directory may know the receipt's message: ours first, because it is known before the send. */
export function keysOf(receipt: Receipt): string[] {
  const keys: string[] = [];
  if (receipt.messageId !== null) keys.push(`key:${receipt.messageId}`);
  if (receipt.providerMessageId !== null) keys.push(`id:${receipt.providerMessageId}`);
  return keys;
}
