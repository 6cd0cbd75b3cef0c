import { rulesOf } from '../domain/provider-rules';
import type { Summary } from '../domain/summary';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Window = Pick<Summary, 'channel' | 'lastInboundAt' | 'sendWindowUntil'>;

/** Until when any answer is taken, and until when one by a person, if that is longer; null = no such end. */
function endsOf({ channel, lastInboundAt }: Window): { usual: number | null; personal: number | null } {
  const { sendWindow, personalWindow } = rulesOf(channel.provider);
  return { usual: sendWindow(lastInboundAt, {}), personal: personalWindow && sendWindow(lastInboundAt, personalWindow) };
}

/** Whether a message at this time (epoch ms) goes out only because a person writes it: past the usual window, within the longer one. */
export function isHumanAgentTime(window: Window, now: number): boolean {
  const { usual, personal } = endsOf(window);
  const until = window.sendWindowUntil;
  if (usual === null || personal === null || until === null) return false;
  return until > usual && now >= usual && now < until;
}

/** How long this conversation's channel takes free text, in words: `24 hours`, `7 days`. */
export function windowWords(window: Window): string {
  const { usual, personal } = endsOf(window);
  const until = window.sendWindowUntil;
  const isLong = personal !== null && until !== null && until >= personal;
  const end = isLong ? personal : usual;
  const ms = end === null ? DAY_MS : end - window.lastInboundAt;
  return ms > DAY_MS ? `${Math.round(ms / DAY_MS)} days` : `${Math.round(ms / HOUR_MS)} hours`;
}
