import type { Message } from './message';

export type LockInfo = { agentId: string; agentName: string; since: number };

/** Every expected refusal, with its facts. `reason` is part of the public interface. */
export type Rejection =
  | { reason: 'not_found' }
  | { reason: 'forbidden' }
  | { reason: 'locked'; lock: LockInfo }
  | { reason: 'stale_epoch'; lock: LockInfo | null }
  | { reason: 'unseen_messages'; unseen: Message[] }
  | { reason: 'window_closed'; sendWindowUntil: number }
  | { reason: 'not_retryable' }
  | { reason: 'rate_limited'; retryAfterMs: number }
  | { reason: 'unavailable'; retryAfterMs: number };
