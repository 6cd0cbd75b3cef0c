import type { ConversationTarget } from '../../src/lib/domain/conversation';
import { partsOfSendId } from '../../src/lib/domain/broadcast';
import { identityOf } from '../../src/lib/domain/address';
import { conversationIdOf } from '../../src/lib/domain/ids';
import type { Channel, InboundEvent, Receipt } from '../../src/lib/domain/provider';

/** What one conversation gets out of one delivery: one call. Events in the order of the delivery. */
export type Group = { target: ConversationTarget; events: InboundEvent[] };
/** A receipt that names no end user: the directory knows whose it is. */
export type Routed = {
  groups: Group[];
  unaddressed: Receipt[];
  /** What is about messages of campaigns, by campaign: their receivers need not have a conversation. */
  campaigns: Map<string, Receipt[]>;
};

/** Sorts a delivery's events by conversation; within one they keep their order. */
export async function route(events: readonly InboundEvent[], channel: Channel): Promise<Routed> {
  const byIdentity = new Map<string, Group>();
  const unaddressed: Receipt[] = [];
  const campaigns = new Map<string, Receipt[]>();
  for (const event of events) {
    const own = ofCampaign(event);
    if (own) {
      campaigns.set(own.campaignId, [...(campaigns.get(own.campaignId) ?? []), own.receipt]);
      continue;
    }
    const { address } = event;
    if (address === null) {
      if (event.type === 'receipt') unaddressed.push(event);
      continue;
    }
    const identity = identityOf(channel.provider, address);
    const group = byIdentity.get(identity) ?? (await groupFor(address, identity, channel));
    byIdentity.set(identity, group);
    group.events.push(event);
    if (event.type === 'message' && event.name !== null) group.target.name = event.name;
  }
  return { groups: [...byIdentity.values()], unaddressed, campaigns };
}

/** A report that names a campaign's message by our id of it. Its echo says that it went out, and is nobody's answer. */
function ofCampaign(event: InboundEvent): { campaignId: string; receipt: Receipt } | null {
  if ((event.type !== 'receipt' && event.type !== 'echo') || event.messageId === null) return null;
  const parts = partsOfSendId(event.messageId);
  if (!parts) return null;
  const { address, at, messageId } = event;
  const receipt: Receipt =
    event.type === 'receipt'
      ? event
      : { type: 'receipt', address, at, messageId, providerMessageId: event.eventId, status: 'sent', failure: null };
  return { campaignId: parts.campaignId, receipt };
}

async function groupFor(address: string, identity: string, channel: Channel): Promise<Group> {
  return { target: targetOf(await conversationIdOf(channel.id, identity), address, channel), events: [] };
}

/** The call for a receipt whose conversation the directory knows; its address is not known here, and not needed to find a message. */
export function receiptGroup(conversationId: string, receipt: Receipt, channel: Channel): Group {
  return { target: targetOf(conversationId, '', channel), events: [receipt] };
}

function targetOf(id: string, address: string, { id: channelId, provider, settings }: Channel): ConversationTarget {
  return { id, channelId, provider, address, name: null, settings };
}

/** Under which names the directory may know the receipt's message: ours first, because it is known before the send. */
export function keysOf(receipt: Receipt): string[] {
  const keys: string[] = [];
  if (receipt.messageId !== null) keys.push(`key:${receipt.messageId}`);
  if (receipt.providerMessageId !== null) keys.push(`id:${receipt.providerMessageId}`);
  return keys;
}
