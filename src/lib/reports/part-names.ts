import { clockTime } from '../inbox/thread-time';

const A_WEEK = 7;
const full = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });
const ofWeek = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric' });
const short = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** A day or an hour of a report: `Fri, 20 Nov` or `14:00`. */
export const partName = (at: number, isByHour: boolean): string => (isByHour ? clockTime(at) : full.format(at));

/** The same where there is little room: `14:00`, of a few days `Fri 20`, else `20 Nov`. */
export function shortPartName(at: number, isByHour: boolean, count: number): string {
  if (isByHour) return clockTime(at);
  return count <= A_WEEK ? ofWeek.format(at) : short.format(at);
}
