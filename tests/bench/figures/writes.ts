import { z } from 'zod';
import type { Figure } from '../bench.ts';
import { spreadOf } from '../stats.ts';
import { timesOf } from './statements.ts';

const Written = z.object({ size: z.number(), batches: z.number(), latenciesMs: z.array(z.number()), rowsPerSecond: z.number(), written: z.number(), read: z.number() }); // prettier-ignore

/** Batches of one, of the hub's size, and of the largest; the first ones after a load are slower, as the index still folds itself. */
export const writesOf = (size: 'full' | 'quick'): { size: number; batches: number }[] =>
  size === 'full'
    ? [{ size: 50, batches: 100 }, { size: 1, batches: 500 }, { size: 50, batches: 400 }, { size: 200, batches: 100 }] // prettier-ignore
    : [{ size: 1, batches: 50 }, { size: 50, batches: 40 }, { size: 200, batches: 10 }]; // prettier-ignore

export function readWritten(text: string): Figure {
  const { size, latenciesMs, rowsPerSecond, written, read } = Written.parse(JSON.parse(text));
  return {
    group: 'Read model, new messages of known conversations written through D1, one batch at a time',
    name: size === 1 ? 'one by one' : `batches of ${size}`,
    product: timesOf(spreadOf(latenciesMs)),
    floor: null,
    beside: `${Math.round(rowsPerSecond)} rows/s; D1 wrote ${written.toFixed(1)} and read ${read.toFixed(1)} for each`,
  };
}
