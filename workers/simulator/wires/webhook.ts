import { phoneAbilities, type PhoneAct, type PhoneMedia } from '../../../src/lib/domain/simulator';
import { demoChannels } from '../../demo/channels';
import { standardSignature } from '../signing';
import { webhookRefusals } from './webhook-refusals';
import type { ActContext, Wire } from './wire';

const { webhookSecret } = demoChannels.webhook.secrets;

/** Any other app: Parley's own JSON in both directions, signed by the Standard Webhooks rules. */
export const webhook: Wire = {
  newId: () => `sim-${crypto.randomUUID()}`,
  hasAlbumsInOne: false,
  act: (act, context) => {
    const { id, at, address, name, token } = context;
    const user = { id: address, ...(name !== null && { name }) };
    switch (act.type) {
      case 'reaction':
        return event('message.reaction', at, { id, user, targetId: act.targetId, emoji: act.emoji });
      case 'edit':
        return event('message.edited', at, { id, user, targetId: act.targetId, text: act.text });
      case 'revoke':
        return event('message.revoked', at, { id, user, targetId: act.targetId });
      case 'echo':
        return event('message.sent', at, {
          id,
          user,
          message: { type: 'text', text: act.text },
          origin: phoneAbilities.webhook.echoFrom,
        });
      default: {
        const content = contentOf(act, context);
        const campaign = act.type === 'button' && token !== null ? { campaignToken: token } : {};
        return content && event('message.received', at, { id, user, ...content, ...campaign });
      }
    }
  },
  receipt: ({ id, messageId, at, status, failure }) =>
    event('message.status', at, { id, idempotencyKey: messageId, status, ...(status === 'failed' && failure) }),
  sign: (eventId, body, now) => standardSignature(webhookSecret, eventId, body, now),
  accepted: ({ id }) => ({ status: 200, body: { id } }),
  refusals: webhookRefusals,
  undeliverable: { reason: 'The app could not reach this user.' },
  closed: { window: null, blocked: null, missingReply: null },
};

const event = (type: string, at: number, data: object) => ({ type, timestamp: new Date(at).toISOString(), data });

type Content = { message: object; replyTo?: string };

/** Null for what is no message. */
function contentOf(act: PhoneAct, { files, token, apiBase }: ActContext): Content | null {
  switch (act.type) {
    case 'text':
      return { message: { type: 'text', text: act.text }, ...(act.replyTo !== null && { replyTo: act.replyTo }) };
    case 'button':
      return { message: { type: 'button', text: act.text, payload: token ?? act.text }, replyTo: act.targetId };
    case 'media': {
      const [file] = files;
      const text = act.caption !== '' && { text: act.caption };
      return file ? { message: { type: act.kind, ...text, media: mediaOf(file, apiBase) } } : null;
    }
    case 'location': {
      const { latitude, longitude, name } = act;
      return { message: { type: 'location', location: { latitude, longitude, ...(name !== '' && { name }) } } };
    }
    case 'contacts':
      return { message: { type: 'contacts', contacts: [{ name: act.name, phones: [act.phone] }] } };
    case 'unsupported':
      return { message: { type: 'hologram' } };
    default:
      return null;
  }
}

const mediaOf = ({ id, mime, fileName }: PhoneMedia, apiBase: string) => ({
  url: `${apiBase}/attachments/${id}/${encodeURIComponent(fileName ?? 'file')}`,
  mime,
  ...(fileName !== null && { fileName }),
});
