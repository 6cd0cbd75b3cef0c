import { z } from 'zod';
import type { Channel, Check, SendDeps } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { soft } from '../../../server/providers/facts';
import { secretsOf } from '../../../server/providers/signature';
import { callBot, botTokenOf, type Reply } from './bot-api';
import { BotApiId } from './chat';
import { BAD_TOKEN, meaningOf } from './errors';

/** What Parley understands; reactions come only when they are asked for by name. */
const UPDATES = ['message', 'edited_message', 'callback_query', 'my_chat_member', 'message_reaction'];
/** Calls at once, Telegram's own measure. */
const MAX_CONNECTIONS = 40;
/** The ports that Telegram calls (https://core.telegram.org/bots/api#setwebhook); '' is that of https. */
const PORTS = ['', '443', '80', '88', '8443'];
const SECRET = /^[A-Za-z0-9_-]{1,256}$/;
/** Telegram keeps its last error for long; one that is this old is over when nothing waits. */
const RECENT_MS = 600_000;

const Bot = z.object({ id: BotApiId, username: soft(z.string()) });
const WebhookInfo = z.object({
  url: soft(z.string()),
  pending_update_count: soft(z.number()),
  last_error_date: soft(z.number()),
  last_error_message: soft(z.string()),
  allowed_updates: soft(z.array(z.string())),
});
type WebhookInfo = z.infer<typeof WebhookInfo>;

const tokenCheck = (help: string | null): Check => ({ name: 'Bot token', ok: help === null, help });
const webhookCheck = (help: string | null): Check => ({ name: 'Webhook', ok: help === null, help });

/** `getMe`: whether the token is this bot's; `getWebhookInfo`: whether Telegram delivers to this channel, and how that goes. */
export async function check(channel: Channel, deps: SendDeps): Promise<Check[]> {
  const unset = unsetToken(channel);
  if (unset !== null) return [tokenCheck(unset)];
  const [me, info] = await Promise.all(['getMe', 'getWebhookInfo'].map((method) => callBot(method, {}, channel, deps)));
  return [tokenCheck(helpOfBot(me, channel)), webhookCheck(helpOfWebhook(info, channel, deps.now))];
}

/** `setWebhook` with the newest secret: from now on every call must carry it. Updates that wait are kept. */
export async function connect(webhookUrl: string, channel: Channel, deps: SendDeps): Promise<Check> {
  const [secret] = secretsOf(channel.secrets.webhookSecret);
  const help = unsetToken(channel) ?? refuseUrl(webhookUrl) ?? refuseSecret(secret);
  if (help !== null) return webhookCheck(help);
  const parameters = {
    url: webhookUrl,
    secret_token: secret,
    allowed_updates: UPDATES,
    max_connections: MAX_CONNECTIONS,
  };
  return webhookCheck(helpOfFailure(await callBot('setWebhook', parameters, channel, deps)));
}

function unsetToken(channel: Channel): string | null {
  if (botTokenOf(channel) !== null) return null;
  return 'Enter the bot token that @BotFather shows: digits, a colon, then letters and digits.';
}

function refuseUrl(address: string): string | null {
  const url = URL.parse(address);
  if (url?.protocol !== 'https:') {
    return 'Telegram calls https addresses only. Open Parley at its public https address and connect from there.';
  }
  return PORTS.includes(url.port) ? null : `Telegram calls the ports 443, 80, 88 and 8443 only, not ${url.port}.`;
}

function refuseSecret(secret: string | undefined): string | null {
  if (secret !== undefined && SECRET.test(secret)) return null;
  return 'The secret token must be 1 to 256 letters, digits, _ or -.';
}

function helpOfBot(reply: Reply | undefined, { accountId }: Channel): string | null {
  if (reply?.status !== 'ok') return helpOfFailure(reply);
  const bot = Bot.safeParse(reply.result).data;
  if (!bot) return 'Telegram’s answer could not be read.';
  if (bot.id === accountId) return null;
  const name = cleanText(bot.username ?? '', 64);
  return `This token belongs to another bot${name === '' ? '' : `, @${name}`} (${bot.id}); this channel is for ${accountId}.`;
}

function helpOfWebhook(reply: Reply | undefined, channel: Channel, now: number): string | null {
  if (reply?.status !== 'ok') return helpOfFailure(reply);
  const info = WebhookInfo.safeParse(reply.result).data;
  if (!info) return 'Telegram’s answer could not be read.';
  if (!info.url) return 'Telegram does not know where to deliver. Connect this channel.';
  const url = URL.parse(info.url);
  if (url?.pathname !== `/webhooks/${channel.id}`) {
    return `Telegram delivers to another place${url ? ` (${cleanText(url.host, 255)})` : ''}. Connect this channel again.`;
  }
  return helpOfErrors(info, now) ?? helpOfUpdates(info);
}

function helpOfErrors(info: WebhookInfo, now: number): string | null {
  const waiting = info.pending_update_count ?? 0;
  const isRecent = info.last_error_date !== undefined && now - info.last_error_date * 1_000 < RECENT_MS;
  if (!info.last_error_message || (waiting === 0 && !isRecent)) return null;
  const words = cleanText(info.last_error_message, 200).replace(/\.$/, '');
  const queue = waiting === 0 ? '' : ` Updates waiting: ${waiting}.`;
  const advice = /\b401\b/.test(words) ? ' Connect this channel again, so that Telegram has the current secret token.' : '';
  return `Telegram’s last delivery failed: ${words}.${queue}${advice}`;
}

/** Without a list Telegram sends all kinds but a few, reactions among those. */
function helpOfUpdates({ allowed_updates: allowed }: WebhookInfo): string | null {
  const sent = allowed?.length ? allowed : UPDATES.filter((name) => name !== 'message_reaction');
  const missing = UPDATES.filter((name) => !sent.includes(name));
  return missing.length === 0 ? null : `Telegram does not send: ${missing.join(', ')}. Connect this channel again.`;
}

function helpOfFailure(reply: Reply | undefined): string | null {
  if (reply?.status === 'ok') return null;
  if (reply?.status !== 'refused') return 'Telegram could not be reached. Try again.';
  const { refusal } = reply;
  if (refusal.code === 401 || refusal.code === 404) return BAD_TOKEN;
  if (refusal.code === 429) return 'Telegram asks to wait. Try again in a minute.';
  if (refusal.code >= 500) return 'Telegram has a fault of its own. Try again.';
  return meaningOf(refusal);
}
