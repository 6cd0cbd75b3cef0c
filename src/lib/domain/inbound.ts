import type { Change, Command, Conversation, ConversationTarget, Snapshot } from './conversation';
import { advance } from './delivery';
import {
  append,
  expireLock,
  findById,
  findByProviderId,
  finish,
  refuse,
  revise,
  set,
  setTicket,
  show,
  startDraft,
  unchanged,
  type Draft,
} from './draft';
import { describe, type Message } from './message';
import type { InboundEvent, Receipt } from './provider';
import type { Rejection } from './rejection';
import { ok, type Result } from './result';
import { cleanText, previewText } from './text';
import { clampProviderTime, sendWindowUntil } from './window';

type InboundCommand = Extract<Command, { type: 'receive' | 'attribute' }>;
type MessageEvent = Extract<InboundEvent, { type: 'message' }>;
type Amendment = Extract<InboundEvent, { type: 'reaction' | 'edit' | 'revoke' }>;

/** Longest end-user name kept. */
const MAX_NAME = 200;

/** What the provider reports, and the campaign look-up's answer. */
export function decideInbound(snapshot: Snapshot, command: InboundCommand, now: number): Result<Change, Rejection> {
  if (command.type === 'attribute') return attribute(snapshot, command, now);
  const { target, event } = command;
  if (event.type !== 'receipt' && snapshot.messages.isKnown(event.eventId)) return unchanged(snapshot.conversation);
  if (event.type === 'message') return receiveMessage(snapshot, target, event, now);
  if (!snapshot.conversation) return parkAlone(event);
  const draft = startDraft(snapshot, snapshot.conversation, now);
  expireLock(draft);
  if (event.type === 'receipt') takeReceipt(draft, event);
  else amend(draft, event);
  return finish(draft);
}

function receiveMessage(snapshot: Snapshot, target: ConversationTarget, event: MessageEvent, now: number) {
  const at = clampProviderTime(event.at, now);
  const draft = startDraft(snapshot, snapshot.conversation ?? create(target, at), now);
  expireLock(draft);
  const wasActive = snapshot.conversation !== null && draft.before.tab === 'active';
  const quoted = event.replyTo === null ? undefined : findByProviderId(draft, event.replyTo);
  const message = append(draft, {
    direction: 'inbound',
    kind: event.kind,
    text: describe(event.kind, cleanText(event.text)),
    at,
    providerMessageId: event.eventId,
    quotedId: quoted?.id ?? null,
    media: event.media,
    details: event.details,
  });
  draft.remembered.push(event.eventId);
  rename(draft, event.name ?? target.name);
  // A provider's notice (a changed number, say) is not something the end user wrote.
  if (event.kind !== 'system') {
    noteReply(draft, message);
    setTicket(draft, null, 'new');
    const refers = event.replyTo !== null || event.token !== null || event.ref !== null;
    // A reply that names nothing and goes on with the talk tells no more than what the talk began with.
    if (refers || !wasActive) {
      const { replyTo, token, ref } = event;
      draft.effects.push({ type: 'attribute', messageId: message.id, opens: !wasActive, replyTo, token, ref, at });
    }
  }
  applyParked(draft, event.eventId);
  return finish(draft);
}

function create(target: ConversationTarget, at: number): Conversation {
  return {
    id: target.id,
    channelId: target.channelId,
    provider: target.provider,
    contact: { id: target.id, name: cleanText(target.name ?? '', MAX_NAME).trim() || target.address, address: target.address },
    campaign: null,
    ticketStatus: 'new',
    lock: null,
    epoch: 0,
    seq: 0,
    version: 0,
    tab: 'active',
    lastInboundAt: at,
    sendWindowUntil: sendWindowUntil(target.provider, at),
    lastMessage: { seq: 0, text: '', direction: 'inbound', at },
    unread: 0,
    unanswered: true,
  };
}

function rename(draft: Draft, name: string | null): void {
  const clean = cleanText(name ?? '', MAX_NAME).trim();
  if (clean === '' || clean === draft.state.contact.name) return;
  show(draft, { contact: { ...draft.state.contact, name: clean } });
}

/** The end user wrote: unread, unanswered, both clocks forward only, and the row shows it unless it is an old one come late. */
function noteReply(draft: Draft, message: Message): void {
  const { state } = draft;
  const late = message.at < state.lastInboundAt && state.lastMessage.seq > 0;
  show(draft, {
    lastInboundAt: Math.max(state.lastInboundAt, message.at),
    sendWindowUntil: later(state.sendWindowUntil, sendWindowUntil(state.provider, message.at)),
    unread: state.unread + 1,
    unanswered: true,
    lastMessage: late
      ? state.lastMessage
      : { seq: message.seq, text: previewText(message.text), direction: 'inbound', at: message.at },
  });
}

const later = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : Math.max(a, b));

