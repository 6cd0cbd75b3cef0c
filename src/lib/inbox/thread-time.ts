/** Times as the thread shows them, in the agent's own time zone; all take epoch ms. */
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const shortWeekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** `18:02`. */
export const clockTime = (at: number): string => clock.format(at);

/** `18 Nov 2026, 18:02:11`, for a title. */
export const fullTime = (at: number): string => full.format(at);

/** `12 Nov 2026`. */
export const longDate = (at: number): string => dayAndYear.format(at);

/** Names a day; equal for two moments of the same one. Date getters, because formatting 10,000 messages would take too long. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/** `Today`, `Yesterday`, `Tuesday 18 November`, and with the year when it is another. */
export function dayName(at: number, now: number): string {
  const ago = daysAgo(at, now);
  if (ago === 0) return 'Today';
  if (ago === 1) return 'Yesterday';
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? weekday.format(at) : dayAndYear.format(at);
}

/** `14:21` today, else `yesterday 18:44`, `3 Nov 14:21`. */
export function dayAndTime(at: number, now: number): string {
  const ago = daysAgo(at, now);
  if (ago === 0) return clockTime(at);
  return `${ago === 1 ? 'yesterday' : day.format(at)} ${clockTime(at)}`;
}

/** A moment ahead: `14:21` today, `Sat 09:00` within a week, else `3 Dec 09:00`. */
export function timeAhead(at: number, now: number): string {
  const days = -daysAgo(at, now);
  if (days === 0) return clockTime(at);
  return `${(days > 0 && days < 7 ? shortWeekday : day).format(at)} ${clockTime(at)}`;
}

/** `3 Nov, 18:02`. */
export const dateAndTime = (at: number): string => `${day.format(at)}, ${clockTime(at)}`;

/** Whole calendar days, so that 23:59 is yesterday at 00:01; rounded, because a day of a clock change is not 24 h long. */
function daysAgo(at: number, now: number): number {
  const start = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  return Math.round((start(now) - start(at)) / 86_400_000);
}
