/**
 * Which rows are selected. `all`: everything that matches, loaded or not. `head`: the row that was toggled or reached last; from `anchor` to
 * it goes a range, which may still grow and shrink over what was selected before it (`base`).
 */
export type Selection = {
  ids: ReadonlySet<string>;
  base: ReadonlySet<string>;
  anchor: string | null;
  head: string | null;
  all: boolean;
};

export const nothing: Selection = { ids: new Set(), base: new Set(), anchor: null, head: null, all: false };

/** Takes a row in, or out. Out of everything that matches it leaves the rows that are there by name. */
export function toggled({ ids, all }: Selection, id: string): Selection {
  const rest = new Set(ids);
  if (!rest.delete(id) && !all) rest.add(id);
  return { ids: rest, base: rest, anchor: id, head: id, all: false };
}

/**
 * Selects from where the range begins to a row, in the order in which they stand now. Another range begins at `from`, unless it is where the
 * last one ended; also when that one's beginning is not in the list any more.
 */
export function extended(selection: Selection, order: readonly string[], from: string, to: string): Selection {
  const goesOn = selection.head === from && selection.anchor !== null && order.includes(selection.anchor);
  const anchor = goesOn && selection.anchor !== null ? selection.anchor : from;
  const base = goesOn ? selection.base : selection.ids;
  const [first, last] = [order.indexOf(anchor), order.indexOf(to)].sort((a, b) => a - b);
  const range = first === undefined || first < 0 || last === undefined ? [to] : order.slice(first, last + 1);
  return { ids: new Set([...base, ...range]), base, anchor, head: to, all: false };
}

/** Selects all these besides. */
export function withAll(selection: Selection, order: readonly string[]): Selection {
  const ids = new Set([...selection.ids, ...order]);
  return { ids, base: ids, anchor: null, head: null, all: false };
}

/** Everything that matches. The rows that are there stay selected by name, for who takes one out again. */
export const everything = (selection: Selection, order: readonly string[]): Selection => ({
  ...withAll(selection, order),
  all: true,
});
