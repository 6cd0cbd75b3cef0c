import { z } from 'zod';
import { rulesOf } from '../../../domain/provider-rules';
import type { Channel, OutboundMessage, SendDeps, SendResult } from '../../../domain/provider';
import { call, failed, type Answer } from '../../../server/providers/call';
import { Id, soft } from '../../../server/providers/facts';
import { bodyOf, takesCaption } from './body';
import { resultOf } from './errors';
import { errorIn, graphHeaders, graphUrl } from './graph';
import { upload } from './upload';

const { maxText, maxCaption } = rulesOf('whatsapp');
const Taken = z.object({ messages: soft(z.array(z.object({ id: soft(Id) }))) });

/**
 * `POST {apiBase}/v24.0/{phone number id}/messages`; our message id comes back with every status as `biz_opaque_callback_data`. A file
 * is uploaded first: only the call that sends can be in doubt.
 */
export async function send(message: OutboundMessage, channel: Channel, deps: SendDeps): Promise<SendResult> {
  const refusal = refusalOf(message);
  if (refusal) return refusal;
  const { accessToken } = channel.secrets;
  if (!accessToken) return failed('not_configured', 'This channel has no access token. An Admin must set it up.');
  const { media, template } = message;
  const uploaded = media && !template ? await upload(media, accessToken, channel, deps) : { mediaId: null };
  if ('status' in uploaded) return uploaded;
  const url = graphUrl(deps.apiBase, channel.accountId, 'messages');
  const headers = { ...graphHeaders(accessToken), 'content-type': 'application/json' };
  const answer = await call(url, headers, JSON.stringify(bodyOf(message, uploaded.mediaId)), deps);
  return typeof answer.status === 'string' ? answer : interpret(answer);
}

/** What WhatsApp would refuse is refused here, in words and without a call. Lengths are in characters. */
function refusalOf({ text, media, template }: OutboundMessage): SendResult | null {
  if (template) return null;
  if (!media && text.trim() === '') return failed('empty', 'WhatsApp does not take an empty message.', false);
  const [most, what] = media ? [maxCaption, 'this caption'] : [maxText, 'this message'];
  const length = media && !takesCaption(media.kind) ? 0 : [...text].length;
  return length <= most ? null : failed('too_long', `WhatsApp takes at most ${most} characters; ${what} has ${length}.`, false);
}

function interpret(answer: Answer): SendResult {
  const { status, json, retryAfterMs } = answer;
  const error = errorIn(json);
  if (error || status < 200 || status > 299) return resultOf(error, status, retryAfterMs);
  const taken = Taken.safeParse(json);
  // Without an id the receipts still find it by ours.
  if (taken.success) return { status: 'sent', providerMessageId: taken.data.messages?.[0]?.id ?? null };
  return { status: 'unknown', reason: 'WhatsApp’s answer could not be read. The message may have gone out.' };
}
