import { CSV_MARK, lineText } from '../domain/csv';
import type { ServiceOf } from '../domain/report';
import { clockTime } from '../inbox/thread-time';
import { isoDay, type Period } from './period';
import { columnsOf, kinds, nameOf, type Kind } from './service-rows';
import { tallyColumns, type Part } from './tally';

/** The parts of a period as a CSV, by day or by hour. */
export function partsCsv(parts: readonly Part[], isByHour: boolean): string {
  const when = (at: number) => (isByHour ? `${isoDay(at)} ${clockTime(at)}` : isoDay(at));
  return textOf([
    [isByHour ? 'Hour' : 'Day', ...tallyColumns.map(({ title }) => title)],
    ...parts.map((part) => [when(part.at), ...tallyColumns.map(({ of }) => of(part))]),
  ]);
}

/** Channels, campaigns or agents as a CSV; durations in whole seconds, empty where there is none. */
export function serviceCsv(kind: Kind, rows: readonly ServiceOf[]): string {
  const columns = columnsOf(kind);
  return textOf([
    [kinds[kind].one, ...columns.map(({ title, isDuration }) => (isDuration ? `${title}, half within (s)` : title))],
    ...rows.map((row) => [
      nameOf(kind, row),
      ...columns.map(({ of, isDuration }) => {
        const value = of(row);
        return value !== null && isDuration ? Math.round(value / 1_000) : value;
      }),
    ]),
  ]);
}

/** `parley-days-2026-11-20-2026-11-26.csv`: of what, and its first and last day. */
export const csvName = (what: string, { from, before }: Pick<Period, 'from' | 'before'>): string =>
  `parley-${what}-${isoDay(from)}-${isoDay(before - 1)}.csv`;

const textOf = (lines: readonly (string | number | null)[][]): string => CSV_MARK + lines.map(lineText).join('');
