/** What one load gave: latencies in ms in the order of the starts, failed tries, and how long it all took. */
export type Load = { latenciesMs: number[]; failures: number; elapsedMs: number };

/** `low` and `high` are the smallest and largest median of five consecutive parts of the run: how much the figure wobbled. */
export type Spread = { n: number; p50: number; p95: number; p99: number; max: number; low: number; high: number };

const PARTS = 5;

/** The value that a share `q` of the (ascending) values does not exceed; NaN when there is none. */
export function quantile(ascending: readonly number[], q: number): number {
  return ascending[Math.max(0, Math.ceil(ascending.length * q) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

/** Quantiles of the values, and the spread of their median over the run. */
export function spreadOf(values: readonly number[]): Spread {
  const ascending = [...values].sort((a, b) => a - b);
  const size = Math.max(1, Math.ceil(values.length / PARTS));
  const medians = Array.from({ length: Math.ceil(values.length / size) }, (_, i) =>
    median(values.slice(i * size, (i + 1) * size)),
  );
  return {
    n: values.length,
    p50: quantile(ascending, 0.5),
    p95: quantile(ascending, 0.95),
    p99: quantile(ascending, 0.99),
    max: ascending.at(-1) ?? Number.NaN,
    low: Math.min(...medians),
    high: Math.max(...medians),
  };
}
