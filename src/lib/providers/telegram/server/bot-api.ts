import { z } from 'zod';
import type { Channel, SendDeps, SendResult } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { call, type Answer } from '../../../server/providers/call';
import { soft } from '../../../server/providers/facts';

/** `<bot id>:<secret>`. Whatever else stands here would be a part of the address that the token is put into. */
const TOKEN = /^\d{1,20}:[A-Za-z0-9_-]{1,128}$/;
const MAX_DESCRIPTION = 300;

/** Why Telegram did not do it. `code` is its `error_code`, which is that of HTTP; `description` its own words, without our token. */
export type Refusal = { code: number; description: string; afterMs: number | null };

/** What became of one call. `lost`: no call, or no answer that says anything, with what that means for a message. */
export type Reply =
  { status: 'ok'; result: unknown } | { status: 'refused'; refusal: Refusal } | { status: 'lost'; result: SendResult };

const Envelope = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  error_code: soft(z.number().int().min(300).max(599)),
  description: soft(z.string()),
  parameters: soft(z.object({ retry_after: soft(z.number().nonnegative()) })),
});

/** The bot token, when it is one. */
export function botTokenOf(channel: Channel): string | null {
  const token = channel.secrets.accessToken?.trim() ?? '';
  return TOKEN.test(token) ? token : null;
}

/**
 * The API's address of a bot, with `/` at its end: `{apiBase}/bot<token>/`, of its files `{apiBase}/file/bot<token>/`. The token is in
 * it: it goes into requests, never into words or logs.
 */
export const botUrl = (token: string, { apiBase }: SendDeps, files = false): string =>
  `${apiBase.replace(/\/+$/, '')}/${files ? 'file/' : ''}bot${token}/`;

/** One method of the Bot API: always by POST, with JSON, or with a form when a file is in it. Never throws. */
export async function callBot(
  method: string,
  parameters: Record<string, unknown> | FormData,
  channel: Channel,
  deps: SendDeps,
): Promise<Reply> {
  const token = botTokenOf(channel);
  if (token === null) return { status: 'lost', result: unsetOf(channel) };
  const [headers, body]: [Record<string, string>, string | FormData] =
    parameters instanceof FormData ? [{}, parameters] : [{ 'content-type': 'application/json' }, JSON.stringify(parameters)];
  const answer = await call(`${botUrl(token, deps)}${method}`, headers, body, deps);
  return typeof answer.status === 'string' ? { status: 'lost', result: answer } : replyOf(answer, token);
}

function unsetOf(channel: Channel): SendResult {
  const reason = channel.secrets.accessToken?.trim()
    ? 'The bot token of this channel is not one. An Admin must enter it again.'
    : 'This channel has no bot token. An Admin must set it up.';
  return { status: 'stopped', reason, code: 'not_configured' };
}

function replyOf(answer: Answer, token: string): Reply {
  const fine = answer.status >= 200 && answer.status < 300;
  const { success, data } = Envelope.safeParse(answer.json);
  if (success && fine && data.ok) return { status: 'ok', result: data.result };
  if (!success && fine) {
    const reason = 'Telegram’s answer could not be read. The message may have gone out.';
    return { status: 'lost', result: { status: 'unknown', reason } };
  }
  const seconds = data?.parameters?.retry_after;
  const refusal: Refusal = {
    code: data?.error_code ?? (fine ? 400 : answer.status),
    description: cleanText((data?.description ?? '').replaceAll(token, '…'), MAX_DESCRIPTION).trim(),
    afterMs: seconds === undefined ? answer.retryAfterMs : seconds * 1_000,
  };
  return { status: 'refused', refusal };
}
