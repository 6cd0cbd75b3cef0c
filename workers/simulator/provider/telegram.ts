import { z } from 'zod';
import { conversationIdOf } from '../../../src/lib/domain/ids';
import { rulesOf } from '../../../src/lib/domain/provider-rules';
import type { PhoneMedia } from '../../../src/lib/domain/simulator';
import { demoChannels } from '../../demo/channels';
import { mediaOf } from '../media';
import type { Send } from '../sends';
import { BOT } from '../wires/telegram';
import { telegramError } from '../wires/telegram-refusals';
import { bodyOf, download, json, keep, keepFrom, respond, valueOf, type Body, type Call, type Handled } from './call';

const { id: channelId, secrets } = demoChannels.telegram;
const { maxText, maxCaption } = rulesOf('telegram');
const MB = 1_024 * 1_024;
/** Most that a bot can read; a photo; anything else that it sends (Bot API, "Sending files"). */
const MAX_READ_BYTES = 20 * MB;
const MAX_PHOTO_BYTES = 10 * MB;

const bad = (words: string) => respond(telegramError(400, `Bad Request: ${words}`));
const good = (result: unknown) => json({ ok: true, result });

/** The Bot API: `/bot<token>/<method>` and `/file/bot<token>/<path>`. */
export async function telegramApi(call: Call): Promise<Handled> {
  const isFile = call.path[0] === 'file';
  const [bot = '', ...rest] = isFile ? call.path.slice(1) : call.path;
  // Tokens have a colon in them, which some encode.
  const known = [secrets.accessToken, encodeURIComponent(secrets.accessToken)].map((token) => `bot${token}`);
  if (!known.includes(bot)) return respond(telegramError(401, 'Unauthorized'));
  if (isFile) return (await download(call, idIn(rest))) ?? respond(telegramError(404, 'Not Found'));
  const [method = ''] = rest;
  if (rest.length !== 1) return respond(telegramError(404, 'Not Found'));
  const body = await bodyOf(call.request);
  if (!body) return bad("can't parse the request");
  for (const [name, value] of call.url.searchParams) body.fields[name] ??= value;
  return methods(call, method, body);
}

/** `files/file_<id>`, as `getFile` tells it. */
const idIn = ([folder, name = '']: readonly string[]): string =>
  folder === 'files' ? (/^file_(\d+)$/.exec(name)?.[1] ?? '') : '';

async function methods(call: Call, method: string, body: Body): Promise<Handled> {
  switch (method.toLowerCase()) {
    case 'getme':
      return good({ ...BOT, can_join_groups: true, can_read_all_group_messages: false, supports_inline_queries: false });
    case 'setwebhook':
      return setWebhook(call, body);
    case 'deletewebhook':
      await call.simulator.setWebhook({ url: '', allowed: null });
      return good(true);
    case 'getwebhookinfo':
      return webhookInfo(call);
    case 'getfile':
      return getFile(call, body);
    case 'answercallbackquery':
      return z.string().min(1).safeParse(body.fields.callback_query_id).success ? good(true) : bad('query is too old and response timeout expired or query ID is invalid'); // prettier-ignore
    case 'sendchataction':
    case 'setmessagereaction':
      return good(true);
    case 'sendmessage':
      return sendMessage(body);
    default: {
      const kind = sendMethods.get(method.toLowerCase());
      return kind ? sendFile(call, kind, body) : respond(telegramError(404, 'Not Found'));
    }
  }
}

const Webhook = z.object({
  url: z.string(),
  secret_token: z.string().regex(/^[A-Za-z0-9_-]{1,256}$/).optional(),
  allowed_updates: z.array(z.string()).optional(),
}); // prettier-ignore

async function setWebhook({ simulator }: Call, { fields }: Body): Promise<Response> {
  const parsed = Webhook.safeParse({ ...fields, allowed_updates: valueOf(fields.allowed_updates) });
  if (!parsed.success) return bad('secret token contains unallowed characters');
  const { url, allowed_updates: allowed = null } = parsed.data;
  if (url !== '' && URL.parse(url)?.protocol !== 'https:') return bad('bad webhook: An HTTPS URL must be provided for webhook');
  await simulator.setWebhook({ url, allowed });
  return good(true);
}

/** Until the bot is told otherwise the demo's own endpoint takes everything. */
async function webhookInfo({ simulator, apiBase }: Call): Promise<Response> {
  const set = await simulator.webhook();
  const all = ['message', 'edited_message', 'callback_query', 'my_chat_member', 'message_reaction'];
  const { url, allowed } = set ?? { url: `${new URL(apiBase).origin}/webhooks/${channelId}`, allowed: all };
  const updates = allowed === null ? {} : { allowed_updates: allowed };
  return good({ url, has_custom_certificate: false, pending_update_count: 0, max_connections: 40, ...updates });
}

