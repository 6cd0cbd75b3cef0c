/** Durations, all in ms, from the Worker's variables. */
export type Policy = { activeWindowMs: number; retentionMs: number; lockGraceMs: number; lockIdleMs: number };

export type Tab = 'active' | 'inactive' | 'archived';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Active while less than the window has passed since the end user last wrote; Inactive until the retention ends; then archived. */
export function tabAt(lastInboundAt: number, policy: Policy, now: number): Tab {
  const age = now - lastInboundAt;
  if (age < policy.activeWindowMs) return 'active';
  return age < policy.retentionMs ? 'inactive' : 'archived';
}

/** Since when a conversation in this tab has been in it, epoch ms: earlier than that it cannot be now. */
export function tabSince(lastInboundAt: number, tab: Tab, policy: Policy): number {
  if (tab === 'active') return lastInboundAt;
  return lastInboundAt + (tab === 'inactive' ? policy.activeWindowMs : policy.retentionMs);
}

/** When the conversation next changes its tab by itself; null once archived. */
export function nextEdgeAt(lastInboundAt: number, tab: Tab, policy: Policy): number | null {
  if (tab === 'active') return lastInboundAt + policy.activeWindowMs;
  if (tab === 'inactive') return lastInboundAt + policy.retentionMs;
  return null;
}

/** The later of two ends; null = never, which is the latest. */
export const laterOf = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : Math.max(a, b));

/**
 * A provider's time made safe to compare with: within [received − 7 d, received + 5 min]. Providers redeliver for up to 7 days, and
 * clocks differ by minutes; anything else is a mistake of units or a forgery. Missing or not finite = received.
 */
export function clampProviderTime(at: number | null, receivedAt: number): number {
  if (at === null || !Number.isFinite(at)) return receivedAt;
  return Math.min(Math.max(Math.trunc(at), receivedAt - 7 * DAY), receivedAt + 5 * MINUTE);
}
