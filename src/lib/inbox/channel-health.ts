import type { ChannelRow } from './channels.svelte';

/** How a channel is doing, at a glance. `idle` has nothing to tell yet. */
export type Tone = 'good' | 'warn' | 'bad' | 'idle';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago, as a person says it: `just now`, `2 min ago`, `3 h ago`, `5 days ago`. Both in epoch ms. */
export function agoInWords(at: number, now: number): string {
  const age = now - at;
  if (age < MINUTE) return 'just now';
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min ago`;
  if (age < DAY) return `${Math.floor(age / HOUR)} h ago`;
  const days = Math.floor(age / DAY);
  return days === 1 ? 'yesterday' : `${days} days ago`;
}

/** The one thing to know about a channel now: the worst first. */
export function healthInWords(
  { enabled, health }: Pick<ChannelRow, 'enabled' | 'health'>,
  now: number,
): { tone: Tone; words: string } {
  if (!enabled) return { tone: 'idle', words: 'Disabled' };
  if (!health) return { tone: 'warn', words: 'Its state is not known at the moment' };
  if (health.stopped) return { tone: 'bad', words: `Stopped: ${health.stopped.reason}` };
  const lost = health.failed + health.unknown;
  if (lost > 0 && lost >= health.sent)
    return { tone: 'warn', words: `${lost} of ${lost + health.sent} sends failed in the last hour` };
  if (health.lastInboundAt !== null) return { tone: 'good', words: `Last message ${agoInWords(health.lastInboundAt, now)}` };
  if (health.lastSentAt !== null) return { tone: 'good', words: `Last sent ${agoInWords(health.lastSentAt, now)}` };
  return { tone: 'idle', words: 'No message yet' };
}
