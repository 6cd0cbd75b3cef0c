import { findByProviderId, noteAct, revise, set, show, type Draft } from './draft';
import { describe, type Message } from './message';
import type { InboundEvent } from './provider';
import { rulesOf, type ChannelSettings } from './provider-rules';
import { cleanText, previewText } from './text';
import { clampProviderTime, laterOf } from './window';

type Amendment = Extract<InboundEvent, { type: 'reaction' | 'edit' | 'revoke' }>;

/** A reaction, edit or withdrawal: changes its message, not the ticket. Parked while its message is not here. */
export function amend(draft: Draft, event: Amendment, settings: ChannelSettings = {}): void {
  draft.remembered.push(event.eventId);
  const message = findByProviderId(draft, event.targetId);
  if (!message) {
    draft.parked.push({ targetId: event.targetId, event });
    return;
  }
  applyAmendment(draft, message, event, settings);
}

export function applyAmendment(draft: Draft, message: Message, event: Amendment, settings: ChannelSettings = {}): void {
  const at = clampProviderTime(event.at, draft.now);
  switch (event.type) {
    case 'reaction':
      // WhatsApp's service window was seen to open again with a reaction; the product's own Active clock does not move.
      set(draft, {
        lastReactionAt: Math.max(draft.state.lastReactionAt ?? at, at),
        sendWindowUntil: laterOf(draft.state.sendWindowUntil, rulesOf(draft.state.provider).sendWindow(at, settings)),
      });
      if (message.reactionAt !== null && at < message.reactionAt) return;
      revise(draft, message, { reaction: event.emoji, reactionAt: at });
      return;
    case 'edit': {
      if (message.direction !== 'inbound' || (message.editedAt !== null && at < message.editedAt)) return;
      const text = describe('text', cleanText(event.text));
      revise(draft, message, { text, editedAt: at });
      if (message.revokedAt === null) refreshPreview(draft, message.seq, text);
      return;
    }
    case 'revoke':
      if (message.direction !== 'inbound' || message.revokedAt !== null) return;
      revise(draft, message, { revokedAt: at });
      refreshPreview(draft, message.seq, 'Message withdrawn');
      noteAct(draft, null, { action: 'message.withdrawn', details: { seq: message.seq } });
      return;
  }
}

function refreshPreview(draft: Draft, seq: number, text: string): void {
  const { lastMessage } = draft.state;
  if (lastMessage.seq === seq) show(draft, { lastMessage: { ...lastMessage, text: previewText(text) } });
}
