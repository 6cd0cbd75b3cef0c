/** Lines to read heights by, from 0 to at least `most`: round numbers, whole ones, at most five. */
export function ticksOf(most: number): number[] {
  const rough = Math.max(1, most) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 2.5, 5, 10].find((n) => n * power >= rough && Number.isInteger(n * power)) ?? 10) * power);
  return Array.from({ length: Math.ceil(Math.max(1, most) / step) + 1 }, (_, i) => i * step);
}

/** Of how many places one can be labelled, when each has `stepPx` and a label needs `labelPx`. */
export function labelEvery(stepPx: number, labelPx: number): number {
  return Math.max(1, Math.ceil(labelPx / Math.max(stepPx, 1)));
}
