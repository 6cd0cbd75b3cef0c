import type { Message } from '../domain/message';

/** How a hold ended, as the agent is told. `unknown`: it went on to somebody by a way that the loaded messages do not tell. */
export type Loss = { why: 'released' | 'closed' | 'gone' | 'idle' | 'unknown' } | { why: 'takenOver'; by: string };

/**
 * Whether the grant with this epoch has ended, by what the thread recorded last; null while it stands. The answer to a claim and the live
 * frames travel apart, so the thread may still tell of a time before the grant: an older epoch says nothing.
 */
export function lossOf(epoch: number, messages: Message[]): Loss | null {
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    const activity = message?.activity;
    if (!message || !activity || !('epoch' in activity)) continue;
    if (activity.epoch < epoch) return null;
    if (activity.type === 'takenOver' && activity.epoch > epoch)
      return { why: 'takenOver', by: message.author?.name ?? 'An admin' };
    if (activity.epoch > epoch) return { why: 'unknown' };
    return activity.type === 'released' ? { why: activity.why } : null;
  }
  return null;
}
