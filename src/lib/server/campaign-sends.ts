import type { Env } from '../../../workers/env';
import { conversationOf } from './bindings';
import { keysOf, recordSends, releaseReply, type CampaignSend, type UnmatchedReply } from './db/campaign-sends';

/**
 * Records campaign messages, and lets the conversations look again whose replies were quicker than this record. Answers with those of
 * which a conversation could not be told: record them again. Doing it again does no harm. Throws what D1 throws, with nothing of a
 * hundred done.
 */
export async function recordCampaignSends(env: Env, sends: readonly CampaignSend[]): Promise<CampaignSend[]> {
  const left = new Set((await catchUp(env, await recordSends(env.DB, sends))).map(({ key }) => key));
  return sends.filter((send) => keysOf(send).some((key) => left.has(key)));
}

/**
 * Lets conversations look again for what their replies answer. A reply that has found it waits no more; one whose conversation does not
 * answer keeps no other waiting, and is returned. Never throws.
 */
export async function catchUp(env: Env, replies: readonly UnmatchedReply[]): Promise<UnmatchedReply[]> {
  const left: UnmatchedReply[] = [];
  for (const reply of replies) {
    try {
      await conversationOf(env, reply.conversationId).attributeAgain(reply.messageId, reply.question);
      await releaseReply(env.DB, [reply]);
    } catch (error) {
      console.warn({ event: 'reply_not_attributed', conversation: reply.conversationId, error: String(error) });
      left.push(reply);
    }
  }
  return left;
}
