import { z } from 'zod';
import { conversationIdOf } from '../../../src/lib/domain/ids';
import { attachmentFor, rulesOf } from '../../../src/lib/domain/provider-rules';
import type { PhoneMedia } from '../../../src/lib/domain/simulator';
import { demoChannels } from '../../demo/channels';
import { digestOf, fileOf, mediaOf } from '../media';
import type { Send } from '../sends';
import { BUSINESS_ID, DISPLAY_NUMBER } from '../wires/whatsapp';
import { whatsappError } from '../wires/whatsapp-refusals';
import { bodyOf, detailsOf, download, json, keep, keepFrom, respond, type Call, type Handled } from './call';
import { listed, rendered, templates } from './templates';

const { id: channelId, accountId, secrets } = demoChannels.whatsapp;
const { sendWindow, maxText, maxCaption } = rulesOf('whatsapp');
const windowMs = sendWindow(0, {});

const BEARER = `Bearer ${secrets.accessToken}`;
const noToken = () => respond(whatsappError(401, 190, 'Invalid OAuth access token'));
const noSuchThing = () =>
  respond(whatsappError(400, 100, 'Unsupported request. Object does not exist, or it cannot be reached with this token'));
const invalid = (details: string) => respond(whatsappError(400, 100, 'Invalid parameter', details));

/** What the Cloud API has under `/v24.0/`, behind its bearer token, and its file server at `/lookaside/`. */
export async function whatsappApi(call: Call): Promise<Handled> {
  const { request, path } = call;
  const { method } = request;
  const isSigned = request.headers.get('authorization') === BEARER;
  if (path[0] === 'lookaside' && path.length === 2) {
    if (!isSigned) return noToken();
    return (await download(call, path[1] ?? '')) ?? new Response(null, { status: 404 });
  }
  if (!isSigned) return noToken();
  const [, node = '', edge, ...rest] = path;
  if (rest.length > 0) return null;
  switch (`${method} ${node === accountId ? 'number' : node === BUSINESS_ID ? 'business' : 'other'}${edge ? `/${edge}` : ''}`) {
    case 'GET number':
      return json({
        id: accountId,
        display_phone_number: `+${DISPLAY_NUMBER}`,
        verified_name: 'Parley',
        quality_rating: 'GREEN',
      });
    case 'POST number/messages':
      return messages(call);
    case 'POST number/media':
      return upload(call);
    case 'GET business':
      return json({ id: BUSINESS_ID, name: 'Parley', timezone_id: '1' });
    case 'GET business/message_templates':
      return json({ data: templates.map(listed), paging: { cursors: { before: 'MAZDZD', after: 'MjQZD' } } });
    case 'GET business/subscribed_apps':
      return json({ data: [{ whatsapp_business_api_data: { id: '215437602481903', name: 'Parley' } }] });
    case 'POST business/subscribed_apps':
      return json({ success: true });
    case 'GET other':
      return mediaFacts(call, node);
    default:
      return noSuchThing();
  }
}

/** The address is good for a few minutes there; here for as long as the file is. */
async function mediaFacts({ env, apiBase }: Call, id: string): Promise<Response> {
  const file = await fileOf(env, id);
  if (!file) return noSuchThing();
  const { mime, size } = file.media;
  const sha256 = await digestOf(file.body);
  return json({ messaging_product: 'whatsapp', url: `${apiBase}/lookaside/${id}`, mime_type: mime, sha256, file_size: size, id });
}

async function upload(call: Call): Promise<Response> {
  const body = await bodyOf(call.request);
  const file = body?.files.get('file');
  if (!body || !file) return invalid('file: is required');
  if (body.fields.messaging_product !== 'whatsapp') return invalid('messaging_product: must be whatsapp');
  const mime = file.type.split(';')[0] ?? '';
  const fit = attachmentFor('whatsapp', { mime, size: file.size });
  if ('refusal' in fit) return respond(whatsappError(400, 131053, 'Media upload error', fit.refusal));
  const kept = await keep(call, file);
  return kept ? json({ id: kept.id }) : respond(whatsappError(400, 131053, 'Media upload error'));
}

const Words = z.string().min(1);
const File = z.strictObject({ id: Words.optional(), link: z.url().optional() });
const Captioned = File.extend({ caption: z.string().max(maxCaption).optional() });
const Parameter = z.object({ type: z.literal('text'), text: Words.max(1_024), parameter_name: Words.optional() });
const Component = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['header', 'body']), parameters: z.array(Parameter).min(1) }),
  z.strictObject({
    type: z.literal('button'),
    sub_type: z.literal('quick_reply'),
    index: z.union([z.string(), z.number()]),
    parameters: z.array(z.strictObject({ type: z.literal('payload'), payload: Words.max(256) })).length(1),
  }),
]);
const common = {
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.literal('individual').optional(),
  to: Words.optional(),
  recipient: Words.optional(),
  context: z.strictObject({ message_id: Words }).optional(),
  biz_opaque_callback_data: z.string().max(512).optional(),
};
const Message = z.discriminatedUnion('type', [
  z.strictObject({
    ...common,
    type: z.literal('text'),
    text: z.strictObject({ body: Words.max(maxText), preview_url: z.boolean().optional() }),
  }),
  z.strictObject({ ...common, type: z.literal('image'), image: Captioned }),
  z.strictObject({ ...common, type: z.literal('video'), video: Captioned }),
  z.strictObject({ ...common, type: z.literal('document'), document: Captioned.extend({ filename: Words.optional() }) }),
  z.strictObject({ ...common, type: z.literal('audio'), audio: File.extend({ voice: z.boolean().optional() }) }),
  z.strictObject({ ...common, type: z.literal('sticker'), sticker: File }),
  z.strictObject({
    ...common,
    type: z.literal('interactive'),
    interactive: z.strictObject({
      type: z.literal('button'),
      body: z.strictObject({ text: Words.max(1_024) }),
      action: z.strictObject({
        buttons: z
          .array(
            z.strictObject({ type: z.literal('reply'), reply: z.strictObject({ id: Words.max(256), title: Words.max(20) }) }),
          )
          .min(1)
          .max(3),
      }),
    }),
  }),
  z.strictObject({
    ...common,
    type: z.literal('template'),
    template: z.strictObject({
      name: Words,
      language: z.strictObject({ code: Words, policy: z.literal('deterministic').optional() }),
      components: z.array(Component).optional(),
    }),
  }),
]);
type Message = z.infer<typeof Message>;

