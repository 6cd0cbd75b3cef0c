import type { Figure, Measured } from '../bench.ts';
import { ms } from '../report.ts';
import type { SqlFigure } from '../sql.ts';
import type { Spread } from '../stats.ts';

/** A spread of times alone: nothing failed, and nobody's processor was watched. */
export const timesOf = (spread: Spread): Measured => ({ ...spread, failures: 0, perSecond: 1000 / spread.p50, cpuMs: null });

/** Every statement alone, and beside it what the peer takes for the same question. */
export function statements(sql: readonly SqlFigure[], peer: ReadonlyMap<string, Spread> | null): Figure[] {
  return sql.map(({ question, sqlite, rowsRead, d1MeanMs }) => {
    const theirs = peer?.get(question.name);
    const reads = `${rowsRead} rows read, D1 ${ms(d1MeanMs)} on average`;
    const ratio =
      theirs && `; peer ${ms(theirs.p50)}/${ms(theirs.p99)} (n ${theirs.n}), ${(theirs.p50 / sqlite.p50).toFixed(1)}×`;
    const unable = peer && !theirs ? '; the peer has no such question' : '';
    return { group: 'Read model, the statement alone', name: question.name, product: timesOf(sqlite), floor: null, beside: reads + (ratio ?? unable) }; // prettier-ignore
  });
}
