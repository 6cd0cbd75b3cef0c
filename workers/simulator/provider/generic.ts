import { z } from 'zod';
import { conversationIdOf } from '../../../src/lib/domain/ids';
import { demoChannels } from '../../demo/channels';
import { isSignedByParley } from '../signing';
import { detailsOf, keepFrom, respond, textOf, type Call, type Handled } from './call';

const { id: channelId, secrets } = demoChannels.webhook;
const Words = z.string().min(1);

const Message = z.object({
  type: z.enum(['text', 'image', 'video', 'audio', 'document', 'sticker']),
  text: z.string().optional(),
  media: z.object({ url: z.url(), mime: Words, fileName: z.string().nullish(), sha256: Words.optional() }).optional(),
  buttons: z.array(z.object({ title: Words, payload: Words })).default([]),
  replyTo: Words.optional(),
});
const GenericSend = z.object({
  type: z.literal('message.send'),
  timestamp: z.iso.datetime().optional(),
  data: z.object({ user: z.object({ id: Words }), message: Message, idempotencyKey: Words }),
});

const refuse = (status: number, reason: string): Response => respond({ status, body: { reason } });

/** `/messages` of the generic channel: HEAD shows that it is there; POST takes Standard Webhooks signatures and the contract's body. */
export async function genericApi(call: Call): Promise<Handled> {
  const { request, path } = call;
  if (path.length > 1) return null;
  if (request.method === 'HEAD') return new Response(null, { status: 204 });
  if (request.method !== 'POST') return refuse(405, 'Only POST');
  const text = await textOf(request);
  if (text === null) return refuse(413, 'Too large');
  if (!(await isSignedByParley(secrets.webhookSecret, request.headers, text, Date.now()))) return refuse(401, 'Bad signature');
  const parsed = GenericSend.safeParse(parseJson(text));
  if (!parsed.success) return refuse(400, detailsOf(parsed.error));
  const { user, message, idempotencyKey: messageId } = parsed.data.data;
  const content = await contentOf(call, message);
  if (content instanceof Response) return content;
  const whose = {
    phoneId: await conversationIdOf(channelId, user.id),
    channelId,
    provider: 'webhook',
    address: user.id,
  } as const;
  const shown = { buttons: message.buttons.map(({ title }) => title), tokens: message.buttons.map(({ payload }) => payload) };
  const rest = { messageId, ...shown, replyTo: message.replyTo ?? null, needsReplyTo: false, windowMs: null };
  return { send: { ...whose, ...content, ...rest } };
}

async function contentOf(call: Call, { type: kind, text = '', media: named }: z.infer<typeof Message>) {
  if (kind === 'text') return text.trim() === '' ? refuse(400, 'data.message.text: is required') : { kind, text, media: null };
  if (!named) return refuse(400, 'data.message.media: is required');
  const kept = await keepFrom(call, named.url);
  if (!kept) return refuse(422, 'The file could not be read at its address');
  return { kind, text, media: { ...kept, fileName: named.fileName ?? kept.fileName } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
