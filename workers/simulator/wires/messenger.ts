import type { PhoneAct, PhoneMedia } from '../../../src/lib/domain/simulator';
import { demoChannels } from '../../demo/channels';
import { metaSignature } from '../signing';
import { keyOf, messengerRefusals } from './messenger-refusals';
import type { ActContext, ReceiptContext, Wire } from './wire';

const { accountId: pageId, secrets } = demoChannels.messenger;
/** The app that Parley sends by, as echoes of its own messages name it, and Meta's own page inbox. */
const PARLEY_APP = 215_437_602_481_903;
const PAGE_INBOX_APP = 263_902_037_430_900;

/** Messenger Platform: object `page`, one event in `messaging`. Timestamps in ms. */
export const messenger: Wire = {
  newId: () => `m_SIM${crypto.randomUUID().replaceAll('-', '')}`,
  hasAlbumsInOne: true,
  act: (act, context) => {
    const { id: mid, address, at } = context;
    if (act.type === 'echo') {
      const message = { mid, is_echo: true, app_id: PAGE_INBOX_APP, text: act.text };
      return envelope({ sender: { id: pageId }, recipient: { id: address }, timestamp: at, message }, at);
    }
    const event = eventOf(act, context);
    return event && envelope({ sender: { id: address }, recipient: { id: pageId }, timestamp: at, ...event }, at);
  },
  receipt: (context) => {
    const { id, address, at, takenAt, status } = context;
    if (status === 'sent') return ownEcho(context);
    if (status === 'failed') return null;
    const parties = { sender: { id: address }, recipient: { id: pageId }, timestamp: at };
    const watermark = takenAt;
    return envelope(
      status === 'read' ? { ...parties, read: { watermark } } : { ...parties, delivery: { mids: [id], watermark } },
      at,
    );
  },
  sign: (_eventId, body) => metaSignature(secrets.appSecret, body),
  accepted: ({ id, address }) => ({ status: 200, body: { recipient_id: address, message_id: id } }),
  refusals: messengerRefusals,
  undeliverable: null,
  closed: { window: keyOf(10, 2018278), blocked: null, missingReply: null },
};

const envelope = (event: object, time: number) => ({ object: 'page', entry: [{ id: pageId, time, messaging: [event] }] });

/** Where an app is subscribed to echoes, it hears of its own messages as well. */
function ownEcho({ id, messageId, address, at, text, media, apiBase }: ReceiptContext) {
  const content = media ? { attachments: [attachmentOf(mediaType(media.mime), media, apiBase)] } : { text };
  const message = { mid: id, is_echo: true, app_id: PARLEY_APP, metadata: messageId, ...content };
  return envelope({ sender: { id: pageId }, recipient: { id: address }, timestamp: at, message }, at);
}

function eventOf(act: PhoneAct, context: ActContext): object | null {
  const { id: mid, files, token, apiBase } = context;
  switch (act.type) {
    case 'text':
      return { message: { mid, text: act.text, ...(act.replyTo !== null && { reply_to: { mid: act.replyTo } }) } };
    case 'button': {
      const payload = token ?? act.text;
      // Quick replies stand only under the newest message; buttons of a template stay.
      if (!context.isTargetLatest) return { postback: { mid, title: act.text, payload } };
      return { message: { mid, text: act.text, quick_reply: { payload }, reply_to: { mid: act.targetId } } };
    }
    case 'media':
    case 'album': {
      if (files.length === 0) return null;
      const type = act.type === 'album' ? 'image' : act.kind;
      const attachments = files.map((file) => attachmentOf(attachmentTypes[type], file, apiBase));
      return { message: { mid, attachments, ...(act.caption !== '' && { text: act.caption }) } };
    }
    case 'location': {
      const { latitude, longitude, name } = act;
      const url = `https://www.google.com/maps?q=${latitude},${longitude}`;
      const payload = { coordinates: { lat: latitude, long: longitude } };
      return { message: { mid, attachments: [{ type: 'location', title: name || 'Pinned location', url, payload }] } };
    }
    case 'unsupported':
      return { message: { mid, attachments: [{ type: 'fallback' }] } };
    case 'reaction':
      return { reaction: reactionOf(act, context) };
    case 'edit':
      return { message_edit: { mid: act.targetId, text: act.text, num_edit: context.edits + 1 } };
    case 'contacts':
    case 'revoke':
    case 'block':
    case 'echo':
      return null;
  }
}

function reactionOf({ targetId: mid, emoji }: Extract<PhoneAct, { type: 'reaction' }>, { target }: ActContext) {
  if (emoji === null) return { mid, action: 'unreact', ...(target?.reaction && { emoji: target.reaction, reaction: 'other' }) };
  return { mid, action: 'react', emoji, reaction: names[emoji] ?? 'other' };
}

const names: Record<string, string> = { '❤️': 'love', '👍': 'like', '😂': 'smile', '😮': 'wow', '😢': 'sad', '😠': 'angry' };

const attachmentTypes = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  voice: 'audio',
  document: 'file',
  sticker: 'sticker',
} as const;

function attachmentOf(type: string, file: PhoneMedia, apiBase: string) {
  const url = `${apiBase}/attachments/${file.id}/${encodeURIComponent(file.fileName ?? 'file')}`;
  return { type, payload: { url, ...(type === 'sticker' && { sticker_id: 369_239_263_222_822 }) } };
}

function mediaType(mime: string): string {
  const [top = ''] = mime.split('/');
  return ['image', 'video', 'audio'].includes(top) ? top : 'file';
}
