import type { Attribution } from '../../src/lib/domain/campaign';
import type { Conversation, Effect } from '../../src/lib/domain/conversation';
import type { Message } from '../../src/lib/domain/message';
import type { ProviderName, Receipt, SendResult } from '../../src/lib/domain/provider';
import * as campaigns from '../../src/lib/server/db/campaigns';
import { database } from '../../src/lib/server/db/client';
import { providerOf } from '../../src/lib/server/providers';
import { channelOf } from '../channels';
import { directoryOf } from '../directory/directory';
import type { Env } from '../env';

/** Longest wait for a provider's answer; past it the send is in doubt. The generic channel's convention is 15 to 30 s. */
const SEND_TIMEOUT_MS = 15_000;

const apiBaseOf: Record<ProviderName, (env: Env) => string> = {
  whatsapp: (env) => env.WHATSAPP_API_BASE,
  messenger: (env) => env.MESSENGER_API_BASE,
  telegram: (env) => env.TELEGRAM_API_BASE,
  webhook: (env) => env.WEBHOOK_API_BASE,
};

/** Hands one message to its provider: exactly one call, or none when there is nothing to call. Never throws for a failed call. */
export async function deliver(
  env: Env,
  conversation: Conversation,
  message: Message,
  quoted: Message | undefined,
): Promise<SendResult> {
  const channel = await channelOf(env, conversation.channelId);
  const provider = channel && providerOf(channel.provider);
  const apiBase = apiBaseOf[conversation.provider](env);
  if (!channel || !provider || apiBase === '') {
    const reason = 'This channel is not set up for sending. Ask an Admin to check its settings.';
    return { status: 'failed', failure: { code: 'channel_unavailable', reason, retryable: true } };
  }
  const outbound = {
    id: message.id,
    address: conversation.contact.address,
    text: message.text,
    replyTo: quoted?.providerMessageId ?? null,
  };
  const signal = AbortSignal.timeout(SEND_TIMEOUT_MS);
  return provider.send(outbound, channel, { fetch: (...request) => fetch(...request), apiBase, now: Date.now(), signal });
}

/**
 * Tells the directory which conversation a message belongs to, for a channel whose receipts name no end user. Answers with the
 * receipts that were quicker than we.
 */
export async function register(env: Env, conversation: Conversation, key: string): Promise<Receipt[]> {
  if (conversation.provider !== 'webhook') return [];
  return directoryOf(env, conversation.channelId, key).put(key, conversation.id);
}

/** Asks the campaigns' records what an inbound message answers. */
export function attributionOf(
  env: Env,
  conversation: Conversation,
  effect: Extract<Effect, { type: 'attribute' }>,
): Promise<Attribution | null> {
  const { replyTo, token, ref, at } = effect;
  const { channelId, contact } = conversation;
  return campaigns.attribute(database(env.DB), { channelId, address: contact.address, replyTo, token, ref, at });
}
