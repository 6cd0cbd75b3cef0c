/** Does the work for each item, at most `width` at once; the results in the items' order. */
export async function inLanes<T, R>(
  width: number,
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Map<number, R>();
  const left = items.entries();
  const lane = async () => {
    // The lanes share one iterator, so each takes the next item that nobody has.
    for (const [index, item] of left) results.set(index, await work(item, index));
  };
  await Promise.all(Array.from({ length: width }, lane));
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
