import { describe } from '../../src/lib/domain/message';
import type { Faults, PhoneMedia, PhoneMessage, SimulatedProvider } from '../../src/lib/domain/simulator';
import type { NewPost } from './rows';
import { receiptsFor } from './schedule';
import type { SimulatorStore } from './store';
import { refusalOf, wires } from './wires';
import type { ProviderAnswer, Wire, WireRefusal } from './wires/wire';

/** One well-formed, authentic call of the provider API. */
export type Send = {
  phoneId: string;
  channelId: string;
  provider: SimulatedProvider;
  address: string;
  /** Parley's id of the message; null when the caller has sent none. */
  messageId: string | null;
  kind: Extract<PhoneMessage['kind'], 'text' | 'template' | 'image' | 'video' | 'audio' | 'voice' | 'document' | 'sticker'>;
  /** Of a file its caption. */
  text: string;
  media: PhoneMedia | null;
  buttons: string[];
  /** What pressing each of the buttons brings back; empty where that is their captions. */
  tokens?: string[];
  replyTo: string | null;
  /** Refused when the message that it answers is not there. */
  needsReplyTo: boolean;
  /** Taken only so long after the end user's last message; null = always. */
  windowMs: number | null;
};

/** An answer as it goes over the line; `body` is JSON. */
export type Answer = { status: number; body: string; headers: Record<string, string> };

/** What to answer and when; `answer` null = nothing, until the caller gives up. `id` is the provider's, null when not taken. */
export type Taken = { answer: Answer | null; delayMs: number; id: string | null };

/** `metFault`: the fault in force has had its effect. */
type Outcome = { taken: Taken; posts: NewPost[]; metFault: boolean };

/** What the provider does with a send: counts it, puts it on the phone unless a fault says otherwise, and plans its receipts. */
export function takeSend(store: SimulatorStore, send: Send, faults: Faults, apiBase: string, now: number): Outcome {
  const wire = wires[send.provider];
  const messageId = send.messageId ?? crypto.randomUUID();
  const delayMs = faults.sendDelayMs;
  const ordered = refusalOf(send.provider, faults.nextSend);
  const metFault = ordered !== undefined || (faults.nextSend !== 'accept' && !faults.nextSend.includes(':'));
  const known = send.provider === 'webhook' ? store.idOfTaken(send.phoneId, messageId) : null;
  const own = ordered ?? ownRefusal(store, send, wire, now);
  store.countCall(send.channelId, messageId, own?.key ?? (metFault ? faults.nextSend : 'accept'), now);
  const none = { posts: [], metFault };
  // The generic contract has an idempotency key: the same one again has the same answer and no other effect.
  if (known !== null)
    return { ...none, taken: { answer: answerOf(wire.accepted(takenOf(send, known, null, now))), delayMs, id: known } };
  if (faults.nextSend === 'lost') return { ...none, taken: { answer: null, delayMs, id: null } };
  if (own && 'answer' in own) {
    return { ...none, taken: { answer: answerOf(own.answer(faults.retryAfterS)), delayMs, id: null } };
  }
  const id = wire.newId(send.address, store.nextNumber('message', FIRST_MESSAGE));
  if (store.phone(send.phoneId) === null && store.countPhones() >= MAX_PHONES) {
    return { ...none, taken: { answer: answerOf(wire.accepted(takenOf(send, id, null, now))), delayMs, id } };
  }
  const { isOpen, name } = openPhone(store, send, now);
  const { phoneId, address, kind, media, buttons, replyTo, tokens = [] } = send;
  const token = tokens.length > 0 ? JSON.stringify(tokens) : null;
  const text = kind === 'template' ? send.text : describe(kind, send.text);
  store.addMessage(phoneId, {
    id,
    messageId,
    from: 'brand',
    kind,
    text,
    at: now,
    media,
    buttons,
    replyTo,
    token,
    state: 'accepted',
  });
  const fails = own !== undefined || faults.nextSend === 'undeliverable';
  const failure = own && 'failure' in own ? own.failure : wire.undeliverable;
  const posts = receiptsFor(faults, isOpen, fails, now).flatMap(({ status, dueAt }): NewPost[] => {
    const said = { messageId, text: send.text, media, failure, apiBase, takenAt: now };
    const receipt = wire.receipt({ id, address, at: dueAt ?? now, status, ...said });
    if (receipt === null) return [];
    const eventId = crypto.randomUUID();
    const body = JSON.stringify(receipt);
    return [{ phoneId, providerMessageId: id, eventId, what: status, body, copies: faults.copies, dueAt }];
  });
  const answer = faults.nextSend === 'silent' ? null : answerOf(wire.accepted(takenOf(send, id, name, now)));
  return { taken: { answer, delayMs, id }, posts, metFault };
}

/** Strangers of whom a campaign makes a phone; who comes after those is sent to and not shown. */
const MAX_PHONES = 1_000;

/** Numbers of messages begin beyond those that a demo begins with. */
export const FIRST_MESSAGE = 10_000;

/** Why this provider refuses the send by its own rules; undefined when it does not. */
function ownRefusal(store: SimulatorStore, send: Send, { closed }: Wire, now: number): WireRefusal | undefined {
  const { provider, phoneId, replyTo, windowMs } = send;
  if (store.phone(phoneId)?.isBlocked) return refusalOf(provider, closed.blocked);
  const wroteAt = store.lastWroteAt(phoneId);
  if (windowMs !== null && wroteAt !== null && now - wroteAt >= windowMs) return refusalOf(provider, closed.window);
  const isMissing = send.needsReplyTo && replyTo !== null && store.message(replyTo) === null;
  return isMissing ? refusalOf(provider, closed.missingReply) : undefined;
}

const takenOf = ({ address, text, media, kind }: Send, id: string, name: string | null, at: number) => ({
  id,
  address,
  name,
  at,
  text,
  media,
  kind,
});

export const answerOf = ({ status, body, headers = {} }: ProviderAnswer): Answer => ({
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});

/** Whose phone it is, and whether they look at it. One that nobody has made here yet is a stranger's: put in place, not looked at. */
function openPhone(store: SimulatorStore, send: Send, now: number): { isOpen: boolean; name: string | null } {
  const { phoneId, channelId, provider, address } = send;
  store.addPhone({ id: phoneId, channelId, provider, address, name: null, isOpen: false, lastText: '', lastAt: now });
  const phone = store.phone(phoneId);
  return { isOpen: phone?.isOpen ?? false, name: phone?.name ?? null };
}
