import { identityOf } from '../../src/lib/domain/address';
import type { Conversation, ConversationTarget, MediaResult } from '../../src/lib/domain/conversation';
import { conversationIdOf } from '../../src/lib/domain/ids';
import { describe, type Message } from '../../src/lib/domain/message';
import type { Channel, OutboundMedia, Provider, Receipt, SendDeps, SendResult } from '../../src/lib/domain/provider';
import { attachmentKinds, rulesOf } from '../../src/lib/domain/provider-rules';
import { providerOf } from '../../src/lib/server/providers';
import { apiBaseOf } from '../api-base';
import { channelOf, reconsidered } from '../channels';
import { directoryOf } from '../directory/directory';
import { conversationOf, type Env } from '../env';
import { sharedUrl, storeInbound } from '../media/store';

/** Longest wait for a provider's answer; past it the send is in doubt. The generic channel's convention is 15 to 30 s. */
const SEND_TIMEOUT_MS = 15_000;

/** Longest time for a file, in from its first asking to its last byte in our store, or out to the provider's answer. */
const FILE_TIMEOUT_MS = 60_000;

/** Hands one message to its provider: exactly one message, or none when there is no way out. Never throws for a failed call. */
export async function deliver(
  env: Env,
  way: WayOut | null,
  conversation: Conversation,
  message: Message,
  { quoted, origin }: { quoted: Message | undefined; origin: string | null },
): Promise<SendResult> {
  if (!way) {
    const reason = 'This channel is not set up for sending. Ask an Admin to check its settings.';
    return { status: 'failed', failure: { code: 'channel_unavailable', reason, retryable: true } };
  }
  const outbound = {
    id: message.id,
    address: conversation.contact.address,
    text: captionOf(message),
    replyTo: quoted?.providerMessageId ?? null,
    media: mediaOf(env, message, origin),
    template: message.template ?? null,
    lastActionAt: Math.max(conversation.lastInboundAt, conversation.lastReactionAt ?? 0),
  };
  const deps = depsOf(way.apiBase, message.media ? FILE_TIMEOUT_MS : SEND_TIMEOUT_MS);
  return reconsidered(env, way.channel, await way.provider.send(outbound, way.channel, deps));
}

/** The text that goes out: of a file without a caption nothing, whatever stands for it in the thread. */
function captionOf({ kind, text, media }: Message): string {
  const isContent = kind !== 'campaign' && kind !== 'activity' && kind !== 'note' && kind !== 'template';
  return media && isContent && text === describe(kind, '') ? '' : text;
}

/** An agent's file as the provider's code wants it; null when the message has none. */
function mediaOf(env: Env, { kind, media }: Message, origin: string | null): OutboundMedia | null {
  const outboundKind = attachmentKinds.find((known) => known === kind);
  if (!media?.key || !outboundKind) return null;
  const { key, mime = 'application/octet-stream', fileName = 'file', size = 0 } = media;
  const read = async () => {
    const object = await env.MEDIA.get(key);
    if (!object) throw new Error('The file is not there any more.');
    return new Blob([await object.arrayBuffer()], { type: mime });
  };
  return { kind: outboundKind, mime, fileName, size, read, url: () => sharedUrl(env, origin ?? '', key, Date.now()) };
}

/** Reads an inbound attachment from its provider into our store. Never throws. */
export async function fetchAttachment(env: Env, conversation: Conversation, message: Message): Promise<MediaResult> {
  const found = await wayOut(env, conversation);
  if (!found?.provider.readMedia || !message.media) return { status: 'gone', reason: 'This channel cannot read attachments.' };
  try {
    const answer = await found.provider.readMedia(message.media, found.channel, depsOf(found.apiBase, FILE_TIMEOUT_MS));
    return answer.status === 'found' ? await storeInbound(env, conversation, message, answer) : answer;
  } catch (error) {
    console.warn({ event: 'attachment_failed', conversation: conversation.id, message: message.id, error: String(error) });
    return { status: 'retry', reason: 'It could not be stored.' };
  }
}

/** What the provider says the end user is called; null where it does not. */
export async function nameOf(env: Env, conversation: Conversation): Promise<string | null> {
  const found = await wayOut(env, conversation);
  const deps = found && depsOf(found.apiBase, SEND_TIMEOUT_MS);
  return (deps && (await found.provider.readName?.(conversation.contact.address, found.channel, deps))) ?? null;
}

export type WayOut = { channel: Channel; provider: Provider; apiBase: string };

/** How its end user is reached; null when the channel is disabled, or nobody has said where its provider is. Throws what D1 throws. */
export async function wayOut(env: Env, { channelId, provider: name }: Conversation): Promise<WayOut | null> {
  const channel = await channelOf(env, channelId);
  const provider = channel && providerOf(channel.provider);
  const apiBase = apiBaseOf(env, name);
  return channel && provider && (apiBase !== '' || channel.settings.sendUrl) ? { channel, provider, apiBase } : null;
}

const depsOf = (apiBase: string, timeoutMs: number): SendDeps => ({
  fetch: (...request) => fetch(...request),
  apiBase,
  now: Date.now(),
  signal: AbortSignal.timeout(timeoutMs),
});

/** Tells the object of another of the person's addresses whose they are; answers whose they are from now on. */
export async function adopt(
  env: Env,
  { channelId, provider }: Pick<ConversationTarget, 'channelId' | 'provider'>,
  address: string,
  owner: string,
): Promise<string> {
  const id = await conversationIdOf(channelId, identityOf(provider, address));
  return id === owner ? owner : conversationOf(env, id).adopt(owner);
}

/**
 * Tells the directory which conversation a message belongs to, for a channel whose receipts name no end user. Answers with the
 * receipts that were quicker than we.
 */
export async function register(env: Env, conversation: Conversation, key: string): Promise<Receipt[]> {
  if (rulesOf(conversation.provider).namesReceiver) return [];
  return directoryOf(env, conversation.channelId, key).put(key, conversation.id);
}
