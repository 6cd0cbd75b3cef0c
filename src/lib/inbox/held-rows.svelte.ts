import type { Summary } from '../domain/summary';
import { newestById, updateInPlace, type Frame } from './row-merge';

/** So many rows are kept to come in; when there are more, the list is read anew. */
export const WAITING_MOST = 500;

/** What came while the list is held still under a pointer: rows that wait, and where those stood that have changed in their place. */
export class HeldRows {
  #waiting: ReadonlyMap<string, Summary> = $state.raw(new Map());
  readonly #stood = new Map<string, Summary>();

  /** How many wait to come in or to move up; not beyond `WAITING_MOST`. */
  get count() { return this.#waiting.size; } // prettier-ignore

  has(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** The rows with what has changed of them, each in its place; what belongs elsewhere waits. */
  place(rows: readonly Summary[], changed: readonly Summary[], frame: Frame): Summary[] {
    const placed = updateInPlace(rows, changed, frame);
    rows.forEach((row, i) => {
      if (placed.rows[i]?.lastInboundAt !== row.lastInboundAt && !this.#stood.has(row.id)) this.#stood.set(row.id, row);
    });
    if (placed.waiting.length > 0)
      this.#waiting = new Map([...newestById([...this.#waiting.values()], placed.waiting)].slice(-WAITING_MOST));
    return placed.rows;
  }

  /** The row as it was when it was put where it stands. */
  standing(row: Summary): Summary {
    return this.#stood.get(row.id) ?? row;
  }

  /** Everything that waits, which it does no more. */
  take(): Summary[] {
    const waiting = [...this.#waiting.values()];
    this.clear();
    return waiting;
  }

  drop(ids: ReadonlySet<string>): void {
    this.#waiting = new Map([...this.#waiting].filter(([id]) => !ids.has(id)));
  }

  clear(): void {
    this.#waiting = new Map();
    this.#stood.clear();
  }
}
