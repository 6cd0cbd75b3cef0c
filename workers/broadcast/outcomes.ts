import { ofErased, partsOfSendId, receipted, settle } from '../../src/lib/domain/broadcast';
import type { Receipt, SendResult } from '../../src/lib/domain/provider';
import type { Store } from './store';

/** What became of one call. `calledAt` is missing in what a lane of the version before tells. */
export type Settlement = { seq: number; attempt: number; calledAt?: number; result: SendResult };

/** Notes what became of a call, in the caller's transaction. Twice = once. */
export function takeSettlement(store: Store, { seq, attempt, calledAt, result }: Settlement, now: number): void {
  const current = store.recipient(seq);
  // A call that was no try is not counted as one, so the number alone may be the next one's.
  if (!current || (calledAt !== undefined && calledAt !== current.calledAt)) return;
  const providerMessageId = result.status === 'sent' ? result.providerMessageId : null;
  const found = settle(current, { attempt, result }, now, Math.random());
  // Who was erased meanwhile is not called again, and what the provider says of them is not kept.
  const settled = found && current.address === '' ? ofErased(found) : found;
  if (settled) store.move(seq, current.outcome, settled, providerMessageId, now);
  else if (providerMessageId !== null) store.name(seq, providerMessageId);
}

/** Notes what the provider reports of a message, in the caller's transaction: forward only, twice = once. */
export function takeReceipt(
  store: Store,
  campaignId: string,
  { messageId, providerMessageId, status, failure }: Receipt,
  now: number,
): void {
  const parts = messageId === null ? null : partsOfSendId(messageId);
  const current = parts?.campaignId === campaignId ? store.recipient(parts.seq) : null;
  // Nobody has called for it, or nothing is known of them any more: whatever this is about, it is not that.
  if (!current || current.attempts === 0 || current.address === '') return;
  const outcome = receipted(current.outcome, status);
  if (outcome === current.outcome) {
    if (providerMessageId !== null) store.name(current.seq, providerMessageId);
    return;
  }
  const reason = outcome === 'failed' ? (failure?.reason ?? 'The provider could not deliver it.') : null;
  const settled = { outcome, dueAt: 0, reason, code: failure?.code ?? null, isTry: true };
  store.move(current.seq, current.outcome, settled, providerMessageId, now);
}