/** A reaction, edit or withdrawal: changes its message, not the ticket. Parked while its message is not here. */
function amend(draft: Draft, event: Amendment): void {
  draft.remembered.push(event.eventId);
  const message = findByProviderId(draft, event.targetId);
  if (!message) {
    draft.parked.push({ targetId: event.targetId, event });
    return;
  }
  applyAmendment(draft, message, event);
}

function applyAmendment(draft: Draft, message: Message, event: Amendment): void {
  const at = clampProviderTime(event.at, draft.now);
  switch (event.type) {
    case 'reaction':
      // WhatsApp's service window was seen to open again with a reaction; the product's own Active clock does not move.
      set(draft, { sendWindowUntil: later(draft.state.sendWindowUntil, sendWindowUntil(draft.state.provider, at)) });
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
      return;
  }
}

function refreshPreview(draft: Draft, seq: number, text: string): void {
  const { lastMessage } = draft.state;
  if (lastMessage.seq === seq) show(draft, { lastMessage: { ...lastMessage, text: previewText(text) } });
}

/** Moves the ticks of one message of ours, forward only; parked when it comes before our own send response. */
function takeReceipt(draft: Draft, receipt: Receipt): void {
  const message =
    (receipt.messageId === null ? undefined : findById(draft, receipt.messageId)) ??
    (receipt.providerMessageId === null ? undefined : findByProviderId(draft, receipt.providerMessageId));
  if (message) applyReceipt(draft, message, receipt);
  else draft.parked.push({ targetId: receipt.providerMessageId ?? receipt.messageId ?? '', event: receipt });
}

function applyReceipt(draft: Draft, message: Message, receipt: Receipt): void {
  if (!message.delivery) return;
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

/** Applies what came before its message: to a new inbound one, or to a sent one whose provider id is known now. */
export function applyParked(draft: Draft, targetId: string): void {
  const events = draft.snapshot.messages.parkedFor(targetId);
  if (events.length === 0) return;
  draft.unparked.push(targetId);
  for (const event of events) {
    const message = draftedByProviderId(draft, targetId);
    if (!message) continue;
    if (event.type === 'receipt') applyReceipt(draft, message, event);
    else if (event.type !== 'message') applyAmendment(draft, message, event);
  }
}

function draftedByProviderId(draft: Draft, providerMessageId: string): Message | undefined {
  for (const message of draft.messages.values()) if (message.providerMessageId === providerMessageId) return message;
  return findByProviderId(draft, providerMessageId);
}

/** Nothing is known of this end user yet: keep the event until its message comes. */
function parkAlone(event: Exclude<InboundEvent, MessageEvent>): Result<Change, Rejection> {
  const receipt = event.type === 'receipt';
  const targetId = receipt ? (event.providerMessageId ?? event.messageId ?? '') : event.targetId;
  return ok({
    conversation: null,
    messages: [],
    remembered: receipt ? [] : [event.eventId],
    parked: [{ targetId, event }],
    unparked: [],
    effects: [],
  });
}

/** The campaign look-up has answered: mark the reply, draw what the end user saw into the thread once. */
function attribute(
  snapshot: Snapshot,
  { messageId, opens, attribution: found }: Extract<InboundCommand, { type: 'attribute' }>,
  now: number,
): Result<Change, Rejection> {
  if (!snapshot.conversation) return refuse({ reason: 'not_found' });
  if (!found) return unchanged(snapshot.conversation);
  // A guess for a message that goes on with the talk says less than what the talk began with.
  if (found.campaign.match === 'inferred' && !opens && snapshot.conversation.campaign) return unchanged(snapshot.conversation);
  const draft = startDraft(snapshot, snapshot.conversation, now);
  const reply = findById(draft, messageId);
  if (!reply) return unchanged(snapshot.conversation);
  const { campaign, send } = found;
  const cardId = `campaign-${send.id}`;
  const card = findById(draft, cardId);
  if (card && reply.quotedId === cardId && sameCampaign(draft.state.campaign, campaign)) return unchanged(snapshot.conversation);
  if (!card) {
    append(draft, {
      id: cardId,
      direction: 'outbound',
      kind: 'campaign',
      text: cleanText(send.text),
      at: send.at,
      providerMessageId: send.providerMessageId,
      campaign: { campaignId: campaign.id, name: campaign.name, labels: campaign.labels, buttons: send.buttons },
    });
  }
  if (reply.quotedId === null) revise(draft, reply, { quotedId: cardId });
  show(draft, { campaign });
  return finish(draft);
}

const sameCampaign = (a: Conversation['campaign'], b: Conversation['campaign']): boolean =>
  a?.id === b?.id && a?.match === b?.match;

/** Same provider id, other content: the first one is kept, and somebody should look. */
export function isConflict(event: InboundEvent, stored: Message | undefined): boolean {
  if (event.type !== 'message' || !stored || stored.editedAt !== null) return false;
  return stored.kind !== event.kind || stored.text !== describe(event.kind, cleanText(event.text));
}
