import { randomInt, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { z } from 'zod';
import { demo, standardDigest, type ProviderName } from './wire';

/**
 * One send that reached the provider. `id` is what the provider calls the message, `messageId` what we do (null where it is not told),
 * `at` when all of it was there.
 */
export type Call = { provider: ProviderName; id: string; messageId: string | null; address: string; text: string; at: number };

/** What a request holds besides its path: enough to read a send, and to see who sent it. */
type Request = { headers: IncomingHttpHeaders; query: URLSearchParams; body: Buffer };
type Read = Omit<Call, 'provider' | 'at'> | string;

const WhatsAppSend = z.strictObject({
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.literal('individual'),
  to: z.string().regex(/^\d{7,15}$/),
  type: z.literal('text'),
  text: z.strictObject({ body: z.string().min(1).max(4096), preview_url: z.boolean() }),
  context: z.strictObject({ message_id: z.string() }).optional(),
  biz_opaque_callback_data: z.uuid(),
});
const MessengerSend = z.strictObject({
  recipient: z.strictObject({ id: z.string().regex(/^\d{6,20}$/) }),
  messaging_type: z.literal('RESPONSE'),
  message: z.strictObject({ text: z.string().min(1).max(2000), metadata: z.uuid() }),
  reply_to: z.strictObject({ mid: z.string() }).optional(),
});
const TelegramSend = z.strictObject({
  chat_id: z.number().int(),
  text: z.string().min(1).max(4096),
  reply_parameters: z.strictObject({ message_id: z.number().int(), allow_sending_without_reply: z.literal(true) }).optional(),
});
const GenericSend = z.strictObject({
  type: z.literal('message.send'),
  timestamp: z.iso.datetime(),
  data: z.strictObject({
    user: z.strictObject({ id: z.string().min(1) }),
    message: z.strictObject({ type: z.literal('text'), text: z.string().min(1), replyTo: z.string().optional() }),
    idempotencyKey: z.uuid(),
  }),
});

const readers: Record<string, { provider: ProviderName; read: (request: Request) => Read }> = {
  [`/v24.0/${demo.phoneNumberId}/messages`]: { provider: 'whatsapp', read: readWhatsApp },
  [`/v24.0/${demo.pageId}/messages`]: { provider: 'messenger', read: readMessenger },
  [`/bot${demo.botToken}/sendMessage`]: { provider: 'telegram', read: readTelegram },
  '/messages': { provider: 'webhook', read: readGeneric },
};

/** The send in a request, or what is wrong with it: path, credentials, signature, every field. */
export function readSend({ method, url = '', headers }: IncomingMessage, body: Buffer): Call | string {
  if (method !== 'POST') return `${method} is not how to send`;
  const { pathname, searchParams: query } = new URL(url, 'http://provider');
  const reader = readers[pathname];
  if (!reader) return 'no such path';
  const read = reader.read({ headers, query, body });
  return typeof read === 'string' ? read : { ...read, provider: reader.provider, at: Date.now() };
}

/** What each provider answers to a send that it has taken. */
export function takenBody({ provider, id, address }: Call): unknown {
  switch (provider) {
    case 'whatsapp':
      return { messaging_product: 'whatsapp', contacts: [{ input: address, wa_id: address }], messages: [{ id }] };
    case 'messenger':
      return { recipient_id: address, message_id: id };
    case 'telegram': {
      const message = { message_id: Number(id.slice(id.indexOf(':') + 1)), date: Math.floor(Date.now() / 1_000) };
      return { ok: true, result: { ...message, chat: { id: Number(address), type: 'private' } } };
    }
    case 'webhook':
      return { id };
  }
}

function readWhatsApp({ headers, body }: Request): Read {
  if (headers.authorization !== `Bearer ${demo.accessToken}`) return 'wrong access token';
  const { data, error } = WhatsAppSend.safeParse(json(body));
  if (!data) return error.message;
  return { id: `wamid.${randomUUID()}`, messageId: data.biz_opaque_callback_data, address: data.to, text: data.text.body };
}

function readMessenger({ query, body }: Request): Read {
  if (query.get('access_token') !== demo.accessToken) return 'wrong access token';
  const { data, error } = MessengerSend.safeParse(json(body));
  if (!data) return error.message;
  const { text, metadata } = data.message;
  return { id: `m_${randomUUID()}`, messageId: metadata, address: data.recipient.id, text };
}

/** Telegram is not told our id, and numbers messages by chat. */
function readTelegram({ body }: Request): Read {
  const { data, error } = TelegramSend.safeParse(json(body));
  if (!data) return error.message;
  const address = String(data.chat_id);
  return { id: `${address}:${randomInt(1e9, 9e12)}`, messageId: null, address, text: data.text };
}

function readGeneric({ headers, body }: Request): Read {
  if (!isSigned(headers, body)) return 'wrong signature';
  const { data, error } = GenericSend.safeParse(json(body));
  if (!data) return error.message;
  const { user, message, idempotencyKey } = data.data;
  return { id: `out-${randomUUID()}`, messageId: idempotencyKey, address: user.id, text: message.text };
}

function isSigned(headers: IncomingHttpHeaders, body: Buffer): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string') return false;
  return signature.split(' ').includes(standardDigest(id, timestamp, body.toString('utf8')));
}

function json(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
