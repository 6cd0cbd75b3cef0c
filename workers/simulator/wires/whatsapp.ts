import type { PhoneAct } from '../../../src/lib/domain/simulator';
import { demoChannels } from '../../demo/channels';
import { metaSignature } from '../signing';
import type { ActContext, ProviderAnswer, Wire } from './wire';

const { accountId, secrets } = demoChannels.whatsapp;
/** The number behind the phone number id, as webhooks show it. */
const DISPLAY_NUMBER = '15550783881';

/** WhatsApp Cloud API: webhook fields `messages` and `statuses`, errors with Meta's codes. Timestamps are text of seconds. */
export const whatsapp: Wire = {
  newId: () => `wamid.SIM${crypto.randomUUID().replaceAll('-', '').toUpperCase()}`,
  act: (act, context) =>
    envelope({
      contacts: [{ profile: { ...(context.name !== null && { name: context.name }) }, wa_id: context.address }],
      messages: [{ from: context.address, id: context.id, timestamp: seconds(context.at), ...contentOf(act, context) }],
    }),
  receipt: ({ id, messageId, address, at, status }) =>
    envelope({
      statuses: [
        {
          id,
          status,
          timestamp: seconds(at),
          recipient_id: address,
          biz_opaque_callback_data: messageId,
          ...(status === 'failed' && { errors: [undeliverable] }),
        },
      ],
    }),
  sign: (_eventId, body) => metaSignature(secrets.appSecret, body),
  accepted: (id, address) => ({
    status: 200,
    body: { messaging_product: 'whatsapp', contacts: [{ input: address, wa_id: address }], messages: [{ id }] },
  }),
  refused: (fault) => refusals[fault],
};

const seconds = (at: number): string => String(Math.floor(at / 1_000));

function envelope(value: object) {
  const metadata = { display_phone_number: DISPLAY_NUMBER, phone_number_id: accountId };
  const changes = [{ field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } }];
  return { object: 'whatsapp_business_account', entry: [{ id: '102290129340398', changes }] };
}

function contentOf(act: PhoneAct, context: ActContext): object {
  switch (act.type) {
    case 'text':
      return { type: 'text', text: { body: act.text }, ...(act.replyTo !== null && contextOf(act.replyTo)) };
    case 'button':
      return { type: 'button', button: { payload: act.text, text: act.text }, ...contextOf(act.targetId) };
    case 'media':
      return mediaOf(act, context);
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
    case 'edit':
      return {
        type: 'edit',
        edit: { original_message_id: act.targetId, message: { type: 'text', text: { body: act.text } } },
      };
    case 'revoke':
      return { type: 'revoke', revoke: { original_message_id: act.targetId } };
  }
}

const contextOf = (id: string) => ({ context: { from: DISPLAY_NUMBER, id } });

const mimes = {
  image: 'image/jpeg',
  video: 'video/mp4',
  voice: 'audio/ogg; codecs=opus',
  document: 'application/pdf',
  sticker: 'image/webp',
};

/** A media message names its bytes by an id; the simulator has none to give. */
function mediaOf(act: Extract<PhoneAct, { type: 'media' }>, context: ActContext) {
  const type = act.kind === 'voice' ? 'audio' : act.kind;
  const part = {
    id: `media-${context.id.slice(-12)}`,
    mime_type: mimes[act.kind],
    ...(act.kind === 'voice' && { voice: true }),
    ...(act.kind === 'document' && { filename: 'document.pdf' }),
    ...(act.caption !== '' && { caption: act.caption }),
  };
  return { type, [type]: part };
}

const undeliverable = {
  code: 131026,
  title: 'Message undeliverable',
  message: 'Message undeliverable',
  error_data: { details: 'Message Undeliverable.' },
};

export function metaError(status: number, code: number, message: string, details = message): ProviderAnswer {
  const type = code === 190 ? 'OAuthException' : 'GraphMethodException';
  const error_data = { messaging_product: 'whatsapp', details };
  return { status, body: { error: { message: `(#${code}) ${message}`, type, code, error_data, fbtrace_id: 'SIMULATOR' } } };
}

const refusals: Record<Parameters<Wire['refused']>[0], ProviderAnswer> = {
  window: metaError(400, 131047, 'Re-engagement message', 'More than 24 hours have passed since the customer last replied.'),
  tooFast: metaError(400, 131056, '(Business Account, Consumer Account) pair rate limit hit'),
  busy: metaError(503, 131016, 'Service unavailable'),
  serverError: metaError(500, 131000, 'Something went wrong'),
  token: metaError(401, 190, 'Invalid OAuth access token'),
};
