import { writeCursor, type ListQuery } from '../domain/list';
import { recencyOf } from '../domain/recency';
import type { Summary } from '../domain/summary';

/** So many rows above and below those on screen stay loaded; more are let go once there are twice as many. */
const KEPT_BESIDE = 200;
/** Rows whose slot was taken have one of the next: so many are looked at again, which is harmless. */
const SLOTS_TAKEN = 16;

type Sort = ListQuery['sort'];
const opposite = (sort: Sort): Sort => (sort === 'latest' ? 'oldest' : 'latest');

/** A cursor whose page begins with this row, or with a few that stand before it. */
export function cursorAt(row: Summary, sort: Sort): string {
  const position = recencyOf(row.id, row.lastInboundAt);
  return writeCursor(sort === 'latest' ? position + SLOTS_TAKEN : position - 1);
}

/** The stretch of a list that is loaded: where it begins and ends, and how the pages beside it are asked for. */
export class RowWindow {
  #cursor: string | null = $state(null);
  #ceiling: Summary | null = $state.raw(null);
  #above = $state(0);
  #horizon: Summary | null = null;

  /** Of the page below; null when there is none. */
  get cursor() { return this.#cursor; } // prettier-ignore
  /** The first row, while others stand above it that are not loaded. */
  get ceiling() { return this.#ceiling; } // prettier-ignore
  /** The last row, while others stand below it that are not loaded. */
  get horizon() { return this.#horizon; } // prettier-ignore
  /** How many rows stand above, as far as is known. */
  get above() { return this.#above; } // prettier-ignore

  /** The rows are read from the first of all again. */
  fromTop(): void {
    this.#ceiling = null;
    this.#above = 0;
  }

  /** The last rows are those of a page with that `nextCursor`. */
  endsWith(items: readonly Summary[], nextCursor: string | null): void {
    this.#cursor = nextCursor;
    this.#horizon = nextCursor === null ? null : (items.at(-1) ?? this.#horizon);
  }

  /** How the page above is asked for: from the first row on, the other way round. */
  queryAbove(sort: Sort): { sort: Sort; cursor: string } | null {
    return this.#ceiling && { sort: opposite(sort), cursor: cursorAt(this.#ceiling, opposite(sort)) };
  }

  /** The first rows are those of a page above with that `nextCursor`. */
  beginsWith(items: readonly Summary[], nextCursor: string | null): void {
    this.#ceiling = nextCursor === null ? null : (items.at(-1) ?? this.#ceiling);
  }

  /** So many of that page were not loaded. */
  grewAbove(rows: number): void {
    this.#above = this.#ceiling === null ? 0 : Math.max(1, this.#above - rows);
  }

  /**
   * Lets go of what is far from the rows from `first` to `last`, which are on screen. `standing`: a row as it was when it was put where it
   * stands.
   */
  cut(
    rows: readonly Summary[],
    { first, last, sort }: { first: number; last: number; sort: Sort },
    standing: (row: Summary) => Summary,
  ): { rows: readonly Summary[]; isTopCut: boolean } {
    const from = first > 2 * KEPT_BESIDE ? first - KEPT_BESIDE : 0;
    const to = rows.length - last > 2 * KEPT_BESIDE ? last + KEPT_BESIDE : rows.length;
    const kept = rows.slice(from, to);
    const [top, bottom] = [kept[0], kept.at(-1)];
    if (kept.length === rows.length || top === undefined || bottom === undefined) return { rows, isTopCut: false };
    if (to < rows.length) {
      this.#horizon = standing(bottom);
      this.#cursor = cursorAt(this.#horizon, sort);
    }
    if (from > 0) {
      this.#ceiling = standing(top);
      this.#above += from;
    }
    return { rows: kept, isTopCut: from > 0 };
  }
}
