import { z } from 'zod';
import type { InboundEvent, ParsedWebhook } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { Id, soft, tokenOf } from '../../../server/providers/facts';
import { contentOf, Said } from './content';

const MAX_NAME = 200;
const MAX_REASON = 500;
const MAX_ORIGIN = 100;
const MAX_EMOJI = 64;

const Envelope = z.object({ type: z.string(), timestamp: soft(z.union([z.string(), z.number()])), data: z.unknown() });

const User = z.object({ id: Id, name: soft(z.string()) });
const Received = z.object({
  id: Id,
  user: User,
  message: Said,
  replyTo: soft(Id),
  campaignToken: soft(z.string().min(1).max(256)),
});
const Sent = z.object({ id: Id, user: User, message: Said, idempotencyKey: soft(Id), origin: soft(z.string()) });
const Amendment = z.object({ id: Id, user: User, targetId: Id });
const Reaction = Amendment.extend({ emoji: z.string().nullish() });
const Edited = Amendment.extend({ text: z.string() });
const Status = z
  .object({
    id: soft(Id),
    idempotencyKey: soft(Id),
    status: z.enum(['sent', 'delivered', 'read', 'failed']),
    reason: soft(z.string()),
    code: soft(Id),
  })
  .refine((status) => status.id !== undefined || status.idempotencyKey !== undefined);

type Reader = (data: unknown, at: number | null) => InboundEvent | null;

/** What each type of call says; null when its data does not. */
const readers = new Map<string, Reader>([
  ['message.received', received],
  ['message.sent', echo],
  ['message.reaction', reaction],
  ['message.edited', edited],
  ['message.revoked', revoked],
  ['message.status', receipt],
]);

/** One signed call carries one event. */
export function parse(body: unknown): ParsedWebhook {
  const envelope = Envelope.safeParse(body);
  if (!envelope.success) return reject('not an event', body);
  const { type, timestamp, data } = envelope.data;
  const event = readers.get(type)?.(data, timeOf(timestamp));
  return event ? { events: [event], rejected: [] } : reject(`unreadable ${cleanText(type, 64)}`, body);
}

const reject = (reason: string, part: unknown): ParsedWebhook => ({ events: [], rejected: [{ reason, part }] });

function received(data: unknown, at: number | null): InboundEvent | null {
  const parsed = Received.safeParse(data);
  if (!parsed.success) return null;
  const { id, user, message, replyTo, campaignToken } = parsed.data;
  return {
    type: 'message',
    eventId: id,
    address: user.id,
    name: cleanText(user.name ?? '', MAX_NAME).trim() || null,
    at,
    ...contentOf(message),
    replyTo: replyTo ?? null,
    token: campaignToken ?? tokenOf(message.payload),
    ref: null,
  };
}

function echo(data: unknown, at: number | null): InboundEvent | null {
  const parsed = Sent.safeParse(data);
  if (!parsed.success) return null;
  const { id, user, message, idempotencyKey, origin } = parsed.data;
  return {
    type: 'echo',
    eventId: id,
    address: user.id,
    at,
    ...contentOf(message),
    messageId: idempotencyKey ?? null,
    origin: cleanText(origin ?? '', MAX_ORIGIN).trim() || 'another app',
  };
}

function reaction(data: unknown, at: number | null): InboundEvent | null {
  const parsed = Reaction.safeParse(data);
  if (!parsed.success) return null;
  const { id, user, targetId, emoji } = parsed.data;
  return {
    type: 'reaction',
    eventId: id,
    address: user.id,
    at,
    targetId,
    emoji: cleanText(emoji ?? '', MAX_EMOJI) || null,
  };
}

function edited(data: unknown, at: number | null): InboundEvent | null {
  const parsed = Edited.safeParse(data);
  if (!parsed.success) return null;
  const { id, user, targetId, text } = parsed.data;
  return { type: 'edit', eventId: id, address: user.id, at, targetId, text: cleanText(text) };
}

function revoked(data: unknown, at: number | null): InboundEvent | null {
  const parsed = Amendment.safeParse(data);
  if (!parsed.success) return null;
  const { id, user, targetId } = parsed.data;
  return { type: 'revoke', eventId: id, address: user.id, at, targetId };
}

function receipt(data: unknown, at: number | null): InboundEvent | null {
  const parsed = Status.safeParse(data);
  if (!parsed.success) return null;
  const { id, idempotencyKey, status, reason, code } = parsed.data;
  return {
    type: 'receipt',
    address: null,
    at,
    providerMessageId: id ?? null,
    messageId: idempotencyKey ?? null,
    status,
    failure:
      status === 'failed'
        ? {
            code: code ?? 'failed',
            reason: cleanText(reason ?? '', MAX_REASON).trim() || 'The app could not deliver it.',
            retryable: true,
          }
        : null,
  };
}

/** ISO text or a number of ms; null when it is no time at all. */
function timeOf(timestamp: string | number | undefined): number | null {
  const at = typeof timestamp === 'string' ? Date.parse(timestamp) : timestamp;
  return at !== undefined && Number.isFinite(at) ? at : null;
}
