import type { ChannelRow } from './channels.svelte';
import { agoInWords } from './time-text';

/** How a channel is doing, at a glance. `idle` has nothing to tell yet. */
export type Tone = 'good' | 'warn' | 'bad' | 'idle';

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