/** A typing sign, or the mark that a message was read. */
const Mark = z.object({ messaging_product: z.literal('whatsapp'), status: z.literal('read'), message_id: Words });

async function messages(call: Call): Promise<Handled> {
  const body = await bodyOf(call.request);
  if (Mark.safeParse(body?.fields).success) return json({ success: true });
  const parsed = Message.safeParse(body?.fields);
  if (!parsed.success) return invalid(detailsOf(parsed.error));
  const message = parsed.data;
  const { to, recipient, context, biz_opaque_callback_data: messageId = null } = message;
  if ((to === undefined) === (recipient === undefined)) return invalid('exactly one of to and recipient');
  const content = await contentOf(call, message);
  if (content instanceof Response) return content;
  const address = (to ?? recipient ?? '').replace(/^\+/, '');
  const replyTo = context?.message_id ?? null;
  const whose = { phoneId: await conversationIdOf(channelId, address), channelId, provider: 'whatsapp', address } as const;
  return { send: { ...whose, messageId, replyTo, needsReplyTo: false, ...content } };
}

type Content = Pick<Send, 'kind' | 'text' | 'media' | 'buttons' | 'tokens' | 'windowMs'>;

async function contentOf(call: Call, message: Message): Promise<Content | Response> {
  const free = { buttons: [], windowMs };
  switch (message.type) {
    case 'text':
      return { ...free, kind: 'text', text: message.text.body, media: null };
    case 'interactive': {
      const { body, action } = message.interactive;
      const replies = action.buttons.map(({ reply }) => reply);
      const shown = { buttons: replies.map(({ title }) => title), tokens: replies.map(({ id }) => id) };
      return { kind: 'text', text: body.text, media: null, windowMs, ...shown };
    }
    case 'template':
      return templateContent(message.template);
    case 'image':
      return fileContent(call, 'image', message.image);
    case 'video':
      return fileContent(call, 'video', message.video);
    case 'document':
      return fileContent(call, 'document', message.document);
    case 'audio':
      return fileContent(call, 'audio', message.audio);
    case 'sticker':
      return fileContent(call, 'sticker', message.sticker);
  }
}

type FileFields = { id?: string; link?: string; caption?: string; filename?: string };

async function fileContent(call: Call, kind: 'image' | 'video' | 'document' | 'audio' | 'sticker', fields: FileFields) {
  const { id, link, caption: text = '', filename } = fields;
  if ((id === undefined) === (link === undefined)) return invalid(`${kind}: exactly one of id and link`);
  const found = id === undefined ? await keepFrom(call, link ?? '') : await mediaOf(call.env, id);
  if (!found) return respond(whatsappError(400, 131053, 'Media upload error', 'There is no such file'));
  const media: PhoneMedia = { ...found, fileName: filename ?? found.fileName };
  return { kind, text, media, buttons: [], windowMs };
}

function templateContent({ name, language, components = [] }: Extract<Message, { type: 'template' }>['template']) {
  const template = templates.find((one) => one.name === name && one.language === language.code);
  if (!template) return respond(whatsappError(404, 132001, 'Template name does not exist in the translation'));
  if (template.status === 'PAUSED') return respond(whatsappError(400, 132015, 'Template is paused'));
  const textsOf = (type: 'header' | 'body') =>
    components.flatMap((part) => (part.type === type ? part.parameters.map(({ text }) => text) : []));
  const text = rendered(template, textsOf('header'), textsOf('body'));
  if (text === null)
    return respond(whatsappError(400, 132000, 'Number of parameters does not match the expected number of params'));
  const payloads = components.flatMap((part) => (part.type === 'button' ? [part] : []));
  // Links and calls are nothing that the phone could press here.
  const replies = template.buttons.flatMap((caption, i) => {
    const told = payloads.find(({ index }) => Number(index) === i);
    return template.plainButtons?.includes(i) ? [] : [{ caption, token: told?.parameters[0]?.payload ?? caption }];
  });
  if (payloads.some(({ index }) => Number(index) >= template.buttons.length))
    return respond(whatsappError(400, 132018, 'There is no such button in the template'));
  const plain = payloads.find(({ index }) => template.plainButtons?.includes(Number(index)));
  if (plain) return invalid(`Button at index ${plain.index} of type Url does not require parameters`);
  const shown = { buttons: replies.map(({ caption }) => caption), tokens: replies.map(({ token }) => token) };
  return { kind: 'template' as const, text, media: null, ...shown, windowMs: null };
}
