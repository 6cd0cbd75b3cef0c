import type { Faults, SimulatedProvider } from '../../src/lib/domain/simulator';
import { receiptsFor } from './schedule';
import type { NewPost, SimulatorStore } from './store';
import { wires } from './wires';
import type { ProviderAnswer } from './wires/wire';

/** One well-formed, authentic call of the provider API. */
export type Send = {
  phoneId: string;
  channelId: string;
  provider: SimulatedProvider;
  address: string;
  /** Parley's id of the message; null when the caller has sent none. */
  messageId: string | null;
  text: string;
  replyTo: string | null;
};

/** An answer as it goes over the line; `body` is JSON. */
export type Answer = { status: number; body: string; headers: Record<string, string> };

/** What to answer and when; `answer` null = nothing, until the caller gives up. `id` is the provider's, null when not taken. */
export type Taken = { answer: Answer | null; delayMs: number; id: string | null };

/** What the provider does with a send: counts it, puts it on the phone unless a fault says otherwise, and plans its receipts. */
export function takeSend(store: SimulatorStore, send: Send, faults: Faults, now: number): { taken: Taken; posts: NewPost[] } {
  const wire = wires[send.provider];
  const messageId = send.messageId ?? crypto.randomUUID();
  const delayMs = faults.sendDelayMs;
  store.countCall(send.channelId, messageId, faults.nextSend, now);
  const known = send.provider === 'webhook' ? store.idOfTaken(send.phoneId, messageId) : null;
  // The generic contract has an idempotency key: the same one again has the same answer and no other effect.
  if (known !== null) return { taken: { answer: answerOf(wire.accepted(known, send.address)), delayMs, id: known }, posts: [] };
  const { nextSend } = faults;
  if (nextSend === 'lost') return { taken: { answer: null, delayMs, id: null }, posts: [] };
  if (nextSend !== 'accept' && nextSend !== 'undeliverable' && nextSend !== 'silent') {
    return { taken: { answer: answerOf(wire.refused(nextSend)), delayMs, id: null }, posts: [] };
  }
  const id = wire.newId();
  const isOpen = openPhone(store, send, now);
  const { phoneId, address, text, replyTo } = send;
  store.addMessage(phoneId, { id, messageId, from: 'brand', kind: 'text', text, at: now, replyTo, state: 'accepted' });
  const posts = receiptsFor(faults, isOpen, now).map(({ status, dueAt }): NewPost => {
    const body = JSON.stringify(wire.receipt({ id, messageId, address, at: dueAt ?? now, status }));
    return { phoneId, providerMessageId: id, eventId: crypto.randomUUID(), what: status, body, copies: faults.copies, dueAt };
  });
  return { taken: { answer: nextSend === 'silent' ? null : answerOf(wire.accepted(id, address)), delayMs, id }, posts };
}

export const answerOf = ({ status, body, headers = {} }: ProviderAnswer): Answer => ({
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});

/** Whether its user looks at the phone. One that nobody has made here yet is a stranger's: put in place, not looked at. */
function openPhone(store: SimulatorStore, send: Send, now: number): boolean {
  const { phoneId, channelId, provider, address } = send;
  store.addPhone({ id: phoneId, channelId, provider, address, name: null, isOpen: false, lastText: '', lastAt: now });
  return store.phone(phoneId)?.isOpen ?? false;
}
