import { rulesOf } from '../domain/provider-rules';
import type { Summary } from '../domain/summary';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Window = Pick<Summary, 'channel' | 'lastInboundAt' | 'sendWindowUntil'>;

/** Whether a message at this time (epoch ms) goes out only because a person writes it: past the usual window, within the longer one. */
export function isHumanAgentTime({ channel, lastInboundAt, sendWindowUntil }: Window, now: number): boolean {
  const { windowMs, humanAgentMs } = rulesOf(channel.provider);
  if (windowMs === null || humanAgentMs === null || sendWindowUntil === null) return false;
  const usual = lastInboundAt + windowMs;
  return sendWindowUntil > usual && now >= usual && now < sendWindowUntil;
}

/** How long this conversation's channel takes free text, in words: `24 hours`, `7 days`. */
export function windowWords({ channel, lastInboundAt, sendWindowUntil }: Window): string {
  const { windowMs, humanAgentMs } = rulesOf(channel.provider);
  const isLong = humanAgentMs !== null && sendWindowUntil !== null && sendWindowUntil >= lastInboundAt + humanAgentMs;
  const ms = (isLong ? humanAgentMs : windowMs) ?? DAY_MS;
  return ms > DAY_MS ? `${Math.round(ms / DAY_MS)} days` : `${Math.round(ms / HOUR_MS)} hours`;
}
