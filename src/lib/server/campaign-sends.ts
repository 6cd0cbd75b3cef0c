import type { Env } from '../../../workers/env';
import { conversationOf } from './bindings';
import { recordSends, releaseReply, type CampaignSend, type UnmatchedReply } from './db/campaign-sends';

/**
 * Records campaign messages, and lets the conversations look again whose replies were quicker than this record. Doing it again does no
 * harm. Throws what D1 or a conversation throws: then do it again.
 */
export async function recordCampaignSends(env: Env, sends: readonly CampaignSend[]): Promise<void> {
  await catchUp(env, await recordSends(env.DB, sends));
}

/** Lets conversations look again for what their replies answer. A reply that has found it waits no more. */
export async function catchUp(env: Env, replies: readonly UnmatchedReply[]): Promise<void> {
  for (const reply of replies) {
    await conversationOf(env, reply.conversationId).attributeAgain(reply.messageId, reply.question);
    await releaseReply(env.DB, [reply]);
  }
}
