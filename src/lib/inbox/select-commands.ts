import type { Acts } from './commands';
import type { RowFocus } from './row-focus.svelte';
import type { RowSelection } from './row-selection.svelte';

/** What of the list the commands need. */
export type SelectableRows = {
  selection: RowSelection;
  focus: Pick<RowFocus<{ id: string }>, 'id' | 'isInside' | 'indexOf' | 'move'>;
  /** The rows as they stand now. */
  order: () => string[];
  openId: () => string | null;
  /** Whether a key that is pressed there is pressed in the list. */
  holds: (at: Element) => boolean;
};

/** What can be selected in the list by keys. */
export function selectCommands({ selection, focus, order, openId, holds }: SelectableRows): Acts {
  /** The row that the keyboard is on, or the open one; null when neither is in the list. */
  const here = (): string | null => {
    const id = focus.isInside ? focus.id : openId();
    return focus.indexOf(id) < 0 ? null : id;
  };
  const toggle = (): void => {
    const id = here();
    if (id !== null) selection.toggle(id);
  };
  const extend = async (by: number): Promise<void> => {
    const from = here();
    const to = await focus.move(by);
    if (to !== null) selection.extend(order(), from ?? to, to);
  };
  const isHere = (): boolean => order().length > 0;
  return {
    pick: { isPossible: () => here() !== null, run: toggle },
    pickOn: { isPossible: isHere, run: () => void extend(1) },
    pickBack: { isPossible: isHere, run: () => void extend(-1) },
    pickAll: { isPossible: isHere, takes: holds, run: () => selection.selectAll(order()) },
  };
}
