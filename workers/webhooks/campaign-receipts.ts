import { partsOfSendId } from '../../src/lib/domain/broadcast';
import type { InboundEvent, Receipt } from '../../src/lib/domain/provider';
import { sendIdsOf, sendsTo } from '../../src/lib/server/db/campaign-sends';
import { broadcastOf, type Env } from '../env';

/** A receipt may come before our record of the send: it is looked for once more after this. */
const AGAIN_MS = 3_000;
/** How far back "everything until then" looks. */
const READ_WITHIN_MS = 7 * 24 * 3_600_000;

/**
 * Tells campaigns of receipts that name their messages by the provider's id alone, or by a time: Messenger's, and those of apps that do
 * not give our id back. Their conversations, if there are any, have been told before. Runs after the provider has its answer, because
 * the database is asked: what a crash loses here is a tick in a campaign's figures. Never rejects. `own`: receipts about messages that are
 * a conversation's own: by their id nothing else can be meant, and up to a time something else is hardly on its way.
 */
export async function reportNamed(
  env: Env,
  channelId: string,
  events: readonly InboundEvent[],
  own: ReadonlySet<InboundEvent>,
): Promise<void> {
  const receipts = events
    .filter((event) => event.type === 'receipt')
    .filter((receipt) => receipt.messageId === null && (receipt.providerMessageId === null || !own.has(receipt)));
  if (receipts.length === 0) return;
  try {
    const left = (await report(env, channelId, receipts)).filter((receipt) => !own.has(receipt));
    if (left.length === 0) return;
    await scheduler.wait(AGAIN_MS);
    await report(env, channelId, left);
  } catch (error) {
    console.warn({ event: 'campaign_receipts_lost', channelId, count: receipts.length, error: String(error) });
  }
}

/** Those that nothing was found for come back. */
async function report(env: Env, channelId: string, receipts: readonly Receipt[]): Promise<Receipt[]> {
  const ids = receipts.flatMap(({ providerMessageId }) => providerMessageId ?? []);
  const known = ids.length === 0 ? new Map<string, string>() : await sendIdsOf(env.DB, channelId, ids);
  const byCampaign = new Map<string, Receipt[]>();
  const left: Receipt[] = [];
  for (const receipt of receipts) {
    const sendIds = await sendIdsFor(env, channelId, receipt, known);
    if (sendIds.length === 0) left.push(receipt);
    for (const messageId of sendIds) {
      const campaignId = partsOfSendId(messageId)?.campaignId;
      if (campaignId !== undefined)
        byCampaign.set(campaignId, [...(byCampaign.get(campaignId) ?? []), { ...receipt, messageId }]);
    }
  }
  for (const [campaignId, own] of byCampaign) await broadcastOf(env, campaignId).report(channelId, own);
  return left;
}

async function sendIdsFor(env: Env, channelId: string, receipt: Receipt, known: ReadonlyMap<string, string>): Promise<string[]> {
  const { providerMessageId, upTo, address } = receipt;
  if (providerMessageId !== null) return [known.get(providerMessageId) ?? []].flat();
  if (upTo === undefined || address === null) return [];
  return sendsTo(env.DB, { channelId, address, from: upTo - READ_WITHIN_MS, until: upTo });
}
