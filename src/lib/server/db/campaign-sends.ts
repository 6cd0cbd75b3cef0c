import { z } from 'zod';
import { batch, database } from './client';

/** One campaign message as one end user got it. */
export type CampaignSend = {
  id: string;
  campaignId: string;
  channelId: string;
  address: string;
  /** null until the provider has told. */
  providerMessageId: string | null;
  /** The mark in its buttons and links, where that does not prove itself. */
  token: string | null;
  text: string;
  buttons: string[];
  sentAt: number;
};

/** What an inbound message carries that may lead to a campaign; `opens`: it made or revived its conversation. `at` in epoch ms. */
export const Question = z.object({
  opens: z.boolean(),
  replyTo: z.string().nullable(),
  token: z.string().nullable(),
  ref: z.string().nullable(),
  at: z.number(),
});
export type Question = z.infer<typeof Question>;

/** A reply that names a message or a mark which no send has (yet). `key`: `id:`, `token:` or `send:` and what it names. */
export type UnmatchedReply = { channelId: string; key: string; conversationId: string; messageId: string; question: Question };

/**
 * Records campaign messages, so that replies find them. Recording one again only adds the provider's id, which may come after the
 * send. An id that another send has stays with that one: what replies to it is about the first. Returns the replies that have waited for
 * one of them: their conversations are to ask again. Throws when another send has the same token.
 */
export async function recordSends(d1: D1Database, sends: readonly CampaignSend[]): Promise<UnmatchedReply[]> {
  const waiting: UnmatchedReply[] = [];
  for (const json of partsOf(sends)) {
    const [, found] = await d1.batch<WaitingRow>([d1.prepare(RECORD_SENDS).bind(json), d1.prepare(WAITING).bind(json)]);
    for (const row of found?.results ?? []) waiting.push(unmatchedOf(row));
  }
  return waiting;
}

/** 100 texts of 4,096 characters stay well below the 2 MB of a parameter. */
const SENDS_AT_ONCE = 100;

/** The sends as JSON for one statement each. */
export function partsOf(sends: readonly CampaignSend[]): string[] {
  const rows = sends.map((send) => ({ ...send, buttons: JSON.stringify(send.buttons) }));
  const count = Math.ceil(rows.length / SENDS_AT_ONCE);
  return Array.from({ length: count }, (_, i) => JSON.stringify(rows.slice(i * SENDS_AT_ONCE, (i + 1) * SENDS_AT_ONCE)));
}

// A provider that gives an id twice must not keep the others from being recorded: whoever has it first keeps it.
const RECORD_SENDS = `WITH batch AS (
    SELECT value, row_number() OVER (PARTITION BY value->>'channelId', value->>'providerMessageId' ORDER BY key) = 1 AS is_first
    FROM json_each(?1)
  )
  INSERT INTO campaign_sends (id, campaign_id, channel_id, address, provider_message_id, token, text, buttons, sent_at)
  SELECT value->>'id', value->>'campaignId', value->>'channelId', value->>'address',
    iif(is_first AND NOT EXISTS (SELECT 1 FROM campaign_sends AS other WHERE other.channel_id = value->>'channelId'
      AND other.provider_message_id = value->>'providerMessageId' AND other.id <> value->>'id'), value->>'providerMessageId', NULL),
    value->>'token', value->>'text', value->>'buttons', value->>'sentAt'
  FROM batch WHERE true
  ON CONFLICT (id) DO UPDATE SET provider_message_id = coalesce(excluded.provider_message_id, provider_message_id)`;
/** The replies that have waited for one of the sends of a part: those with one of their `keysOf`. */
export const WAITING = `SELECT u.channel_id, u.key, u.conversation_id, u.message_id, u.question FROM json_each(?1) AS s
  CROSS JOIN unmatched_replies AS u ON u.channel_id = s.value->>'channelId' AND u.key IN
    ('send:' || (s.value->>'id'), 'id:' || (s.value->>'providerMessageId'), 'token:' || (s.value->>'token'))`;

