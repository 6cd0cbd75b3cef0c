import { z } from 'zod';

/** What can be wrong with a conversation in the read model. */
export const Difference = z.enum([
  /** It has no row. */
  'missing',
  /** Its row says something else than it does. */
  'row',
  /** Its entry in the index is not there, or does not find all it should. */
  'entry',
  /** A row of a conversation that there is not. */
  'ghost',
  /** An entry in the index that belongs to no row. */
  'stray',
]);
export type Difference = z.infer<typeof Difference>;

/** Where to go on: `c` and a conversation's id, then `i` and a recency id; empty = from the beginning. */
export const IndexCursor = z.string().regex(/^(c[0-9a-f]{0,40}|i-?\d{0,16})?$/);

/** What one step found, and with `rebuild` has put right. */
export type IndexStep = {
  /** `after` of the next step; null = that was the last one. */
  next: string | null;
  conversations: number;
  /** Changed so lately that the read model cannot have them yet: not compared. */
  moving: number;
  differences: Record<Difference, number>;
};

export const noDifferences = (): Record<Difference, number> => ({ missing: 0, row: 0, entry: 0, ghost: 0, stray: 0 });

/** Two steps together; `next` is the later one's. */
export function addSteps(before: IndexStep, step: IndexStep): IndexStep {
  const differences = noDifferences();
  for (const kind of Difference.options) differences[kind] = before.differences[kind] + step.differences[kind];
  return {
    next: step.next,
    conversations: before.conversations + step.conversations,
    moving: before.moving + step.moving,
    differences,
  };
}

export const totalOf = (differences: Record<Difference, number>): number =>
  Difference.options.reduce((sum, kind) => sum + differences[kind], 0);
