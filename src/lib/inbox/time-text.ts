const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Below this much time left a window asks for attention, and below the second it is nearly lost. */
const SOON_MS = 2 * HOUR;
const NOW_MS = 30 * MINUTE;

/** How pressing a remaining time is: drawn as muted, amber, red. */
export function urgencyOf(leftMs: number): 'calm' | 'soon' | 'now' {
  if (leftMs < NOW_MS) return 'now';
  return leftMs < SOON_MS ? 'soon' : 'calm';
}

/** A remaining time in ms as `2d 4h`, `23h 58m`, `24m`, `<1m`; rounded down, so it never promises too much. */
export function timeLeft(leftMs: number): string {
  const minutes = Math.floor(leftMs / MINUTE);
  if (minutes < 1) return '<1m';
  const hours = Math.floor(minutes / 60);
  if (hours < 1) return `${minutes}m`;
  return hours < 48 ? `${hours}h ${minutes % 60}m` : `${Math.floor(hours / 24)}d ${hours % 24}h`;
}

/** The same in full words, for a screen reader. */
export function timeLeftInWords(leftMs: number): string {
  const words = (n: number, unit: string) => `${n} ${unit}${n === 1 ? '' : 's'}`;
  const minutes = Math.floor(leftMs / MINUTE);
  if (minutes < 1) return 'less than a minute';
  const hours = Math.floor(minutes / 60);
  if (hours < 1) return words(minutes, 'minute');
  if (hours < 48) return `${words(hours, 'hour')} ${words(minutes % 60, 'minute')}`;
  return `${words(Math.floor(hours / 24), 'day')} ${words(hours % 24, 'hour')}`;
}

/** How long ago `at` was, as short as a row needs it: `now`, `6m`, `22h`, `3d`, then the date. Both in epoch ms. */
export function timeAgo(at: number, now: number): string {
  const age = now - at;
  if (age < MINUTE) return 'now';
  if (age < HOUR) return `${Math.floor(age / MINUTE)}m`;
  if (age < DAY) return `${Math.floor(age / HOUR)}h`;
  if (age < 7 * DAY) return `${Math.floor(age / DAY)}d`;
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) });
}

/** The same as it stands in a sentence: `just now`, `6m ago`, `on 3 Nov`. */
export function agoInWords(at: number, now: number): string {
  const age = now - at;
  if (age < MINUTE) return 'just now';
  return age < 7 * DAY ? `${timeAgo(at, now)} ago` : `on ${timeAgo(at, now)}`;
}
