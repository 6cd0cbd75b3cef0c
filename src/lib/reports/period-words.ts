import type { Period, PeriodName } from './period';

export const periodTitles: Record<PeriodName, string> = {
  today: 'Today',
  '7d': '7 days',
  '30d': '30 days',
  '90d': '90 days',
};

/** What a period is set beside: how that is called, and as the time of something. */
export type Beside = { on: string; during: string };

const before = (days: number): Beside => ({ on: `the ${days} days before`, during: `in the ${days} days before` });
const yesterday = 'yesterday by this time';

export const besideWords: Record<PeriodName, Beside> = {
  today: { on: yesterday, during: yesterday },
  '7d': before(7),
  '30d': before(30),
  '90d': before(90),
};

/** What is said when there is nothing to show. */
export const nothingWords: Record<PeriodName, string> = {
  today: 'Nothing has happened today',
  '7d': 'Nothing happened in these 7 days',
  '30d': 'Nothing happened in these 30 days',
  '90d': 'Nothing happened in these 90 days',
};

const dates = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });

/** `20–26 November 2026`. */
export const datesText = ({ from, before }: Period): string => dates.formatRange(from, before - 1);
