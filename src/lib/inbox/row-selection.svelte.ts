import { everything, extended, nothing, toggled, withAll, type Selection } from './selection';

/** What is selected in the list: it stays so whatever becomes of the rows, until it is cleared or the list shows another view. */
export class RowSelection {
  #selection: Selection = $state.raw(nothing);
  #isOn = $state(false);

  /** Whether rows are being selected; nothing need be selected yet. */
  get isOn() { return this.#isOn; } // prettier-ignore
  /** Whether it is everything that matches the view, loaded or not. */
  get isAll() { return this.#selection.all; } // prettier-ignore
  get ids() { return this.#selection.ids; } // prettier-ignore
  get size() { return this.#selection.ids.size; } // prettier-ignore
  /** Where a further range would begin. */
  get head() { return this.#selection.head; } // prettier-ignore

  has(id: string): boolean {
    return this.#selection.all || this.#selection.ids.has(id);
  }

  /** Begins with nothing, where there are no keys and no pointer to hover with. */
  begin(): void {
    this.#isOn = true;
  }

  toggle(id: string): void {
    this.#set(toggled(this.#selection, id));
  }

  /** `order`: the rows as they stand now. */
  extend(order: readonly string[], from: string, to: string): void {
    this.#set(extended(this.#selection, order, from, to));
  }

  selectAll(order: readonly string[]): void {
    this.#set(withAll(this.#selection, order));
  }

  selectEverything(order: readonly string[]): void {
    this.#set(everything(this.#selection, order));
  }

  clear(): void {
    this.#selection = nothing;
    this.#isOn = false;
  }

  #set(selection: Selection): void {
    this.#selection = selection;
    this.#isOn = selection.all || selection.ids.size > 0;
  }
}
