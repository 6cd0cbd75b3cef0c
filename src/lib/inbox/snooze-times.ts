import { rulesOf } from '../domain/provider-rules';
import { latestSnooze } from '../domain/snooze';
import type { Summary } from '../domain/summary';
import type { Policy } from '../domain/window';

/** A moment that is offered, epoch ms. */
export type SnoozePreset = { title: string; until: number };

type Snoozable = Pick<Summary, 'channel' | 'lastInboundAt' | 'sendWindowUntil'>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** An hour before the window closes is offered when it is at least so far off. */
const WORTHWHILE_MS = 30 * MINUTE;

/**
 * What is offered at a time (`now`, epoch ms), in the zone of whoever is asked: clock times by the calendar, whatever the clocks do over
 * night. Whole minutes; none twice, none that is over or later than a snooze may end.
 */
export function snoozePresets(row: Snoozable, policy: Pick<Policy, 'retentionMs'>, now: number): SnoozePreset[] {
  const minute = Math.ceil(now / MINUTE) * MINUTE;
  const closing = row.sendWindowUntil === null ? null : row.sendWindowUntil - HOUR;
  const offered = [
    { title: 'In 1 hour', until: minute + HOUR },
    { title: 'In 3 hours', until: minute + 3 * HOUR },
    { title: 'This evening', until: clockAt(now, 0, 18) },
    { title: 'Tomorrow', until: clockAt(now, 1, 9) },
    { title: 'Monday', until: clockAt(now, daysToMonday(now), 9) },
    ...(closing !== null && closing - now >= WORTHWHILE_MS ? [{ title: '1 hour before the window closes', until: closing }] : []),
  ];
  const latest = latestSnooze(row.lastInboundAt, policy, now);
  return offered.filter(
    ({ until }, index) => until > now && until <= latest && offered.findIndex((other) => other.until === until) === index,
  );
}

/** What has to be known of a moment; null = nothing. */
export function windowNote({ sendWindowUntil, channel }: Snoozable, until: number): string | null {
  if (sendWindowUntil === null || until < sendWindowUntil) return null;
  return rulesOf(channel.provider).hasTemplates
    ? 'After the window closes: only templates then'
    : 'After the window closes: no answer goes out then';
}

/** A moment as a field for date and time has it, `2026-11-27T14:05`, in the local zone. */
export function fieldText(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  const day = [String(date.getFullYear()).padStart(4, '0'), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The moment that such a field names, epoch ms; null when it names none. */
export function momentOf(text: string): number | null {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? new Date(text).getTime() : Number.NaN;
  return Number.isNaN(at) ? null : at;
}

/** A clock time so many days on. */
function clockAt(now: number, days: number, hour: number): number {
  const date = new Date(now);
  date.setDate(date.getDate() + days);
  return date.setHours(hour, 0, 0, 0);
}

/** To the next one that is not today. */
const daysToMonday = (now: number): number => (8 - new Date(now).getDay()) % 7 || 7;
