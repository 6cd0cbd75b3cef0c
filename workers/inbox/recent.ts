import type { Summary } from '../../src/lib/domain/summary';

/** Conversations that are remembered: what a page of the list can show, twice. Who has missed more had better read the list. */
const MOST_ROWS = 100;

/**
 * What changed lately, so that a thousand dashboards whose connection broke need not all read their list anew. In memory only: a later
 * life of the hub has another name, and who comes from an earlier one is told to start over.
 */
export class Recent {
  readonly #life = crypto.randomUUID();
  /** Frames so far. */
  #count = 0;
  /** What came up to this frame is not known any more. */
  #forgottenTo = 0;
  /** The latest change of each conversation and its frame, the longest ago first. */
  readonly #rows = new Map<string, { row: Summary; frame: number }>();

  /** Names the moment now. */
  get at(): string {
    return `${this.#life}.${this.#count}`;
  }

  /** Rows that are told to everybody now; answers with the name of that moment. */
  add(rows: readonly Summary[]): string {
    this.#count += 1;
    for (const row of rows) {
      this.#rows.delete(row.id);
      this.#rows.set(row.id, { row, frame: this.#count });
    }
    for (const [id, { frame }] of this.#rows) {
      if (this.#rows.size <= MOST_ROWS) break;
      this.#rows.delete(id);
      this.#forgottenTo = frame;
    }
    return this.at;
  }

  /** Something has happened that rows do not tell: whoever missed it has to start over. */
  forget(): void {
    this.#count += 1;
    this.#rows.clear();
    this.#forgottenTo = this.#count;
  }

  /** All rows that have changed since that moment, as they are now; null when that is not known. */
  since(at: string | null): Summary[] | null {
    const [life, count] = at?.split('.') ?? [];
    const frame = Number(count);
    if (life !== this.#life || !Number.isSafeInteger(frame) || frame < this.#forgottenTo || frame > this.#count) return null;
    return [...this.#rows.values()].filter((known) => known.frame > frame).map(({ row }) => row);
  }
}
