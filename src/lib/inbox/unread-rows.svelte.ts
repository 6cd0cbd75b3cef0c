import type { Summary } from '../domain/summary';

/** Which Active conversations have unread messages, as far as they are known here. */
export class UnreadRows {
  #count = $state(0);
  readonly #ids = new Set<string>();

  get count() { return this.#count; } // prettier-ignore

  /** `now`: epoch ms of the server's clock. */
  note(rows: readonly Summary[], now: number): void {
    for (const row of rows) {
      if (row.unread > 0 && row.activeUntil > now) this.#ids.add(row.id);
      else this.#ids.delete(row.id);
    }
    this.#count = this.#ids.size;
  }

  drop(ids: ReadonlySet<string>): void {
    for (const id of ids) this.#ids.delete(id);
    this.#count = this.#ids.size;
  }
}
