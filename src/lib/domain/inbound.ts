import { amend } from './amendment';
import { isSurer } from './campaign';
import type { Change, Command, Conversation, ConversationTarget, Snapshot } from './conversation';
import { answered, opened } from './enquiry';
import {
  append,
  findById,
  findByProviderId,
  finish,
  letTimePass,
  refuse,
  revise,
  set,
  setTicket,
  show,
  startDraft,
  stepEnquiry,
  unchanged,
  type Draft,
} from './draft';
import { awaitMedia, isReadable } from './media';
import { describe, type Message } from './message';
import { applyParked } from './parked';
import type { Echo, InboundEvent } from './provider';
import { rulesOf, type ChannelSettings } from './provider-rules';
import { applyReceipt, takeReceipt } from './receipt';
import type { Rejection } from './rejection';
import { ok, type Result } from './result';
import { cleanText, previewText } from './text';
import { clampProviderTime, laterOf } from './window';

type InboundCommand = Extract<Command, { type: 'receive' | 'attribute' | 'named' }>;
type MessageEvent = Extract<InboundEvent, { type: 'message' }>;

/** Ids of campaign messages drawn into the thread begin so; what follows is the send's. */
export const CARD = 'campaign-';

/** Longest end-user name kept. */
const MAX_NAME = 200;
/** More ids than one person has. */
const MAX_ALIASES = 8;

/** What the provider reports, and the answers of what was looked up for it. */
export function decideInbound(snapshot: Snapshot, command: InboundCommand, now: number): Result<Change, Rejection> {
  if (command.type === 'attribute') return attribute(snapshot, command, now);
  if (command.type === 'named') return named(snapshot, command.name, now);
  const { target, event } = command;
  if (event.type !== 'receipt' && snapshot.messages.isKnown(event.eventId)) return unchanged(snapshot.conversation);
  if (event.type === 'message') return receiveMessage(snapshot, target, event, now);
  if (!snapshot.conversation) return event.type === 'echo' ? rememberAlone(event.eventId) : parkAlone(event);
  const draft = startDraft(snapshot, snapshot.conversation, now);
  letTimePass(draft);
  if (event.type === 'receipt') takeReceipt(draft, event);
  else if (event.type === 'echo') takeEcho(draft, event);
  else amend(draft, event, target.settings);
  return finish(draft);
}

function receiveMessage(snapshot: Snapshot, target: ConversationTarget, event: MessageEvent, now: number) {
  // A notice about somebody who has never written is nobody's conversation; a link that led here is the beginning of one.
  const isNotice = event.kind === 'system';
  if (isNotice && !snapshot.conversation && event.ref === null) return rememberAlone(event.eventId);
  const at = clampProviderTime(event.at, now);
  const draft = startDraft(snapshot, snapshot.conversation ?? create(target, at), now);
  letTimePass(draft);
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
  rename(draft, event.name ?? target.name);
  if (!snapshot.conversation && (event.name ?? target.name) === null) draft.effects.push({ type: 'name', messageId: message.id });
  knowAs(draft, event, message);
  // A provider's notice (a changed number, say) is not something the end user wrote.
  if (!isNotice) {
    stepEnquiry(draft, opened(snapshot.conversation && draft.state, at, snapshot.policy, now));
    noteReply(draft, message, target.settings);
    setTicket(draft, null, 'new');
  }
  const refers = event.replyTo !== null || event.token !== null || event.ref !== null;
  // A reply that names nothing and goes on with the talk tells no more than what the talk began with.
  if (refers || (!wasActive && !isNotice)) {
    const { replyTo, token, ref } = event;
    draft.effects.push({ type: 'attribute', messageId: message.id, opens: !wasActive, replyTo, token, ref, at });
  }
  if (message.media && isReadable(message.media)) awaitMedia(draft, message, message.media, now);
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
    ticketChangedAt: at,
    lock: null,
    epoch: 0,
    seq: 0,
    version: 0,
    tab: 'active',
    lastInboundAt: at,
    sendWindowUntil: rulesOf(target.provider).sendWindow(at, target.settings ?? {}),
    lastMessage: { seq: 0, text: '', direction: 'inbound', at },
    unread: 0,
    unanswered: true,
    milestones: [],
  };
}

function named(snapshot: Snapshot, name: string, now: number): Result<Change, Rejection> {
  if (!snapshot.conversation) return refuse({ reason: 'not_found' });
  const draft = startDraft(snapshot, snapshot.conversation, now);
  rename(draft, name);
  return finish(draft);
}

/**
 * Notes by which ids the end user is known. They are answered where they were last heard, by the provider's time: a late message from
 * the number before does not bring it back.
 */
function knowAs(draft: Draft, { address, aliases = [], movedTo }: MessageEvent, message: Message): void {
  const { contact, addressAt = -Infinity, aliases: known = [] } = draft.state;
  const latest = movedTo ?? address;
  const current = message.at >= addressAt ? latest : contact.address;
  const others = [...known, contact.address, address, ...aliases, ...(movedTo === undefined ? [] : [movedTo])];
  const all = [...new Set(others)].filter((id) => id !== current).slice(-MAX_ALIASES);
  if (current !== contact.address) show(draft, { contact: { ...contact, address: current } });
  if (movedTo !== undefined || current !== contact.address) set(draft, { addressAt: Math.max(addressAt, message.at) });
  if (all.some((id) => !known.includes(id))) set(draft, { aliases: all });
  // Those that may be written from next, and whose objects do not know yet.
  const news = [...aliases, ...(movedTo === undefined ? [] : [movedTo])].filter((id) => !known.includes(id));
  if (news.length > 0) draft.effects.push({ type: 'alias', messageId: message.id, addresses: [...new Set(news)] });
}

