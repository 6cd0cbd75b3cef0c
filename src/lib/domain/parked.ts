import { applyAmendment } from './amendment';
import { findByProviderId, type Draft } from './draft';
import type { Message } from './message';
import { applyReceipt } from './receipt';

/** Applies what came before its message: to a new inbound one, or to a sent one whose provider id is known now. */
export function applyParked(draft: Draft, targetId: string): void {
  const events = draft.snapshot.messages.parkedFor(targetId);
  if (events.length === 0) return;
  draft.unparked.push(targetId);
  for (const event of events) {
    const message = draftedByProviderId(draft, targetId);
    if (!message) continue;
    if (event.type === 'receipt') applyReceipt(draft, message, event);
    else if (event.type !== 'message' && event.type !== 'echo') applyAmendment(draft, message, event);
  }
}

function draftedByProviderId(draft: Draft, providerMessageId: string): Message | undefined {
  for (const message of draft.messages.values()) if (message.providerMessageId === providerMessageId) return message;
  return findByProviderId(draft, providerMessageId);
}
