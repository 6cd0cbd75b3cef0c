import { z } from 'zod';
import type { Channel, OutboundMessage, SendDeps, SendResult } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { call, failed, type Answer } from '../../../server/providers/call';
import { Id, soft } from '../../../server/providers/facts';
import { baseOf, messagesUrl } from './address';
import { sign } from './verify';

const Taken = z.object({ id: soft(Id) });
const Refusal = z.object({ reason: soft(z.string()), error: soft(z.string()), message: soft(z.string()) });
const MAX_REASON = 300;

/**
 * `POST {sendUrl, or apiBase}/messages`, signed by Standard Webhooks with our message id as `webhook-id`, so that the app can drop a
 * repeated call. 2xx: taken, `{ "id" }` is the app's own id. By the specification 3xx is a failure and 410 ends the whole subscription.
 */
export async function send(message: OutboundMessage, channel: Channel, deps: SendDeps): Promise<SendResult> {
  const content = await contentOf(message);
  if (content === null) return failed('file_gone', 'The file could not be made available to the app. Attach it again.', false);
  const body = JSON.stringify({
    type: 'message.send',
    timestamp: new Date(deps.now).toISOString(),
    data: {
      user: { id: message.address },
      message: { ...content, ...buttonsOf(message), ...(message.replyTo !== null && { replyTo: message.replyTo }) },
      idempotencyKey: message.id,
      ...(message.campaign && { campaignToken: message.campaign.token }),
    },
  });
  // The specification keeps the dot for itself, and the ids of campaigns' messages have one.
  const signature = await sign(message.id.replaceAll('.', '_'), body, channel, deps.now);
  if (!signature) return failed('not_configured', 'This channel has no signing secret. An Admin must set it up.');
  const base = baseOf(channel, deps);
  const url = base ? messagesUrl(base) : '';
  const answer = await call(url, { 'content-type': 'application/json', ...signature }, body, deps);
  return typeof answer.status === 'string' ? answer : resultOf(answer);
}

function buttonsOf({ campaign }: OutboundMessage) {
  const buttons = (campaign?.buttons ?? []).map(({ title, token }) => ({ title, payload: token }));
  return buttons.length > 0 && { buttons };
}

/** The message in the contract's words; null when its file cannot be had. */
async function contentOf({ text, media }: OutboundMessage) {
  if (!media) return { type: 'text', text };
  try {
    const { kind, mime, fileName } = media;
    return { type: kind, ...(text.trim() !== '' && { text }), media: { url: await media.url(), mime, fileName } };
  } catch {
    return null;
  }
}

function resultOf(answer: Answer): SendResult {
  const { status } = answer;
  if (status >= 200 && status < 300) return taken(answer);
  const code = `http_${status}`;
  switch (status) {
    case 429:
    case 503:
      return { status: 'retry', afterMs: answer.retryAfterMs, reason: 'The app is busy.', code };
    case 401:
    case 403:
      return {
        status: 'stopped',
        reason: 'The app does not accept our signature. An Admin must check the signing secret.',
        code,
      };
    case 410:
      return {
        status: 'stopped',
        reason: 'The app takes no more messages at this address. An Admin must set another one.',
        code,
      };
  }
  // Whoever answers these may have passed the message on first.
  if (status === 408 || status >= 500) {
    return { status: 'unknown', reason: `The app answered with an error (HTTP ${status}). The message may have gone out.` };
  }
  return failed(code, `The app refused it (HTTP ${status})${wordsOf(answer.json)}.`, false);
}

function taken(answer: Answer): SendResult {
  if (answer.empty) return { status: 'sent', providerMessageId: null };
  const parsed = Taken.safeParse(answer.json);
  if (parsed.success) return { status: 'sent', providerMessageId: parsed.data.id ?? null };
  return { status: 'unknown', reason: 'The answer could not be read. The message may have gone out.' };
}

function wordsOf(json: unknown): string {
  const parsed = Refusal.safeParse(json);
  if (!parsed.success) return '';
  const words = cleanText(parsed.data.reason ?? parsed.data.error ?? parsed.data.message ?? '', MAX_REASON).trim();
  return words === '' ? '' : `: ${words.replace(/\.$/, '')}`;
}
