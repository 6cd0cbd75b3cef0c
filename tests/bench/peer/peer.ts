import { questions } from '../floors/questions.ts';
import { type Spread, spreadOf } from '../stats.ts';
import { Cluster } from './cluster.ts';
import { peerSql } from './queries.ts';
import { loadPeer } from './rows.ts';
import { indexes, tables } from './schema.ts';

/** A question may take so long in all; the slow ones get fewer runs. */
const AT_MOST_MS = 4_000;
const MOST_RUNS = 100;
const FEWEST_RUNS = 5;

/** The peer's answer times to the questions that it can answer, by their names; and how large its database is. */
export type PeerFigures = { loadMs: number; bytes: number; answers: Map<string, Spread> };

/** Starts a PostgreSQL, fills it with the same rows, asks it the same questions, and removes it. */
export async function measurePeer(rows: number, now: number): Promise<PeerFigures> {
  const cluster = Cluster.start();
  try {
    const start = performance.now();
    cluster.ask(tables);
    await loadPeer(cluster, rows, now);
    cluster.ask(indexes);
    const loadMs = performance.now() - start;
    const bytes = Number(cluster.ask(`\\pset tuples_only\nSELECT pg_database_size('postgres');`).trim());
    const answers = new Map<string, Spread>();
    for (const question of questions) {
      const asked = question.inputs.map((input) => peerSql(question, input, rows));
      const each = asked.flatMap((statements) => (statements ? [statements] : []));
      if (each.length > 0) answers.set(question.name, timed(cluster, each));
    }
    return { loadMs, bytes, answers };
  } finally {
    cluster.stop();
  }
}

/** The statements of one input are one answer: their times, each to its last row, are added. */
function timed(cluster: Cluster, inputs: readonly string[][]): Spread {
  const answer = (times: number): number[] => {
    const asked = Array.from({ length: times }, (_, i) => inputs[i % inputs.length] ?? []);
    const script = asked.flat().map((statement) => `${statement};`);
    const said = cluster.ask(['\\o /dev/null', '\\timing on', ...script].join('\n'));
    const each = [...said.matchAll(/^Time: ([\d.]+) ms/gm)].map(([, ms]) => Number(ms));
    if (each.length !== script.length) throw new Error('PostgreSQL did not time every statement');
    return asked.map((statements) => each.splice(0, statements.length).reduce((sum, ms) => sum + ms, 0));
  };
  // The first round fills the cache, and says how many there is time for.
  const first = answer(inputs.length);
  const mean = first.reduce((sum, ms) => sum + ms, 0) / first.length;
  return spreadOf(answer(Math.max(FEWEST_RUNS, Math.min(MOST_RUNS, Math.floor(AT_MOST_MS / Math.max(mean, 0.1))))));
}
