import type { PhoneAct, PhoneMedia } from '../../../src/lib/domain/simulator';
import { demoChannels } from '../../demo/channels';
import { metaSignature } from '../signing';
import { undeliverable, whatsappRefusals } from './whatsapp-refusals';
import type { ActContext, Wire } from './wire';

const { accountId, secrets } = demoChannels.whatsapp;
/** The number behind the phone number id, as webhooks show it. */
export const DISPLAY_NUMBER = '15550783881';
/** The business account that the number belongs to. */
export const BUSINESS_ID = '102290129340398';

/** WhatsApp Cloud API: webhook fields `messages` and `smb_message_echoes`. Timestamps are text of seconds. */
export const whatsapp: Wire = {
  newId: () => `wamid.SIM${crypto.randomUUID().replaceAll('-', '').toUpperCase()}`,
  hasAlbumsInOne: false,
  act: (act, context) => {
    if (act.type === 'echo') return echo(act.text, context);
    const content = contentOf(act, context);
    if (content === null) return null;
    return envelope('messages', {
      contacts: [{ profile: { ...(context.name !== null && { name: context.name }) }, wa_id: context.address }],
      messages: [{ from: context.address, id: context.id, timestamp: seconds(context.at), ...content }],
    });
  },
  receipt: ({ id, messageId, address, at, status, failure }) =>
    envelope('messages', {
      statuses: [
        {
          id,
          status,
          timestamp: seconds(at),
          recipient_id: address,
          biz_opaque_callback_data: messageId,
          ...(status === 'failed' && { errors: [failure ?? undeliverable] }),
        },
      ],
    }),
  sign: (_eventId, body) => metaSignature(secrets.appSecret, body),
  accepted: ({ id, address }) => ({
    status: 200,
    body: { messaging_product: 'whatsapp', contacts: [{ input: address, wa_id: address }], messages: [{ id }] },
  }),
  refusals: whatsappRefusals,
  undeliverable,
  closed: { window: 'whatsapp:131047', blocked: null, missingReply: null },
};

const seconds = (at: number): string => String(Math.floor(at / 1_000));

function envelope(field: string, value: object) {
  const metadata = { display_phone_number: DISPLAY_NUMBER, phone_number_id: accountId };
  const changes = [{ field, value: { messaging_product: 'whatsapp', metadata, ...value } }];
  return { object: 'whatsapp_business_account', entry: [{ id: BUSINESS_ID, changes }] };
}

/** Sent from the phone app, which shares the number. */
function echo(text: string, { id, address, at }: ActContext) {
  const message = { from: DISPLAY_NUMBER, to: address, id, timestamp: seconds(at), type: 'text', text: { body: text } };
  return envelope('smb_message_echoes', { message_echoes: [message] });
}

function contentOf(act: PhoneAct, context: ActContext): object | null {
  switch (act.type) {
    case 'text':
      return { type: 'text', text: { body: act.text }, ...(act.replyTo !== null && contextOf(act.replyTo)) };
    case 'button': {
      const payload = context.token ?? act.text;
      const answered = contextOf(act.targetId);
      // Below free text it is a reply button; those of templates are quick replies.
      const isReply = context.target?.from === 'brand' && context.target.kind === 'text';
      return isReply
        ? {
            type: 'interactive',
            interactive: { type: 'button_reply', button_reply: { id: payload, title: act.text } },
            ...answered,
          }
        : { type: 'button', button: { payload, text: act.text }, ...answered };
    }
    case 'media':
      return mediaOf(act.kind, act.caption, context.files[0]);
    case 'location': {
      const { latitude, longitude, name } = act;
      return { type: 'location', location: { latitude, longitude, ...(name !== '' && { name }) } };
    }
    case 'contacts':
      return {
        type: 'contacts',
        contacts: [{ name: { formatted_name: act.name, first_name: act.name }, phones: [{ phone: act.phone, type: 'CELL' }] }],
      };
    case 'unsupported':
      return { type: 'unsupported', errors: [{ code: 131051, title: 'Message type unknown', message: 'Message type unknown' }] };
    case 'reaction':
      return { type: 'reaction', reaction: { message_id: act.targetId, ...(act.emoji !== null && { emoji: act.emoji }) } };
    case 'edit': {
      // An edited caption comes with its file again.
      const { kind = 'text', media } = context.target ?? {};
      const edited = media && kind !== 'text' ? mediaOf(kind, act.text, media) : { type: 'text', text: { body: act.text } };
      return { type: 'edit', edit: { original_message_id: act.targetId, message: edited } };
    }
    case 'revoke':
      return { type: 'revoke', revoke: { original_message_id: act.targetId } };
    case 'album':
    case 'block':
    case 'echo':
      return null;
  }
}

const contextOf = (id: string) => ({ context: { from: DISPLAY_NUMBER, id } });

function mediaOf(kind: string, caption: string, file: PhoneMedia | undefined): object | null {
  if (!file) return null;
  const type = kind === 'voice' ? 'audio' : kind;
  const hasCaption = caption !== '' && type !== 'audio' && type !== 'sticker';
  const part = {
    id: file.id,
    mime_type: kind === 'voice' ? `${file.mime}; codecs=opus` : file.mime,
    ...(type === 'audio' && { voice: kind === 'voice' }),
    ...(type === 'sticker' && { animated: false }),
    ...(type === 'document' && { filename: file.fileName ?? 'document' }),
    ...(hasCaption && { caption }),
  };
  return { type, [type]: part };
}
