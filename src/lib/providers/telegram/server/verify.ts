import type { Channel } from '../../../domain/provider';
import { sameText, secretsOf } from '../../../server/providers/signature';

/** There is no handshake: Telegram is told our address by `setWebhook`. */
export function handshake(): string | null {
  return null;
}

/**
 * `X-Telegram-Bot-Api-Secret-Token` is the secret that `setWebhook` was given, the same on every call: it says who calls, not that the
 * body is whole. All secrets are looked at, so that the time tells nothing about which one fits.
 */
export async function verify(_body: Uint8Array, headers: Headers, channel: Channel): Promise<boolean> {
  const given = headers.get('x-telegram-bot-api-secret-token') ?? '';
  const fits = secretsOf(channel.secrets.webhookSecret).map((secret) => sameText(given, secret));
  return fits.includes(true);
}

/** As Telegram marks what it posts to us. */
export async function prove(_body: string, channel: Channel): Promise<Record<string, string> | null> {
  const [secret] = secretsOf(channel.secrets.webhookSecret);
  return secret === undefined ? null : { 'x-telegram-bot-api-secret-token': secret };
}
