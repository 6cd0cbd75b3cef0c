import { tick } from 'svelte';

type RowFocusDeps<Row> = {
  rows: () => readonly Row[];
  /** What the rows are in. */
  box: () => HTMLElement | undefined;
  /** Brings the row at this place on screen. */
  show: (index: number) => void;
  /** Where a move by so many leads that begins elsewhere. */
  entrance: (by: number) => number;
  /** Home. */
  toTop: () => Promise<void> | void;
};

/** The focus that goes from row to row of a long list: the Tab key stops at one of them, the arrows lead to the others. */
export class RowFocus<Row extends { id: string }> {
  #id: string | null = $state(null);
  readonly #deps: RowFocusDeps<Row>;
  /** The row that is open beside the list, and where it stood when it was last in it. */
  #open: { id: string; place: number } | null = null;

  constructor(deps: RowFocusDeps<Row>) {
    this.#deps = deps;
  }

  /** The row that had it last. */
  get id() { return this.#id; } // prettier-ignore
  set id(id: string | null) { this.#id = id; } // prettier-ignore

  get isInside(): boolean {
    return this.#deps.box()?.contains(document.activeElement) ?? false;
  }

  /** Where a row stands; -1 = nowhere. */
  indexOf(id: string | null): number {
    return id === null ? -1 : this.#deps.rows().findIndex((row) => row.id === id);
  }

  /** Gives it to the row at this place, or the nearest there is; answers with its id. */
  async to(index: number): Promise<string | null> {
    const { rows, box, show } = this.#deps;
    const at = Math.min(Math.max(index, 0), rows().length - 1);
    const row = rows()[at];
    if (row === undefined) return null;
    this.#id = row.id;
    show(at);
    await tick();
    box()
      ?.querySelector<HTMLElement>(`[data-row="${CSS.escape(row.id)}"]`)
      ?.focus({ preventScroll: true });
    return row.id;
  }

  /** Moves it by so many rows; into the list first, if it is elsewhere. */
  move(by: number): Promise<string | null> {
    const at = this.isInside ? this.indexOf(this.#id) : -1;
    return this.to(at < 0 ? this.#deps.entrance(by) : at + by);
  }

  /** Told what is open beside the list. Once that is closed its row has the focus, or what has taken its place, unless something else has. */
  follow(openId: string | null): void {
    const left = this.#open;
    const place = this.indexOf(openId ?? left?.id ?? null);
    if (openId !== null) this.#open = { id: openId, place: place < 0 && left?.id === openId ? left.place : place };
    else if (left !== null) {
      this.#open = null;
      void this.#comeBack(place < 0 ? left.place : place);
    }
  }

  async #comeBack(place: number): Promise<void> {
    await tick();
    if (place >= 0 && document.activeElement === document.body) await this.to(place);
  }

  /** What the keys of a list do. */
  readonly onkeydown = (event: KeyboardEvent): void => {
    const run = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey ? undefined : this.#keys[event.key];
    if (run === undefined) return;
    event.preventDefault();
    run();
  };

  readonly #keys: Record<string, () => void> = {
    ArrowDown: () => void this.move(1),
    ArrowUp: () => void this.move(-1),
    Home: () => void Promise.resolve(this.#deps.toTop()).then(() => this.to(0)),
    End: () => void this.to(this.#deps.rows().length - 1),
  };
}
