import { z } from 'zod';
import { conversationIdOf } from '../../../src/lib/domain/ids';
import { attachmentFor, rulesOf } from '../../../src/lib/domain/provider-rules';
import { humanAgentMs, windowMs } from '../../../src/lib/providers/messenger/profile';
import { demoChannels } from '../../demo/channels';
import { mediaOf } from '../media';
import { messengerError } from '../wires/messenger-refusals';
import { bodyOf, detailsOf, download, json, keep, keepFrom, respond, valueOf, type Body, type Call, type Handled } from './call';

const { id: channelId, accountId: pageId, secrets } = demoChannels.messenger;
const { maxText } = rulesOf('messenger');
/** What the page's webhook is told. */
const subscribed_fields = [
  'messages', 'messaging_postbacks', 'messaging_referrals', 'message_deliveries', 'message_reads', 'message_reactions',
  'message_echoes', 'message_edits', 'standby',
]; // prettier-ignore

const invalid = (details: string, subcode?: number) => respond(messengerError(400, 100, details, subcode));

/** What the Messenger platform has under `/v24.0/`, behind the page's token, in the query or as a bearer. */
export async function messengerApi(call: Call): Promise<Handled> {
  const { request, url, path } = call;
  const token = url.searchParams.get('access_token') ?? request.headers.get('authorization')?.replace(/^Bearer /, '');
  if (token !== secrets.accessToken) return respond(messengerError(401, 190, 'Invalid OAuth access token'));
  const [, node = '', edge, ...rest] = path;
  if (rest.length > 0) return null;
  switch (`${request.method} ${node === pageId || node === 'me' ? 'page' : 'other'}${edge ? `/${edge}` : ''}`) {
    case 'GET page':
      return json({ id: pageId, name: 'Parley page' });
    case 'GET page/subscribed_apps':
      return json({ data: [{ category: 'Business', name: 'Parley', id: '215437602481903', subscribed_fields }] });
    case 'POST page/subscribed_apps':
      return json({ success: true });
    case 'POST page/messages':
      return messages(call);
    case 'POST page/message_attachments':
      return uploadAlone(call);
    case 'GET other':
      return profile(call, node);
    default:
      return invalid('Unsupported request. Object does not exist, or it cannot be reached with this token');
  }
}

/** Meta's file host: the address is signed there and not to be guessed here, so it needs no token. */
export async function attachmentsApi(call: Call): Promise<Handled> {
  const { request, path } = call;
  if (request.method !== 'GET' && request.method !== 'HEAD') return null;
  return download(call, path[1] ?? '');
}

/** Whom a page-scoped id belongs to. */
async function profile({ simulator }: Call, address: string): Promise<Response> {
  const found = await simulator.thread(await conversationIdOf(channelId, address));
  if (!found) return invalid('Unsupported get request. Object does not exist');
  const [first_name = '', ...others] = (found.phone.name ?? '').split(' ');
  return json({ id: address, name: found.phone.name ?? '', first_name, last_name: others.join(' ') });
}

const Words = z.string().min(1);
const Attachment = z.strictObject({
  type: z.enum(['image', 'video', 'audio', 'file']),
  payload: z
    .strictObject({ url: z.url().optional(), is_reusable: z.boolean().optional(), attachment_id: Words.optional() })
    .default({}),
});
const Message = z.strictObject({
  text: Words.max(maxText).optional(),
  attachment: Attachment.optional(),
  quick_replies: z
    .array(z.strictObject({ content_type: z.literal('text'), title: Words.max(20), payload: Words.max(1_000) }))
    .max(13)
    .default([]),
  metadata: z.string().max(1_000).optional(),
});
const deadTags = ['ACCOUNT_UPDATE', 'CONFIRMED_EVENT_UPDATE', 'POST_PURCHASE_UPDATE'];
const Send = z.strictObject({
  recipient: z.strictObject({ id: Words }),
  messaging_type: z.enum(['RESPONSE', 'UPDATE', 'MESSAGE_TAG']),
  tag: Words.optional(),
  message: Message,
  reply_to: z.strictObject({ mid: Words }).optional(),
});
const Action = z.object({
  recipient: z.strictObject({ id: Words }),
  sender_action: z.enum(['typing_on', 'typing_off', 'mark_seen']),
});

async function messages(call: Call): Promise<Handled> {
  const body = await bodyOf(call.request);
  const fields = body && Object.fromEntries(Object.entries(body.fields).map(([name, value]) => [name, valueOf(value)]));
  const action = Action.safeParse(fields);
  if (action.success) return json({ recipient_id: action.data.recipient.id });
  const parsed = Send.safeParse(fields);
  if (!body || !parsed.success) return invalid(parsed.success ? 'Unreadable body' : detailsOf(parsed.error));
  const { recipient, messaging_type, tag, message, reply_to } = parsed.data;
  if (tag !== undefined && deadTags.includes(tag)) return invalid('This message tag is no longer supported', 1893061);
  if ((messaging_type === 'MESSAGE_TAG') !== (tag === 'HUMAN_AGENT'))
    return invalid('A tag needs the type MESSAGE_TAG, and it a tag');
  if (!/^\d{1,24}$/.test(recipient.id)) return invalid('No matching user found', 2018001);
  const { text, attachment, quick_replies, metadata: messageId = null } = message;
  if ((text === undefined) === (attachment === undefined)) return invalid('message: exactly one of text and attachment');
  const content = attachment
    ? await fileContent(call, body, attachment)
    : ({ kind: 'text', text: text ?? '', media: null } as const);
  if (content instanceof Response) return content;
  const address = recipient.id;
  const whose = { phoneId: await conversationIdOf(channelId, address), channelId, provider: 'messenger', address } as const;
  const replyTo = reply_to?.mid ?? null;
  const rule = tag === undefined ? windowMs : humanAgentMs;
  const shown = { buttons: quick_replies.map(({ title }) => title), tokens: quick_replies.map(({ payload }) => payload) };
  return { send: { ...whose, ...content, messageId, ...shown, replyTo, needsReplyTo: false, windowMs: rule } };
}

const kinds = { image: 'image', video: 'video', audio: 'audio', file: 'document' } as const;

async function fileContent(call: Call, body: Body, attachment: z.infer<typeof Attachment>) {
  const media = await fileIn(call, body, attachment);
  return media instanceof Response ? media : { kind: kinds[attachment.type], text: '', media };
}

async function fileIn(call: Call, { files }: Body, { payload }: z.infer<typeof Attachment>) {
  const sent = files.get('filedata');
  if (sent) {
    const fit = attachmentFor('messenger', { mime: sent.type.split(';')[0] ?? '', size: sent.size });
    const kept = 'refusal' in fit ? null : await keep(call, sent);
    return kept ?? invalid('refusal' in fit ? fit.refusal : 'Upload attachment failure', 2018047);
  }
  if (payload.attachment_id !== undefined) {
    return (await mediaOf(call.env, payload.attachment_id)) ?? invalid('Invalid attachment id', 2018074);
  }
  if (payload.url === undefined) return invalid('message.attachment: a file, a url or an attachment_id is required');
  return (await keepFrom(call, payload.url)) ?? invalid('Failed to fetch the file from the url', 2018008);
}

/** A file that is to be sent later, or several times. */
async function uploadAlone(call: Call): Promise<Response> {
  const body = await bodyOf(call.request);
  const parsed = z.object({ attachment: Attachment }).safeParse(valueOf(body?.fields.message));
  if (!body || !parsed.success) return invalid('message.attachment: is required');
  const media = await fileIn(call, body, parsed.data.attachment);
  return media instanceof Response ? media : json({ attachment_id: media.id });
}
