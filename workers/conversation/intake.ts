import type { Change } from '../../src/lib/domain/conversation';
import { outlives } from '../../src/lib/domain/erasure';
import type { InboundEvent, Receipt } from '../../src/lib/domain/provider';
import type { Rejection } from '../../src/lib/domain/rejection';
import type { Result } from '../../src/lib/domain/result';
import type { Store } from './store';

/** Of what arrives that which may be taken: all of it, unless somebody was erased here. */
export function outliving(store: Store, events: InboundEvent[]): InboundEvent[] {
  const erasedAt = store.fact('erased_at');
  if (erasedAt === null) return events;
  const erasure = { erasedAt: Number(erasedAt), isBack: store.conversation() !== null };
  return events.filter((event) => {
    const isTaken = outlives(event, erasure, Date.now());
    // The first message of a delivery makes them be here again for what follows it.
    if (isTaken && event.type === 'message') erasure.isBack = true;
    return isTaken;
  });
}

/**
 * Whether a receipt, of which `result` has come, is about a message of the talk: a campaign's message that is drawn into it is the
 * campaign's. Where only a time is told, what it has moved was meant.
 */
export function isOwn(store: Store, { providerMessageId }: Receipt, result: Result<Change, Rejection>): boolean {
  if (providerMessageId === null) return result.ok && result.value.messages.length > 0;
  const message = store.byProviderId(providerMessageId);
  return message !== undefined && message.kind !== 'campaign';
}
