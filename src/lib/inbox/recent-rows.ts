import type { Summary } from '../domain/summary';

const MOST = 2_000;

/** Changes that were heard lately: they are laid over pages that were read before them. */
export class RecentRows {
  readonly #rows = new Map<string, Summary>();

  /** Notes rows, and returns those that are newer than what was known. */
  note(rows: readonly Summary[]): Summary[] {
    const newer = rows.filter((row) => row.version > (this.#rows.get(row.id)?.version ?? -1));
    for (const row of newer) {
      this.#rows.delete(row.id);
      this.#rows.set(row.id, row);
    }
    for (const id of this.#rows.keys()) {
      if (this.#rows.size <= MOST) break;
      this.#rows.delete(id);
    }
    return newer;
  }

  all(): Summary[] {
    return [...this.#rows.values()];
  }

  /** Those of the given conversations that are known. */
  of(rows: readonly Summary[]): Summary[] {
    return rows.flatMap(({ id }) => this.#rows.get(id) ?? []);
  }

  drop(ids: ReadonlySet<string>): void {
    for (const id of ids) this.#rows.delete(id);
  }

  clear(): void {
    this.#rows.clear();
  }
}
