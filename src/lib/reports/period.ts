import { z } from 'zod';
import { SLOT_MS } from '../domain/milestone';
import type { ReportQuery } from '../domain/report';

/** What the page can be of: so many days, the last of which is today. */
export const PeriodName = z.enum(['today', '7d', '30d', '90d']);
export type PeriodName = z.infer<typeof PeriodName>;

/** A period as it is at some moment: from a midnight of this browser's time zone to the end of the half hour that is now. */
export type Period = ReportQuery & { name: PeriodName };

const daysOf: Record<PeriodName, number> = { today: 1, '7d': 7, '30d': 30, '90d': 90 };

/** Reads the period out of a query string; it may be old or typed by hand. */
export function periodFrom(params: URLSearchParams): PeriodName {
  const parsed = PeriodName.safeParse(params.get('period'));
  return parsed.success ? parsed.data : '7d';
}

export const reportsHref = (name: PeriodName): string => `/reports?period=${name}`;

/** The period of this name: whole local days up to the half hour that is under way at `now`, epoch ms. */
export function periodAt(name: PeriodName, now: number): Period {
  const before = (Math.floor(now / SLOT_MS) + 1) * SLOT_MS;
  return { name, from: midnight(now, 1 - daysOf[name]), before };
}

/**
 * Yesterday until the same time of day. What the server sets beside a period is as long and ends where that begins, which of today would be
 * the evening before.
 */
export function yesterdayOf({ from, before }: Pick<Period, 'from' | 'before'>): ReportQuery {
  const end = new Date(before);
  end.setDate(end.getDate() - 1);
  return { from: midnight(from, -1), before: end.getTime() };
}

/** When the days of a period begin, in order. Not all of them are 24 h long. */
export function dayStarts({ from, before }: Pick<Period, 'from' | 'before'>): number[] {
  const starts = [from];
  for (let next = midnight(from, 1); next < before; next = midnight(next, 1)) starts.push(next);
  return starts;
}

/** When its hours begin. */
export function hourStarts({ from, before }: Pick<Period, 'from' | 'before'>): number[] {
  const count = Math.ceil((before - from) / (2 * SLOT_MS));
  return Array.from({ length: count }, (_, hour) => from + hour * 2 * SLOT_MS);
}

/** The local day as `2026-11-20`. */
export function isoDay(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The first moment of the local day so many days later, by the calendar: a day of a clock change is not 24 h long. */
function midnight(at: number, daysLater: number): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + daysLater).getTime();
}
