import { compareRows, type ListQuery } from '../domain/list';
import type { Summary } from '../domain/summary';

/** What decides which rows are in the list, and where. */
export type Frame = {
  sort: ListQuery['sort'];
  matches: (row: Summary) => boolean;
  /** The last row of the last loaded page while more pages follow: what stands below it is left to its page. */
  horizon: Summary | null;
};

const isInside = (row: Summary, { sort, matches, horizon }: Frame): boolean =>
  matches(row) && (horizon === null || compareRows(row, horizon, sort) <= 0);

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
 * The same without moving anything: rows change where they stand, those that no longer match leave, and what would come in or move is
 * handed back to wait.
 */
export function updateInPlace(
  rows: readonly Summary[],
  changed: readonly Summary[],
  frame: Frame,
): { rows: Summary[]; waiting: Summary[] } {
  const newest = newestById(rows, changed);
  const shownAt = new Map(rows.map((row) => [row.id, row.lastInboundAt]));
  return {
    rows: rows.map((row) => newest.get(row.id) ?? row).filter(frame.matches),
    waiting: [...newest.values()].filter((row) => isInside(row, frame) && shownAt.get(row.id) !== row.lastInboundAt),
  };
}
