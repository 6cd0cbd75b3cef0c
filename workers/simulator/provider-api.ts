import { z } from 'zod';
import { conversationIdOf } from '../../src/lib/domain/ids';
import { demoChannels } from '../demo/channels';
import { answerOf, type Answer, type Send } from './sends';
import { isSignedByParley } from './signing';
import { metaError } from './wires/whatsapp';

/** A call that a real provider would have let in, or its refusal. */
export type Checked = { send: Send } | { refusal: Answer };

const Words = z.string().min(1);
const WhatsAppText = z
  .object({
    messaging_product: z.literal('whatsapp'),
    recipient_type: z.literal('individual').optional(),
    to: Words.optional(),
    recipient: Words.optional(),
    type: z.literal('text'),
    text: z.object({ body: Words.max(4_096), preview_url: z.boolean().optional() }),
    context: z.object({ message_id: Words }).optional(),
    biz_opaque_callback_data: z.string().max(512).optional(),
  })
  .refine((body) => (body.to === undefined) !== (body.recipient === undefined), 'exactly one of to and recipient');

/** `POST /v24.0/{phone number id}/messages`, as strict as the Cloud API: token, number, body. */
export async function checkWhatsApp(request: Request, phoneNumberId: string): Promise<Checked> {
  const { id: channelId, accountId, secrets } = demoChannels.whatsapp;
  if (request.headers.get('authorization') !== `Bearer ${secrets.accessToken}`) {
    return { refusal: answerOf(metaError(401, 190, 'Invalid OAuth access token')) };
  }
  if (phoneNumberId !== accountId)
    return { refusal: answerOf(metaError(400, 100, 'Unsupported post request. Object does not exist')) };
  const parsed = WhatsAppText.safeParse(await jsonOf(request));
  if (!parsed.success) return { refusal: answerOf(metaError(400, 100, 'Invalid parameter', detailsOf(parsed.error))) };
  const { to, recipient, text, context, biz_opaque_callback_data } = parsed.data;
  const address = (to ?? recipient ?? '').replace(/^\+/, '');
  const send = { messageId: biz_opaque_callback_data ?? null, text: text.body, replyTo: context?.message_id ?? null };
  return { send: { ...send, channelId, provider: 'whatsapp', address, phoneId: await conversationIdOf(channelId, address) } };
}

const GenericSend = z.object({
  type: z.literal('message.send'),
  data: z.object({
    user: z.object({ id: Words }),
    message: z.object({ type: z.string(), text: z.string().optional(), replyTo: Words.optional() }),
    idempotencyKey: Words,
  }),
});

/** `POST /messages` of the generic channel: Standard Webhooks signature, then the contract's body. */
export async function checkGeneric(request: Request, now: number): Promise<Checked> {
  const { id: channelId, secrets } = demoChannels.webhook;
  const text = await request.text();
  const isAuthentic = await isSignedByParley(secrets.webhookSecret, request.headers, text, now);
  if (!isAuthentic) return { refusal: answerOf({ status: 401, body: { reason: 'Bad signature' } }) };
  const parsed = GenericSend.safeParse(parseJson(text));
  if (!parsed.success) return { refusal: answerOf({ status: 400, body: { reason: detailsOf(parsed.error) } }) };
  const { user, message, idempotencyKey } = parsed.data.data;
  const send = { messageId: idempotencyKey, text: message.text ?? `(${message.type})`, replyTo: message.replyTo ?? null };
  return {
    send: { ...send, channelId, provider: 'webhook', address: user.id, phoneId: await conversationIdOf(channelId, user.id) },
  };
}

const detailsOf = (error: z.ZodError): string =>
  error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');

const jsonOf = async (request: Request): Promise<unknown> => parseJson(await request.text());

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
