import type { InboundEvent } from './provider';
import { clampProviderTime } from './window';

/** What has to be cleaned elsewhere when a conversation is erased. */
export type Belongings = {
  channelId: string;
  /** All by which its person was known on the channel. */
  addresses: string[];
};

/**
 * Whether something that arrives where somebody was erased is new: written after that. Everything else is a repeat, a straggler, or
 * about what is gone, and would bring them back. Providers give whole seconds: what was written in the very second is gone with the rest.
 */
export function outlives(
  event: InboundEvent,
  { erasedAt, isBack }: { erasedAt: number; /** They have written since. */ isBack: boolean },
  now: number,
): boolean {
  if (event.type === 'receipt') return isBack;
  if (event.type !== 'message' && !isBack) return false;
  return event.at === null ? event.type === 'message' || isBack : clampProviderTime(event.at, now) > erasedAt;
}
