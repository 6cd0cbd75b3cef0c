import type { SendResult } from '../../../domain/provider';
import type { Refusal } from './bot-api';

/** The bot token is no (longer) one: 401 for a revoked one, 404 for one that never was. */
export const BAD_TOKEN = 'Telegram does not accept the bot token. An Admin must enter the one that @BotFather shows.';

/** What Telegram's descriptions mean; it has no finer codes. By the first that fits. */
const meanings: readonly [RegExp, string][] = [
  [/blocked by the user|USER_IS_BLOCKED/i, 'The customer has blocked the bot.'],
  [/user is deactivated|INPUT_USER_DEACTIVATED/i, 'The customer’s Telegram account no longer exists.'],
  [/can't initiate conversation/i, 'The customer has never started the bot; only they can begin.'],
  [/messages to bots/i, 'Telegram does not let bots write to other bots.'],
  [/chat not found|PEER_ID_INVALID|user not found/i, 'Telegram does not know this chat: the customer has not started this bot.'],
  [/message thread not found|TOPIC_(?:CLOSED|DELETED)/i, 'The message thread that it belongs to no longer exists.'],
  [/repl(?:y|ied)[\w ]* not found/i, 'The message that it answers no longer exists.'],
  [/VOICE_MESSAGES_FORBIDDEN|receiving of voice/i, 'The customer does not take voice messages.'],
  [/caption is too long|CAPTION_TOO_LONG/i, 'The caption is too long for Telegram.'],
  [/message is too long|MESSAGE_TOO_LONG/i, 'The message is too long for Telegram.'],
  [/(?:text|message) (?:is|must be) (?:non-)?empty|MESSAGE_EMPTY/i, 'Telegram does not take an empty message.'],
  [/PHOTO_INVALID_DIMENSIONS/i, 'Telegram does not take photos of this width and height.'],
  [/IMAGE_PROCESS_FAILED|PHOTO_\w+/i, 'Telegram could not read this photo.'],
  [/too big|too large/i, 'The file is too large for Telegram.'],
  [/file must be non-empty/i, 'This file is empty.'],
  [/not enough rights|have no rights|CHAT_WRITE_FORBIDDEN/i, 'The bot may not write in this chat.'],
];

/** What a refused send means. Whatever is not in doubt has surely not gone out. */
export function resultOf(refusal: Refusal): SendResult {
  const code = String(refusal.code);
  if (refusal.code === 429) return { status: 'retry', afterMs: refusal.afterMs, reason: 'Telegram asks to wait.', code };
  if (refusal.code === 503) return { status: 'retry', afterMs: refusal.afterMs, reason: 'Telegram is busy.', code };
  if (refusal.code === 401 || refusal.code === 404) return { status: 'stopped', reason: BAD_TOKEN, code };
  if (refusal.code === 408 || refusal.code >= 500) {
    const reason = `Telegram answered with an error (HTTP ${code}). The message may have gone out.`;
    return { status: 'unknown', reason };
  }
  return { status: 'failed', failure: { code, reason: meaningOf(refusal), retryable: false } };
}

/** Telegram's description in words for an agent; one that is not in the list as it is. */
export function meaningOf({ code, description }: Refusal): string {
  const known = meanings.find(([pattern]) => pattern.test(description));
  if (known) return known[1];
  if (code === 413) return 'The file is too large for Telegram.';
  const words = description.replace(/^(?:Bad Request|Forbidden): /, '').replace(/\.$/, '');
  return words === '' ? `Telegram refused it (HTTP ${code}).` : `Telegram refused it: ${words}.`;
}
