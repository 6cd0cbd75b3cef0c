import { z } from 'zod';
import type { Channel, OutboundMedia, OutboundMessage, SendDeps, SendResult } from '../../../domain/provider';
import { attachmentFor, type AttachmentKind } from '../../../domain/provider-rules';
import { cleanText } from '../../../domain/text';
import { call, failed, type Answer } from '../../../server/providers/call';
import { Id, soft } from '../../../server/providers/facts';
import { humanAgentMs, profile, windowMs } from '../profile';
import { resultOf } from './errors';
import { graphUrl, Refused } from './graph';

const { maxText } = profile;
const MAX_FILE_NAME = 200;

const Taken = z.object({ recipient_id: soft(Id), message_id: soft(Id) });

/** Under which rule a message goes out. The tag is for answers by people only, and never inside the window. */
type Rule = { messaging_type: 'RESPONSE' | 'UPDATE' } | { messaging_type: 'MESSAGE_TAG'; tag: 'HUMAN_AGENT' };

const attachmentTypes: Record<AttachmentKind, 'image' | 'video' | 'audio' | 'file'> = {
  image: 'image',
  sticker: 'image',
  video: 'video',
  audio: 'audio',
  document: 'file',
};

/** `POST {apiBase}/v24.0/{page id}/messages`; our id travels as `metadata` and comes back with the echo. A file goes with its bytes. */
export async function send(message: OutboundMessage, channel: Channel, deps: SendDeps): Promise<SendResult> {
  const { media } = message;
  const refusal = refusalOf(message);
  if (refusal) return refusal;
  const { accessToken } = channel.secrets;
  if (!accessToken) return failed('not_configured', 'This channel has no access token. An Admin must set it up.');
  // A campaign answers nobody. Whether the window is open Messenger knows, and says.
  const rule: Rule | null = message.campaign
    ? { messaging_type: 'UPDATE' }
    : ruleAt(deps.now - message.lastActionAt, channel.settings.humanAgent === true);
  if (!rule) return windowClosed(channel.settings.humanAgent === true);
  const url = graphUrl(deps.apiBase, [channel.accountId, 'messages'], { access_token: accessToken });
  const parts = partsOf(message, rule);
  const body = media ? await formOf(parts, media) : JSON.stringify(parts);
  if (body === null) return failed('file_gone', 'The attached file could not be read. Attach it again.');
  const answer = await call(url, media ? {} : { 'content-type': 'application/json' }, body, deps);
  return typeof answer.status === 'string' ? answer : interpret(answer, rule.messaging_type === 'MESSAGE_TAG');
}

/** What Messenger would surely not take, said before any call. */
function refusalOf({ text, media, template }: OutboundMessage): SendResult | null {
  if (template) return failed('no_templates', 'Messenger has no templates.', false);
  if (media) {
    const fit = attachmentFor('messenger', media);
    return 'refusal' in fit ? failed('bad_file', fit.refusal, false) : null;
  }
  if (text.trim() === '') return failed('empty', 'Messenger does not take an empty message.', false);
  if (text.length <= maxText) return null;
  return failed('too_long', `Messenger takes at most ${maxText} characters; this message has ${text.length}.`, false);
}

/** By the time since the end user last did something; null when it is too late for an answer. */
function ruleAt(ageMs: number, humanAgent: boolean): Rule | null {
  if (ageMs < windowMs) return { messaging_type: 'RESPONSE' };
  return humanAgent && ageMs < humanAgentMs ? { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' } : null;
}

function windowClosed(humanAgent: boolean): SendResult {
  const time = humanAgent ? '7 days' : '24 hours';
  const reason = `More than ${time} have passed since the customer last wrote. Messenger takes an answer when they write again.`;
  return { status: 'failed', failure: { code: 'window_closed', reason, retryable: false }, windowClosed: true };
}

function partsOf({ id, address, text, replyTo, media, campaign }: OutboundMessage, rule: Rule) {
  const attachment = media && { type: attachmentTypes[media.kind], payload: { is_reusable: true } };
  const quickReplies = (campaign?.buttons ?? []).map(({ title, token }) => ({ content_type: 'text', title, payload: token }));
  const said = { text, ...(quickReplies.length > 0 && { quick_replies: quickReplies }) };
  return {
    recipient: { id: address },
    ...rule,
    message: attachment ? { attachment, metadata: id } : { ...said, metadata: id },
    ...(replyTo !== null && { reply_to: { mid: wholeOf(replyTo) } }),
  };
}

/** A further attachment of one message has our own ending on its id; Messenger knows the whole message only. */
const wholeOf = (id: string): string => id.replace(/#\d+$/, '');

/** The same parts as a form, objects as JSON, with the file; null when its bytes are gone. */
async function formOf(parts: object, media: OutboundMedia): Promise<FormData | null> {
  const form = new FormData();
  for (const [name, value] of Object.entries(parts)) form.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  try {
    // What the store says about the type does not matter: Messenger goes by the part's own.
    const bytes = await media.read();
    form.set('filedata', new File([bytes], fileNameOf(media), { type: media.mime }));
    return form;
  } catch {
    return null;
  }
}

/** A name that cannot break out of the part's header. */
const fileNameOf = ({ fileName }: OutboundMedia): string =>
  cleanText(fileName, MAX_FILE_NAME)
    .replace(/[\u0000-\u001f\u007f"\\/]/g, '_')
    .trim() || 'file';

function interpret({ status, json, retryAfterMs }: Answer, tagged: boolean): SendResult {
  const refused = Refused.safeParse(json);
  if (refused.success) return resultOf(refused.data.error, status, retryAfterMs, tagged);
  if (status < 200 || status > 299) return resultOf(undefined, status, retryAfterMs, tagged);
  const { data } = Taken.safeParse(json);
  // Without the message's id the echo still finds it by ours.
  if (data?.message_id !== undefined || data?.recipient_id !== undefined) {
    return { status: 'sent', providerMessageId: data.message_id ?? null };
  }
  return { status: 'unknown', reason: 'Messenger’s answer could not be read. The message may have gone out.' };
}
