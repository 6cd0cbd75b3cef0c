import type { Change, Command, Snapshot } from './conversation';
import { advance, canRetry, type Delivery } from './delivery';
import {
  append,
  findById,
  finish,
  letTimePass,
  refuse,
  revise,
  show,
  startDraft,
  stepEnquiry,
  unchanged,
  type Draft,
} from './draft';
import { answered } from './enquiry';
import { refuseHolder, touch } from './hold';
import { applyParked } from './parked';
import { describe, type Message } from './message';
import type { SendResult } from './provider';
import { rulesOf } from './provider-rules';
import type { Rejection } from './rejection';
import type { Result } from './result';
import { may } from './role';
import { cleanText, previewText } from './text';

type SendingCommand = Extract<Command, { type: 'send' | 'retry' | 'sendStarted' | 'sendResult' }>;

/** Tries of one send before it is given up: 2 s doubling to 5 min is some 25 min in all, well inside a send window. */
export const MAX_ATTEMPTS = 12;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 5 * 60_000;
/** How often a message looks whether its stopped channel works again. */
const STOPPED_RETRY_MS = 30_000;

/** How long to wait after try number `attempt` (from 1): exponential with up to half of jitter, never before the provider's word. */
export function retryDelayMs(attempt: number, afterMs: number | null, jitter: number): number {
  const base = Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LONGEST_RETRY_MS);
  return Math.round(Math.max(base * (1 + jitter / 2), afterMs ?? 0));
}

/** An agent's message from the composer to the provider's answer. */
export function decideSending(snapshot: Snapshot, command: SendingCommand, now: number): Result<Change, Rejection> {
  const { conversation } = snapshot;
  if (!conversation) return refuse({ reason: 'not_found' });
  const draft = startDraft(snapshot, conversation, now);
  const message = findById(draft, command.messageId);
  switch (command.type) {
    case 'send':
      if (!may(command.agent.role, 'conversations')) return refuse({ reason: 'forbidden' });
      // The same message again (a double click, a repeated call) has the answer of the first, whatever happened since.
      return message ? unchanged(conversation) : send(draft, command);
    case 'retry':
      if (!may(command.agent.role, 'conversations')) return refuse({ reason: 'forbidden' });
      return message ? retry(draft, command, message) : refuse({ reason: 'not_found' });
    case 'sendStarted':
      if (message?.delivery?.status !== 'queued') return unchanged(conversation);
      revise(draft, message, { delivery: { status: 'sending', at: now } });
      return finish(draft);
    case 'sendResult':
      if (!message?.delivery) return unchanged(conversation);
      return settle(draft, message, message.delivery, command);
  }
}

function send(draft: Draft, command: Extract<SendingCommand, { type: 'send' }>): Result<Change, Rejection> {
  letTimePass(draft);
  const { agent } = command;
  const { now } = draft;
  // An approved template is what may be sent when free text may not.
  const refusal =
    refuseHolder(draft.state, agent, command.epoch) ??
    refuseContent(draft, command) ??
    (command.template ? null : refuseClosedWindow(draft));
  if (refusal) return refuse(refusal);
  const unseen = command.force ? [] : unseenBy(draft, agent.id, command.seenSeq);
  if (unseen.length > 0) return refuse({ reason: 'unseen_messages', unseen });
  touch(draft, agent.id);
  const message = append(draft, {
    id: command.messageId,
    direction: 'outbound',
    ...contentOf(command),
    quotedId: command.quotedId !== undefined && findById(draft, command.quotedId) ? command.quotedId : null,
    author: { id: agent.id, name: agent.name },
    at: now,
    delivery: { status: 'queued', at: now },
  });
  show(draft, {
    lastMessage: { seq: message.seq, text: previewText(message.text), direction: 'outbound', at: now },
    unanswered: false,
    unread: 0,
  });
  stepEnquiry(draft, answered(draft.state, agent.id, now));
  draft.effects.push({ type: 'deliver', messageId: message.id, at: now });
  return finish(draft);
}

/** What this provider has no form for. */
function refuseContent(draft: Draft, { text, media, template }: Extract<SendingCommand, { type: 'send' }>): Rejection | null {
  const rules = rulesOf(draft.state.provider);
  if (template && !rules.hasTemplates) return { reason: 'bad_template', fields: [] };
  if (media && text.trim() !== '' && rules.withoutCaption.includes(media.kind)) return { reason: 'no_caption' };
  return null;
}

function contentOf({ text, media, template }: Extract<SendingCommand, { type: 'send' }>) {
  if (template) return { kind: 'template' as const, text: cleanText(text), template };
  if (!media) return { kind: 'text' as const, text: cleanText(text) };
  const { kind, key, mime, fileName, size } = media;
  const stored = { state: 'stored' as const, key, mime, fileName, size };
  return { kind, text: describe(kind, cleanText(text)), media: stored };
}

function refuseClosedWindow(draft: Draft): Rejection | null {
  const until = draft.state.sendWindowUntil;
  return until !== null && draft.now >= until ? { reason: 'window_closed', sendWindowUntil: until } : null;
}

