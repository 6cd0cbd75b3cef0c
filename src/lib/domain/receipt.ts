import { advance, type Delivery } from './delivery';
import { findById, findByProviderId, revise, type Draft } from './draft';
import type { Message } from './message';
import type { Receipt } from './provider';
import { clampProviderTime } from './window';

/** How far back a receipt for "all until then" looks. */
const MAX_RECEIPTED = 200;

/** Moves the ticks of one message of ours, forward only; parked when it comes before our own send response. */
export function takeReceipt(draft: Draft, receipt: Receipt): void {
  const { upTo } = receipt;
  if (upTo !== undefined) {
    const sent = draft.snapshot.messages.latest(MAX_RECEIPTED).filter(({ at, delivery }) => at <= upTo && isOut(delivery));
    for (const { id } of sent) {
      const message = findById(draft, id);
      if (message) applyReceipt(draft, message, receipt);
    }
    return;
  }
  const message =
    (receipt.messageId === null ? undefined : findById(draft, receipt.messageId)) ??
    (receipt.providerMessageId === null ? undefined : findByProviderId(draft, receipt.providerMessageId));
  if (message) applyReceipt(draft, message, receipt);
  else draft.parked.push({ targetId: receipt.providerMessageId ?? receipt.messageId ?? '', event: receipt });
}

/** Surely with the provider: of what may never have left, "all until then" says nothing. */
const isOut = (delivery: Message['delivery']): boolean =>
  delivery !== null && (delivery.status === 'sent' || delivery.status === 'delivered' || delivery.status === 'read');

/** How an attempt went before the one that counts now. That it arrived all the same is news; that it left or failed is not. */
function isOfEarlierAttempt({ spentIds = [] }: Message, { status }: Delivery, receipt: Receipt): boolean {
  if (receipt.status === 'delivered' || receipt.status === 'read') return false;
  // What waits for its turn cannot have failed.
  if (status === 'queued' && receipt.status === 'failed') return true;
  return receipt.providerMessageId !== null && spentIds.includes(receipt.providerMessageId);
}

/** Moves that message as far as the receipt proves. */
export function applyReceipt(draft: Draft, message: Message, receipt: Receipt): void {
  if (!message.delivery || isOfEarlierAttempt(message, message.delivery, receipt)) return;
  const { failure } = receipt;
  const delivery = advance(message.delivery, {
    status: receipt.status,
    at: clampProviderTime(receipt.at, draft.now),
    ...(receipt.status === 'failed' && {
      reason: failure?.reason ?? 'The provider could not deliver it.',
      code: failure?.code ?? 'unknown',
      retryable: failure?.retryable ?? true,
    }),
  });
  const providerMessageId = message.providerMessageId ?? receipt.providerMessageId;
  if (delivery === message.delivery && providerMessageId === message.providerMessageId) return;
  revise(draft, message, { delivery, providerMessageId });
  // It has reached the provider: whatever the outbox still meant to do for it is done.
  if (delivery !== message.delivery) draft.effects.push({ type: 'delivered', messageId: message.id });
}
