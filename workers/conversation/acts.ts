import { outsider } from '../../src/lib/domain/audit';
import type { Effect } from '../../src/lib/domain/conversation';
import { opaque, subjectOf } from '../../src/lib/server/pseudonym';
import { hubOf, type Env } from '../env';

/** Has an act written down; resolves when it is. The same one again is the same row. */
export async function recordAct(
  env: Env,
  conversationId: string,
  { messageId, act: { action, details, at, actor } }: Extract<Effect, { type: 'audit' }>,
): Promise<void> {
  const subject = subjectOf('conversation', conversationId);
  // Of this act alone: two acts must not show by their ids that they are about the same person.
  const id = await opaque(env.SECRET_KEY, `act ${conversationId} ${at} ${messageId}`);
  await hubOf(env, conversationId).record({ id, at, actor: actor ?? outsider('customer'), action, subject, details });
}
