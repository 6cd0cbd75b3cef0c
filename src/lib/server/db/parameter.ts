/** One JSON parameter of D1 holds at most 2 MB; this many UTF-16 units are at most three times as many bytes. */
export const MAX_PARAMETER = 600_000;

/** The items in order, in parts that fit into one parameter each; of one that would not fit by itself its own. `sizeOf`: UTF-16 units. */
export function* fitting<T>(items: Iterable<T>, sizeOf: (item: T) => number, most = Infinity): Generator<T[]> {
  let part: T[] = [];
  let size = 0;
  for (const item of items) {
    const length = sizeOf(item);
    if (part.length > 0 && (part.length === most || size + length > MAX_PARAMETER)) {
      yield part;
      [part, size] = [[], 0];
    }
    part.push(item);
    size += length;
  }
  if (part.length > 0) yield part;
}