/** What the end user or a colleague has written since this agent last looked. */
function unseenBy(draft: Draft, agentId: string, seenSeq: number): Message[] {
  return draft.snapshot.messages
    .after(seenSeq)
    .filter((message) => message.kind !== 'activity' && message.kind !== 'campaign')
    .filter((message) => message.direction === 'inbound' || message.author?.id !== agentId);
}

/** The agent asks to send a failed or doubtful message again: it really goes out again, once for each asking. */
function retry(draft: Draft, command: Extract<SendingCommand, { type: 'retry' }>, message: Message): Result<Change, Rejection> {
  letTimePass(draft);
  const refusal =
    refuseHolder(draft.state, command.agent, command.epoch) ?? (message.template ? null : refuseClosedWindow(draft));
  if (refusal) return refuse(refusal);
  if (!message.delivery) return refuse({ reason: 'not_retryable' });
  // Already on its way: the second click of a double click.
  if (message.delivery.status === 'queued' || message.delivery.status === 'sending') return unchanged(draft.before);
  if (!canRetry(message.delivery)) return refuse({ reason: 'not_retryable' });
  touch(draft, command.agent.id);
  revise(draft, message, { delivery: { status: 'queued', at: draft.now }, providerMessageId: null, ...spent(message) });
  draft.effects.push({ type: 'deliver', messageId: message.id, at: draft.now });
  return finish(draft);
}

/** The attempt that has the message's provider id is over. */
function spent({ providerMessageId, spentIds = [] }: Message): Pick<Message, 'spentIds'> {
  return providerMessageId === null ? {} : { spentIds: [...spentIds, providerMessageId] };
}

function settle(
  draft: Draft,
  message: Message,
  delivery: Delivery,
  command: { result: SendResult; attempt: number; jitter: number },
): Result<Change, Rejection> {
  const { result } = command;
  const { now } = draft;
  if (result.status === 'sent') {
    const sent = { status: 'sent', at: now } as const;
    // The failure that was told meanwhile was an earlier attempt's, which nobody knew the id of.
    const isOthers = delivery.status === 'failed' && message.providerMessageId !== null && result.providerMessageId !== null;
    const hasFailedBefore = isOthers && message.providerMessageId !== result.providerMessageId;
    const providerMessageId = hasFailedBefore
      ? result.providerMessageId
      : (message.providerMessageId ?? result.providerMessageId);
    const earlier = hasFailedBefore ? spent(message) : {};
    revise(draft, message, { delivery: hasFailedBefore ? sent : advance(delivery, sent), providerMessageId, ...earlier });
    draft.effects.push({ type: 'delivered', messageId: message.id });
    if (providerMessageId !== null) applyParked(draft, providerMessageId);
    return finish(draft);
  }
  if (result.status === 'stopped') return waitForChannel(draft, message, delivery, result);
  // A receipt was quicker than the answer: it has gone out, whatever the answer says.
  if (delivery.status !== 'sending') return unchanged(draft.before);
  if (result.status === 'retry' && command.attempt < MAX_ATTEMPTS) {
    const at = now + retryDelayMs(command.attempt, result.afterMs, command.jitter);
    revise(draft, message, { delivery: { status: 'queued', at: now, reason: result.reason, code: result.code } });
    draft.effects.push({ type: 'deliver', messageId: message.id, at });
    return finish(draft);
  }
  revise(draft, message, { delivery: { at: now, ...finalOf(result) } });
  draft.effects.push({ type: 'delivered', messageId: message.id });
  if (result.status === 'failed' && result.windowClosed) closeWindow(draft);
  return finish(draft);
}

/** Nothing is lost and nothing is tried: it goes out when an Admin has put the channel right. */
function waitForChannel(
  draft: Draft,
  message: Message,
  delivery: Delivery,
  { reason, code }: Extract<SendResult, { status: 'stopped' }>,
): Result<Change, Rejection> {
  if (delivery.status !== 'sending' && delivery.status !== 'queued') return unchanged(draft.before);
  if (delivery.status !== 'queued' || delivery.reason !== reason) {
    revise(draft, message, { delivery: { status: 'queued', at: draft.now, reason, code, held: true } });
  }
  draft.effects.push({ type: 'deliver', messageId: message.id, at: draft.now + STOPPED_RETRY_MS });
  return finish(draft);
}

function finalOf(result: Exclude<SendResult, { status: 'sent' | 'stopped' }>): Omit<Delivery, 'at'> {
  switch (result.status) {
    case 'failed':
      return { status: 'failed', ...result.failure };
    case 'retry':
      return {
        status: 'failed',
        reason: `Gave up after ${MAX_ATTEMPTS} tries: ${result.reason}`,
        code: result.code,
        retryable: true,
      };
    case 'unknown':
      return { status: 'unknown', reason: result.reason, retryable: true };
  }
}

/** The provider says that its window is over: believe it at once. */
function closeWindow(draft: Draft): void {
  const until = draft.state.sendWindowUntil;
  show(draft, { sendWindowUntil: until === null ? draft.now : Math.min(until, draft.now) });
}
