import { randomInt, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { z } from 'zod';
import { demo, standardDigest, type ProviderName } from './wire';

/**
 * One send that reached the provider. `id` is what the provider calls the message, `messageId` what we do (null where it is not told),
 * `at` when all of it was there.
 */
export type Call = {
  provider: ProviderName;
  id: string;
  messageId: string | null;
  address: string;
  text: string;
  /** Of a campaign's message: what pressing each of its buttons brings back. */
  payloads: string[];
  at: number;
};

/** What a request holds besides its path: enough to read a send, and to see who sent it. */
type Request = { headers: IncomingHttpHeaders; query: URLSearchParams; body: Buffer };
type Read = Omit<Call, 'provider' | 'at'> | string;

/** An agent's message has a UUID, a campaign's the campaign's and the recipient's number. */
const OurId = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.[1-9]\d*)?$/);
const Payload = z.string().regex(/^pc_[A-Za-z0-9_-]{1,61}$/);
const Title = z.string().min(1).max(20);
const Parameters = z.array(
  z.strictObject({ type: z.literal('text'), text: z.string().min(1), parameter_name: z.string().optional() }),
);
const WhatsAppCampaign = z.strictObject({
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.literal('individual'),
  to: z.string().regex(/^\d{7,15}$/),
  type: z.literal('interactive'),
  interactive: z.strictObject({
    type: z.literal('button'),
    body: z.strictObject({ text: z.string().min(1).max(1024) }),
    action: z.strictObject({
      buttons: z
        .array(z.strictObject({ type: z.literal('reply'), reply: z.strictObject({ id: Payload, title: Title }) }))
        .min(1)
        .max(3),
    }),
  }),
  biz_opaque_callback_data: OurId,
});
const WhatsAppTemplate = z.strictObject({
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.literal('individual'),
  to: z.string().regex(/^\d{7,15}$/),
  type: z.literal('template'),
  template: z.strictObject({
    name: z.string().min(1),
    language: z.strictObject({ code: z.string().min(2) }),
    components: z.array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('header'), parameters: Parameters }),
        z.strictObject({ type: z.literal('body'), parameters: Parameters }),
        z.strictObject({
          type: z.literal('button'),
          sub_type: z.literal('quick_reply'),
          index: z.string().regex(/^[0-2]$/),
          parameters: z.array(z.strictObject({ type: z.literal('payload'), payload: Payload })).length(1),
        }),
      ]),
    ),
  }),
  biz_opaque_callback_data: OurId,
});
const WhatsAppSend = z.strictObject({
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.literal('individual'),
  to: z.string().regex(/^\d{7,15}$/),
  type: z.literal('text'),
  text: z.strictObject({ body: z.string().min(1).max(4096), preview_url: z.boolean() }),
  context: z.strictObject({ message_id: z.string() }).optional(),
  biz_opaque_callback_data: OurId,
});
const MessengerSend = z.strictObject({
  recipient: z.strictObject({ id: z.string().regex(/^\d{6,20}$/) }),
  messaging_type: z.enum(['RESPONSE', 'UPDATE']),
  message: z.strictObject({
    text: z.string().min(1).max(2000),
    quick_replies: z
      .array(z.strictObject({ content_type: z.literal('text'), title: Title, payload: Payload }))
      .min(1)
      .optional(),
    metadata: OurId,
  }),
  reply_to: z.strictObject({ mid: z.string() }).optional(),
});
const TelegramSend = z.strictObject({
  chat_id: z.number().int(),
  text: z.string().min(1).max(4096),
  reply_parameters: z.strictObject({ message_id: z.number().int(), allow_sending_without_reply: z.literal(true) }).optional(),
  reply_markup: z
    .strictObject({
      inline_keyboard: z.array(z.array(z.strictObject({ text: z.string().min(1), callback_data: Payload })).length(1)),
    })
    .optional(),
});
const GenericSend = z.strictObject({
  type: z.literal('message.send'),
  timestamp: z.iso.datetime(),
  data: z.strictObject({
    user: z.strictObject({ id: z.string().min(1) }),
    message: z.strictObject({
      type: z.literal('text'),
      text: z.string().min(1),
      buttons: z.array(z.strictObject({ title: Title, payload: Payload })).optional(),
      replyTo: z.string().optional(),
    }),
    idempotencyKey: OurId,
    campaignToken: Payload.optional(),
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
  const template = WhatsAppTemplate.safeParse(json(body)).data;
  if (template) return templateCall(template);
  const campaign = WhatsAppCampaign.safeParse(json(body)).data;
  if (campaign) {
    const { body: said, action } = campaign.interactive;
    const payloads = action.buttons.map(({ reply }) => reply.id);
    const id = `wamid.${randomUUID()}`;
    return { id, messageId: campaign.biz_opaque_callback_data, address: campaign.to, text: said.text, payloads };
  }
  const { data, error } = WhatsAppSend.safeParse(json(body));
  if (!data) return error.message;
  const payloads: string[] = [];
  return {
    id: `wamid.${randomUUID()}`,
    messageId: data.biz_opaque_callback_data,
    address: data.to,
    text: data.text.body,
    payloads,
  };
}

/** Of a template the stub knows only what it is filled with. */
function templateCall({ to, template, biz_opaque_callback_data: messageId }: z.infer<typeof WhatsAppTemplate>): Read {
  const parts = template.components;
  const texts = parts.flatMap((part) => (part.type === 'button' ? [] : part.parameters.map(({ text }) => text)));
  const payloads = parts.flatMap((part) => (part.type === 'button' ? part.parameters.map(({ payload }) => payload) : []));
  return { id: `wamid.${randomUUID()}`, messageId, address: to, text: [template.name, ...texts].join(' '), payloads };
}

function readMessenger({ query, body }: Request): Read {
  if (query.get('access_token') !== demo.accessToken) return 'wrong access token';
  const { data, error } = MessengerSend.safeParse(json(body));
  if (!data) return error.message;
  const { text, metadata, quick_replies = [] } = data.message;
  const payloads = quick_replies.map(({ payload }) => payload);
  return { id: `m_${randomUUID()}`, messageId: metadata, address: data.recipient.id, text, payloads };
}

/** Telegram is not told our id, and numbers messages by chat. */
function readTelegram({ body }: Request): Read {
  const { data, error } = TelegramSend.safeParse(json(body));
  if (!data) return error.message;
  const address = String(data.chat_id);
  const payloads = (data.reply_markup?.inline_keyboard ?? []).flat().map(({ callback_data }) => callback_data);
  return { id: `${address}:${randomInt(1e9, 9e12)}`, messageId: null, address, text: data.text, payloads };
}

function readGeneric({ headers, body }: Request): Read {
  if (!isSigned(headers, body)) return 'wrong signature';
  const { data, error } = GenericSend.safeParse(json(body));
  if (!data) return error.message;
  const { user, message, idempotencyKey } = data.data;
  const payloads = (message.buttons ?? []).map(({ payload }) => payload);
  return { id: `out-${randomUUID()}`, messageId: idempotencyKey, address: user.id, text: message.text, payloads };
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
