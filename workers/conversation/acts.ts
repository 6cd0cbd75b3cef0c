import type { Effect } from '../../src/lib/domain/conversation';
import { subjectOf } from '../../src/lib/server/pseudonym';
import { hubOf, type Env } from '../env';

/** Has an act written down; resolves when it is. The same one again is the same row. */
export async function recordAct(
  env: Env,
  conversationId: string,
  { messageId, act: { action, details, at, actor } }: Extract<Effect, { type: 'audit' }>,
): Promise<void> {
  const subject = await subjectOf(env.SECRET_KEY, 'conversation', conversationId);
  const id = `${subject.id}-${at}-${messageId}`;
  await hubOf(env, conversationId).record({ id, at, actor: actor ?? { id: null, name: 'Customer' }, action, subject, details });
}
