import { compareRows, type ListQuery } from '../domain/list';
import type { Summary } from '../domain/summary';

/** What decides which rows are in the list, and where. */
export type Frame = {
  sort: ListQuery['sort'];
  matches: (row: Summary) => boolean;
  /** The first row of what is loaded while others stand above it that are not: what stands above is left to its page. */
  ceiling: Summary | null;
  /** The last row of the last loaded page while more pages follow: what stands below it is left to its page. */
  horizon: Summary | null;
};

const isAboveHorizon = (row: Summary, { sort, horizon }: Frame): boolean =>
  horizon === null || compareRows(row, horizon, sort) <= 0;
const isBelowCeiling = (row: Summary, { sort, ceiling }: Frame): boolean =>
  ceiling === null || compareRows(row, ceiling, sort) >= 0;

/** Whether a row belongs into what is loaded. */
export const isInside = (row: Summary, frame: Frame): boolean =>
  frame.matches(row) && isAboveHorizon(row, frame) && isBelowCeiling(row, frame);

/** Of each conversation the newest summary, by version. */
export function newestById(...lists: readonly (readonly Summary[])[]): Map<string, Summary> {
  const newest = new Map<string, Summary>();
  for (const row of lists.flat()) {
    const known = newest.get(row.id);
    if (known === undefined || row.version > known.version) newest.set(row.id, row);
  }
  return newest;
}

/** The rows after changed ones came in: newer versions win, what does not belong here leaves, the rest stands in order. */
export function mergeRows(rows: readonly Summary[], changed: readonly Summary[], frame: Frame): Summary[] {
  return [...newestById(rows, changed).values()]
    .filter((row) => isInside(row, frame))
    .sort((a, b) => compareRows(a, b, frame.sort));
}

/**
 * The same without moving anything: rows change where they stand, also those that no longer match, and what would come in or move is handed
 * back to wait.
 */
export function updateInPlace(
  rows: readonly Summary[],
  changed: readonly Summary[],
  frame: Frame,
): { rows: Summary[]; waiting: Summary[] } {
  const newest = newestById(rows, changed);
  const shownAt = new Map(rows.map((row) => [row.id, row.lastInboundAt]));
  return {
    rows: rows.map((row) => newest.get(row.id) ?? row),
    waiting: [...newest.values()].filter(
      (row) => frame.matches(row) && isAboveHorizon(row, frame) && shownAt.get(row.id) !== row.lastInboundAt,
    ),
  };
}
