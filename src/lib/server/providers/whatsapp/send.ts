import { z } from 'zod';
import type { Channel, OutboundMessage, SendDeps, SendResult } from '../../../domain/provider';
import { call, failed, type Answer } from '../call';
import { Id, soft } from '../facts';
import { MetaError, resultOf } from './errors';

/** The Graph API version that the bodies here are written for. */
const VERSION = 'v24.0';
/** Longest text that WhatsApp takes, in characters. */
const MAX_TEXT = 4_096;

const Taken = z.object({ messages: soft(z.array(z.object({ id: soft(Id) }))) });
const Refused = z.object({ error: MetaError });

/** `POST {apiBase}/v24.0/{phone number id}/messages`; our message id comes back with every status as `biz_opaque_callback_data`. */
export async function send(message: OutboundMessage, channel: Channel, deps: SendDeps): Promise<SendResult> {
  const length = [...message.text].length;
  if (message.text.trim() === '') return failed('empty', 'WhatsApp does not take an empty message.', false);
  if (length > MAX_TEXT) {
    return failed('too_long', `WhatsApp takes at most ${MAX_TEXT} characters; this message has ${length}.`, false);
  }
  const { accessToken } = channel.secrets;
  if (!accessToken) return failed('not_configured', 'This channel has no access token. An Admin must set it up.');
  const url = `${deps.apiBase.replace(/\/+$/, '')}/${VERSION}/${encodeURIComponent(channel.accountId)}/messages`;
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
  const answer = await call(url, headers, JSON.stringify(bodyOf(message)), deps);
  return typeof answer.status === 'string' ? answer : interpret(answer);
}

function bodyOf(message: OutboundMessage) {
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    // With both, the number would win; a user who hides it has only the scoped id (two capitals, a dot, then letters and digits).
    ...(/^[A-Z]{2}\./.test(message.address) ? { recipient: message.address } : { to: message.address }),
    type: 'text',
    text: { body: message.text, preview_url: false },
    ...(message.replyTo !== null && { context: { message_id: message.replyTo } }),
    biz_opaque_callback_data: message.id,
  };
}

function interpret(answer: Answer): SendResult {
  const { status, json, retryAfterMs } = answer;
  const refused = Refused.safeParse(json);
  if (refused.success) return resultOf(refused.data.error, status, retryAfterMs);
  if (status < 200 || status > 299) return resultOf(undefined, status, retryAfterMs);
  const taken = Taken.safeParse(json);
  // Without an id the receipts still find it by ours.
  if (taken.success) return { status: 'sent', providerMessageId: taken.data.messages?.[0]?.id ?? null };
  return { status: 'unknown', reason: 'WhatsApp’s answer could not be read. The message may have gone out.' };
}
