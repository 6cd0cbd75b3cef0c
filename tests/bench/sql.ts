import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { type Question, questions } from './floors/questions.ts';
import { type Spread, spreadOf } from './stats.ts';

const Asked = z.array(
  z.object({
    name: z.string(),
    input: z.unknown(),
    sql: z.string(),
    parameters: z.array(z.union([z.string(), z.number(), z.null()])),
    rowsRead: z.number(),
    durationsMs: z.array(z.number()),
  }),
);

export type SqlFigure = {
  question: Question;
  input: unknown;
  /** Rows that D1 says it read: what it bills. */
  rowsRead: number;
  /** Mean of what D1 says it took; it counts in whole milliseconds here. */
  d1MeanMs: number;
  /** The statement alone, in Node's SQLite on the same file. */
  sqlite: Spread;
};

/** Times every statement that the bench Worker names, on the file that it has filled. The Worker must have ended. */
export function timeSql(asked: string, stateFolder: string, runs: number): SqlFigure[] {
  const db = new DatabaseSync(databaseFile(stateFolder));
  try {
    return Asked.parse(JSON.parse(asked)).flatMap(({ name, input, sql, parameters, rowsRead, durationsMs }) => {
      const question = questions.find((candidate) => candidate.name === name);
      if (!question) return [];
      const statement = db.prepare(sql);
      const timesMs = Array.from({ length: runs }, () => {
        const start = performance.now();
        statement.all(...parameters);
        return performance.now() - start;
      });
      const d1MeanMs = durationsMs.reduce((sum, ms) => sum + ms, 0) / durationsMs.length;
      return [{ question, input, rowsRead, d1MeanMs, sqlite: spreadOf(timesMs) }];
    });
  } finally {
    db.close();
  }
}

/** Local D1 keeps each database in a file named by a hash; here there is one. */
function databaseFile(stateFolder: string): string {
  const folder = join(stateFolder, 'v3/d1/miniflare-D1DatabaseObject');
  const [file] = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  if (file === undefined) throw new Error('there is no local D1 database to time');
  return join(folder, file);
}
