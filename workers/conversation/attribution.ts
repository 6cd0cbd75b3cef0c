import { sendIdOf } from '../../src/lib/domain/broadcast';
import { isSurer, type Attribution } from '../../src/lib/domain/campaign';
import type { Conversation } from '../../src/lib/domain/conversation';
import { CARD } from '../../src/lib/domain/inbound';
import type { Message } from '../../src/lib/domain/message';
import { looksSigned, readToken, type Claim } from '../../src/lib/server/campaign-token';
import { attribute, isTheirs, unrecorded } from '../../src/lib/server/db/attribution';
import * as sends from '../../src/lib/server/db/campaign-sends';
import { database } from '../../src/lib/server/db/client';
import { broadcastOf, type Env } from '../env';

/** Asks the campaigns' records what an inbound message answers; where they are behind, the campaign's own object. */
export async function attributionOf(env: Env, conversation: Conversation, question: sends.Question): Promise<Attribution | null> {
  const { replyTo, token, ref, at } = question;
  const claim = token === null ? null : await readToken(token, env.SECRET_KEY);
  const sendId = claim && sendIdOf(claim.campaignId, claim.seq);
  const found = await attribute(database(env.DB), { ...whoOf(conversation), replyTo, token, sendId, ref, at });
  if (!claim || (found && !isSurer('token', found.campaign.match))) return found;
  return (await fromSender(env, conversation, claim)) ?? found;
}

/** A campaign may have been sent to any of the addresses by which they are known. */
const whoOf = ({ channelId, provider, contact, aliases = [] }: Conversation) => ({
  channelId,
  provider,
  addresses: [contact.address, ...aliases],
});

async function fromSender(env: Env, conversation: Conversation, claim: Claim): Promise<Attribution | null> {
  const message = await broadcastOf(env, claim.campaignId).message(claim.seq);
  if (!message || !isTheirs(whoOf(conversation), message.address)) return null;
  const { text, buttons, providerMessageId, at } = message;
  const send = { id: sendIdOf(claim.campaignId, claim.seq), providerMessageId, text, buttons, at };
  return unrecorded(database(env.DB), conversation.channelId, claim.campaignId, send);
}

/** What a later record of a send would have to be of, for a surer answer than this one; empty = there is none to wait for. */
export function keysToHold(question: sends.Question, reply: Message | undefined, found: Attribution | null): string[] {
  const match = found?.campaign.match ?? null;
  const { replyTo, token } = question;
  if (match === 'exact' || !reply) return [];
  // It quotes a message of this very talk.
  const isOfTalk = reply.quotedId !== null && !reply.quotedId.startsWith(CARD);
  return [
    ...(replyTo === null || isOfTalk ? [] : [`id:${replyTo}`]),
    ...(token === null || match === 'token' || looksSigned(token) ? [] : [`token:${token}`]),
    ...(match === 'token' && found ? [`send:${found.send.id}`] : []),
  ];
}

export async function hold(
  env: Env,
  { id, channelId }: Conversation,
  messageId: string,
  { opens, replyTo, token, ref, at }: sends.Question,
  keys: readonly string[],
): Promise<void> {
  const question = { opens, replyTo, token, ref, at };
  const replies = keys.map((key) => ({ channelId, key, conversationId: id, messageId, question }));
  await sends.holdReply(env.DB, replies, Date.now());
}

/** Counts the reply for the campaign's message. `cardBefore` is what the reply was taken to answer until now. */
export async function countReply(
  env: Env,
  { id }: Conversation,
  { messageId, at, sendId, cardBefore }: { messageId: string; at: number; sendId: string; cardBefore: string | null },
): Promise<void> {
  const before = cardBefore?.startsWith(CARD) ? cardBefore.slice(CARD.length) : null;
  const insteadOf = before === sendId ? null : before;
  // Ids of messages are made by their conversations: only with that do they name one everywhere.
  await sends.countReply(env.DB, { sendId, messageId: `${id}:${messageId}`, at, insteadOf });
}
