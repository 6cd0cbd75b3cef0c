import { Difference, totalOf, type IndexStep } from '../domain/index-check';
import type { WalkKind } from './index-walk.svelte';
import { counted } from '../domain/number-text';

const words: Record<Difference, [one: string, many: string]> = {
  missing: ['conversation without a row', 'conversations without a row'],
  row: ['row out of date', 'rows out of date'],
  entry: ['row that search does not find by all of its words', 'rows that search does not find by all of their words'],
  ghost: ['row without a conversation', 'rows without a conversation'],
  stray: ['search entry without a row', 'search entries without a row'],
};

/** What a walk has found, one line a kind. */
export const differenceLines = ({ differences }: IndexStep): string[] =>
  Difference.options.filter((kind) => differences[kind] > 0).map((kind) => counted(differences[kind], ...words[kind]));

/** How a walk stands, in a sentence. */
export function walkWords(kind: WalkKind, step: IndexStep, isRunning: boolean): string {
  const seen = counted(step.conversations, 'conversation', 'conversations');
  if (isRunning) return kind === 'rebuild' ? `Building anew… ${seen} so far.` : `Comparing… ${seen} so far.`;
  if (step.next !== null) return `Stopped after ${seen}.`;
  const n = totalOf(step.differences);
  if (n === 0) return `${kind === 'rebuild' ? 'Built anew' : 'Compared'} ${seen}: nothing was wrong.`;
  const differences = counted(n, 'difference', 'differences');
  return kind === 'rebuild' ? `Built anew ${seen}: ${differences} put right.` : `Compared ${seen}: ${differences}.`;
}