function rename(draft: Draft, name: string | null): void {
  const clean = cleanText(name ?? '', MAX_NAME).trim();
  if (clean === '' || clean === draft.state.contact.name) return;
  show(draft, { contact: { ...draft.state.contact, name: clean } });
}

/** The end user wrote: unread, unanswered, both clocks forward only, and the row shows it unless it is an old one come late. */
function noteReply(draft: Draft, message: Message, settings: ChannelSettings = {}): void {
  const { state } = draft;
  const late = message.at < state.lastInboundAt && state.lastMessage.seq > 0;
  show(draft, {
    lastInboundAt: Math.max(state.lastInboundAt, message.at),
    sendWindowUntil: laterOf(state.sendWindowUntil, rulesOf(state.provider).sendWindow(message.at, settings)),
    unread: state.unread + 1,
    unanswered: true,
    lastMessage: late
      ? state.lastMessage
      : { seq: message.seq, text: previewText(message.text), direction: 'inbound', at: message.at },
  });
}

/** The brand has written by another way: it stands in the thread, and answers. One of ours only tells its provider id. */
function takeEcho(draft: Draft, echo: Echo): void {
  draft.remembered.push(echo.eventId);
  const own = (echo.messageId === null ? undefined : findById(draft, echo.messageId)) ?? findByProviderId(draft, echo.eventId);
  if (own) {
    const receipt = { providerMessageId: echo.eventId, messageId: own.id, status: 'sent', failure: null } as const;
    return applyReceipt(draft, own, { type: 'receipt', address: echo.address, at: echo.at, ...receipt });
  }
  const at = clampProviderTime(echo.at, draft.now);
  const message = append(draft, {
    direction: 'outbound',
    kind: echo.kind,
    text: describe(echo.kind, cleanText(echo.text)),
    at,
    providerMessageId: echo.eventId,
    media: echo.media,
    details: echo.details,
    origin: echo.origin,
    delivery: { status: 'sent', at },
  });
  const { lastMessage, lastInboundAt } = draft.state;
  if (at >= lastMessage.at)
    show(draft, { lastMessage: { seq: message.seq, text: previewText(message.text), direction: 'outbound', at } });
  if (at >= lastInboundAt) {
    show(draft, { unanswered: false });
    stepEnquiry(draft, answered(draft.state, null, Math.min(at, draft.now)));
  }
  if (message.media && isReadable(message.media)) awaitMedia(draft, message, message.media, draft.now);
  applyParked(draft, echo.eventId);
}

/** Nothing to show and nothing to wait for: only its repeats are recognised. */
function rememberAlone(eventId: string): Result<Change, Rejection> {
  return ok({ conversation: null, messages: [], remembered: [eventId], parked: [], unparked: [], effects: [] });
}

/** Nothing is known of this end user yet: keep the event until its message comes. */
function parkAlone(event: Exclude<InboundEvent, MessageEvent | Echo>): Result<Change, Rejection> {
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
  const { campaign: current, attributedSeq = 0 } = snapshot.conversation;
  // A guess for a message that goes on with the talk says less than what the talk began with.
  if (found.campaign.match === 'inferred' && !opens && current) return unchanged(snapshot.conversation);
  const draft = startDraft(snapshot, snapshot.conversation, now);
  const reply = findById(draft, messageId);
  if (!reply) return unchanged(snapshot.conversation);
  const { campaign, send } = found;
  const cardId = `${CARD}${send.id}`;
  const card = findById(draft, cardId);
  // What was found for this reply before stands unless this is surer.
  const isAgain = current !== null && attributedSeq === reply.seq;
  if (isAgain && !isSurer(campaign.match, current.match) && (card !== undefined || current.id !== campaign.id)) {
    return unchanged(snapshot.conversation);
  }
  if (card && reply.quotedId === cardId && sameCampaign(current, campaign)) return unchanged(snapshot.conversation);
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
  // What it quotes of the talk itself stays; what it was taken to answer may have been a guess.
  if (reply.quotedId === null || reply.quotedId.startsWith(CARD)) revise(draft, reply, { quotedId: cardId });
  // A later message may have said something else since, and only a guess gives way to an earlier one's.
  if (attributedSeq <= reply.seq || !current || (current.match === 'inferred' && campaign.match !== 'inferred')) {
    set(draft, { attributedSeq: reply.seq });
    show(draft, { campaign });
  }
  return finish(draft);
}

const sameCampaign = (a: Conversation['campaign'], b: Conversation['campaign']): boolean =>
  a?.id === b?.id && a?.match === b?.match;

/** Same provider id, other content: the first one is kept, and somebody should look. */
export function isConflict(event: InboundEvent, stored: Message | undefined): boolean {
  if (event.type !== 'message' || !stored || stored.editedAt !== null) return false;
  return stored.kind !== event.kind || stored.text !== describe(event.kind, cleanText(event.text));
}
