import type { Report } from '../domain/report';
import { api } from '../inbox/api';
import { periodAt, yesterdayOf, type Period, type PeriodName } from './period';

/** A report with the period that it is of, which moves on while the page is open. */
export type ShownReport = Report & { period: Period };

/** What happened in a period that ends now. Throws what the API throws. */
export async function askReport(name: PeriodName, now: number, signal: AbortSignal): Promise<ShownReport> {
  const period = periodAt(name, now);
  const ask = ({ from, before }: Pick<Period, 'from' | 'before'>) => api.reports.of.query({ from, before }, { signal });
  const [report, yesterday] = await Promise.all([ask(period), name === 'today' ? ask(yesterdayOf(period)) : null]);
  return { ...report, ...(yesterday && { previous: yesterday.total }), period };
}
