import type { Report } from '../domain/report';
import { openedOf } from './tally';

/** One weekday's arrivals by the hour of the day, 24 of them; `weekday` from 0 = Sunday. */
export type WeekRow = { weekday: number; hours: number[] };

const DAYS = 7;
const HOURS = 24;

/** When customers write, in local time, beginning with the weekday `first`. */
export function weekOf(slots: Report['slots'], first: number): WeekRow[] {
  const rows = Array.from({ length: DAYS }, (_, i) => ({ weekday: (first + i) % DAYS, hours: new Array<number>(HOURS).fill(0) }));
  for (const slot of slots) {
    const at = new Date(slot.at);
    const hours = rows[(at.getDay() - first + DAYS) % DAYS]?.hours;
    if (hours) hours[at.getHours()] = (hours[at.getHours()] ?? 0) + openedOf(slot);
  }
  return rows;
}

/** The fullest hour of the week; the first of several, null when nothing is there. */
export function busiest(rows: readonly WeekRow[]): { weekday: number; hour: number; count: number } | null {
  const hours = rows.flatMap(({ weekday, hours }) => hours.map((count, hour) => ({ weekday, hour, count })));
  const most = hours.reduce((a, b) => (b.count > a.count ? b : a), { weekday: 0, hour: 0, count: 0 });
  return most.count > 0 ? most : null;
}

const MONDAY = 1;

/** The weekday that a week begins with, 0 = Sunday, where people with these languages live. Not every browser knows. */
export function firstWeekday(languages: readonly string[]): number {
  const locale: { getWeekInfo?: () => { firstDay: number } } = new Intl.Locale(languages[0] ?? 'en-GB');
  return (locale.getWeekInfo?.().firstDay ?? MONDAY) % DAYS;
}

// 4 January 1970 was a Sunday.
const weekdays = (weekday: 'short' | 'long') => {
  const format = new Intl.DateTimeFormat('en-GB', { weekday, timeZone: 'UTC' });
  return Array.from({ length: DAYS }, (_, day) => format.format(Date.UTC(1970, 0, 4 + day)));
};
export const shortDays = weekdays('short');
export const longDays = weekdays('long');

/** `09:00–10:00`. */
export const hourText = (hour: number): string => `${clock(hour)}–${clock(hour + 1)}`;
const clock = (hour: number): string => `${String(hour % HOURS).padStart(2, '0')}:00`;