/** By what a reply that waits for the send may have named it. */
export const keysOf = ({ id, providerMessageId, token }: CampaignSend): string[] => [
  `send:${id}`,
  ...(providerMessageId === null ? [] : [`id:${providerMessageId}`]),
  ...(token === null ? [] : [`token:${token}`]),
];

export type WaitingRow = { channel_id: string; key: string; conversation_id: string; message_id: string; question: string };

export const unmatchedOf = ({ channel_id, key, conversation_id, message_id, question }: WaitingRow): UnmatchedReply => ({
  channelId: channel_id,
  key,
  conversationId: conversation_id,
  messageId: message_id,
  question: Question.parse(JSON.parse(question)),
});

/** A reference that nothing has answered by then is to something else: a deleted message, another tool's. */
const HELD_MS = 7 * 24 * 3_600_000;

/** Keeps the reply until a send is recorded that has one of its keys. Keeping it again changes nothing. */
export async function holdReply(d1: D1Database, replies: readonly UnmatchedReply[], now: number): Promise<void> {
  const db = database(d1);
  await batch(d1, [
    db.deleteFrom('unmatched_replies').where('at', '<', now - HELD_MS),
    ...replies.map(({ channelId, key, conversationId, messageId, question }) =>
      db
        .insertInto('unmatched_replies')
        .values({
          channel_id: channelId,
          key,
          conversation_id: conversationId,
          message_id: messageId,
          question: JSON.stringify(question),
          at: now,
        })
        .onConflict((conflict) => conflict.doNothing()),
    ),
  ]);
}

/** The reply has found its campaign: nothing about it waits any more. */
export async function releaseReply(d1: D1Database, replies: readonly UnmatchedReply[]): Promise<void> {
  const db = database(d1);
  await batch(
    d1,
    replies.map(({ channelId, key, conversationId, messageId }) =>
      db
        .deleteFrom('unmatched_replies')
        .where('channel_id', '=', channelId)
        .where('key', '=', key)
        .where('conversation_id', '=', conversationId)
        .where('message_id', '=', messageId),
    ),
  );
}

/**
 * Counts the reply for the send, once each; `insteadOf` is the send for which the same message was counted by a guess before.
 * `at` in epoch ms.
 */
export async function countReply(
  d1: D1Database,
  reply: { sendId: string; messageId: string; at: number; insteadOf: string | null },
): Promise<void> {
  const db = database(d1);
  const { sendId, messageId, at, insteadOf } = reply;
  const taken = db.updateTable('campaign_sends').set({ replied_at: at, reply_id: messageId });
  const given = db.updateTable('campaign_sends').set({ replied_at: null, reply_id: null });
  await batch(d1, [
    ...(insteadOf === null ? [] : [given.where('id', '=', insteadOf).where('reply_id', '=', messageId)]),
    taken.where('id', '=', sendId).where('replied_at', 'is', null),
  ]);
}

/** The sends with these provider ids on a channel, by provider id. */
export async function sendIdsOf(
  d1: D1Database,
  channelId: string,
  providerMessageIds: readonly string[],
): Promise<Map<string, string>> {
  const { results } = await d1
    .prepare(
      `SELECT s.provider_message_id AS key, s.id FROM json_each(?2) AS j
       CROSS JOIN campaign_sends AS s ON s.channel_id = ?1 AND s.provider_message_id = j.value`,
    )
    .bind(channelId, JSON.stringify(providerMessageIds))
    .all<{ key: string; id: string }>();
  return new Map(results.map(({ key, id }) => [key, id]));
}

/** What was sent to this address in a time, newest first, bounded. Epoch ms. */
export async function sendsTo(
  d1: D1Database,
  { channelId, address, from, until }: { channelId: string; address: string; from: number; until: number },
): Promise<string[]> {
  const rows = await database(d1)
    .selectFrom('campaign_sends')
    .select('id')
    .where('channel_id', '=', channelId)
    .where('address', '=', address)
    .where('sent_at', '>=', from)
    .where('sent_at', '<=', until)
    .orderBy('sent_at', 'desc')
    .limit(20)
    .execute();
  return rows.map(({ id }) => id);
}