async function getFile({ env }: Call, { fields }: Body): Promise<Response> {
  const id = z.string().safeParse(fields.file_id).data?.replace(/-s$/, '') ?? '';
  const media = await mediaOf(env, id);
  if (!media) return bad('wrong file_id or the file is temporarily unavailable');
  if (media.size > MAX_READ_BYTES) return bad('file is too big');
  return good({ file_id: id, file_unique_id: `u${id.slice(-10)}`, file_size: media.size, file_path: `files/file_${id}` });
}

type FileKind = Extract<Send['kind'], 'image' | 'video' | 'audio' | 'voice' | 'document' | 'sticker'>;
type SendMethod = { kind: FileKind; field: string };
const sendMethods = new Map<string, SendMethod>([
  ['sendphoto', { kind: 'image', field: 'photo' }],
  ['senddocument', { kind: 'document', field: 'document' }],
  ['sendvoice', { kind: 'voice', field: 'voice' }],
  ['sendaudio', { kind: 'audio', field: 'audio' }],
  ['sendvideo', { kind: 'video', field: 'video' }],
  ['sendanimation', { kind: 'video', field: 'animation' }],
  ['sendsticker', { kind: 'sticker', field: 'sticker' }],
]);

const Chat = z.union([z.number().int(), z.string().regex(/^-?\d{1,16}$/)]).transform(String);
const Reply = z.object({ message_id: z.number().int().positive(), allow_sending_without_reply: z.boolean().optional() });

async function sendMessage({ fields }: Body): Promise<Handled> {
  const { text } = fields;
  if (typeof text !== 'string' || text.trim() === '') return bad('message text is empty');
  if (text.length > maxText) return bad('message is too long');
  return sendOf(fields, { kind: 'text', text, media: null });
}

async function sendFile(call: Call, { kind, field }: SendMethod, body: Body): Promise<Handled> {
  const { caption = '' } = body.fields;
  if (typeof caption !== 'string' || caption.length > maxCaption) return bad('message caption is too long');
  const media = await fileIn(call, body, field);
  if (!media) return bad('wrong file identifier/HTTP URL specified');
  if (kind === 'image' && !/^image\/(jpeg|png|webp)$/.test(media.mime)) return bad('IMAGE_PROCESS_FAILED');
  if (kind === 'image' && media.size > MAX_PHOTO_BYTES) return bad('PHOTO_SAVE_FILE_INVALID');
  return sendOf(body.fields, { kind, text: caption, media });
}

/** A file in the form, one that `attach://` names there, a `file_id`, or an address to read it from. */
async function fileIn(call: Call, { fields, files }: Body, field: string): Promise<PhoneMedia | null> {
  const named = fields[field];
  const attached = files.get(typeof named === 'string' ? named.replace(/^attach:\/\//, '') : field);
  if (attached) return keep(call, attached);
  if (typeof named !== 'string') return null;
  return URL.canParse(named) ? keepFrom(call, named) : mediaOf(call.env, named);
}

const Keyboard = z.object({
  inline_keyboard: z.array(z.array(z.object({ text: z.string().min(1), callback_data: z.string().min(1).max(64) }))),
});

function keyboardOf({ reply_markup }: Record<string, unknown>): Pick<Send, 'buttons' | 'tokens'> {
  const keys = (Keyboard.safeParse(valueOf(reply_markup)).data?.inline_keyboard ?? []).flat();
  return { buttons: keys.map(({ text }) => text), tokens: keys.map(({ callback_data }) => callback_data) };
}

async function sendOf(fields: Record<string, unknown>, content: Pick<Send, 'kind' | 'text' | 'media'>): Promise<Handled> {
  const chat = Chat.safeParse(fields.chat_id);
  if (!chat.success) return bad(fields.chat_id === undefined ? 'chat_id is empty' : 'chat not found');
  const answered = fields.reply_parameters === undefined ? null : Reply.safeParse(valueOf(fields.reply_parameters));
  if (answered && !answered.success) return bad("can't parse reply parameters JSON object");
  const address = chat.data;
  const replyTo = answered ? `${address}:${answered.data.message_id}` : null;
  const needsReplyTo = answered?.data.allow_sending_without_reply !== true;
  const whose = { phoneId: await conversationIdOf(channelId, address), channelId, provider: 'telegram', address } as const;
  return { send: { ...whose, ...content, messageId: null, ...keyboardOf(fields), replyTo, needsReplyTo, windowMs: null } };
}
