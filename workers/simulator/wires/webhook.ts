import type { PhoneAct } from '../../../src/lib/domain/simulator';
import { demoChannels } from '../../demo/channels';
import { standardSignature } from '../signing';
import type { ProviderAnswer, Wire } from './wire';

const { webhookSecret } = demoChannels.webhook.secrets;

/** Any other app: Parley's own JSON in both directions, signed by the Standard Webhooks rules. */
export const webhook: Wire = {
  newId: () => `sim-${crypto.randomUUID()}`,
  act: (act, { id, at, address, name }) => {
    const content = contentOf(act);
    if (content === null) return null;
    const { message, replyTo } = content;
    const user = { id: address, ...(name !== null && { name }) };
    return event('message.received', at, { id, user, message, ...(replyTo !== null && { replyTo }) });
  },
  receipt: ({ id, messageId, at, status }) =>
    event('message.status', at, {
      id,
      idempotencyKey: messageId,
      status,
      ...(status === 'failed' && { reason: 'The app could not reach this user.' }),
    }),
  sign: (eventId, body, now) => standardSignature(webhookSecret, eventId, body, now),
  accepted: (id) => ({ status: 200, body: { id } }),
  refused: (fault) => refusals[fault],
};

const event = (type: string, at: number, data: object) => ({ type, timestamp: new Date(at).toISOString(), data });

/** Null for what this contract has no word for: reactions, edits and withdrawals. */
function contentOf(act: PhoneAct): { message: object; replyTo: string | null } | null {
  switch (act.type) {
    case 'text':
      return { message: { type: 'text', text: act.text }, replyTo: act.replyTo };
    case 'button':
      return { message: { type: 'button', text: act.text }, replyTo: act.targetId };
    case 'media':
      return { message: { type: act.kind, ...(act.caption !== '' && { text: act.caption }) }, replyTo: null };
    case 'location':
      return { message: { type: 'location', text: act.name || `${act.latitude}, ${act.longitude}` }, replyTo: null };
    case 'contacts':
      return { message: { type: 'contacts', text: `${act.name}, ${act.phone}` }, replyTo: null };
    case 'unsupported':
      return { message: { type: 'hologram' }, replyTo: null };
    case 'reaction':
    case 'edit':
    case 'revoke':
      return null;
  }
}

const refusals: Record<Parameters<Wire['refused']>[0], ProviderAnswer> = {
  window: { status: 422, body: { reason: 'This user no longer takes messages' } },
  tooFast: { status: 429, body: { reason: 'Too many messages' }, headers: { 'retry-after': '3' } },
  busy: { status: 503, body: { reason: 'Busy' } },
  serverError: { status: 500, body: { reason: 'Internal error' } },
  token: { status: 401, body: { reason: 'Bad signature' } },
};
