import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { type Question, questionOf } from './floors/questions.ts';
import { type Spread, spreadOf } from './stats.ts';

const Asked = z.object({
  name: z.string(),
  variants: z.array(
    z.object({
      input: z.unknown(),
      sql: z.string(),
      parameters: z.array(z.union([z.string(), z.number(), z.null()])),
      rowsRead: z.number(),
      durationsMs: z.array(z.number()),
    }),
  ),
});

export type SqlFigure = {
  question: Question;
  /** What to ask the product, in turn. */
  inputs: unknown[];
  /** Rows that D1 says it read for the dearest of them: what it bills. */
  rowsRead: number;
  /** Mean of what D1 says it took; it counts in whole milliseconds here. */
  d1MeanMs: number;
  /** The statement alone, in Node's SQLite on the same file. */
  sqlite: Spread;
};

/** No question is timed for longer. */
const AT_MOST_MS = 4_000;

/** Times every statement that the bench Worker names, on the file of the local D1. The Worker must have ended. */
export function timeSql(asked: readonly string[], file: string, runs: number): SqlFigure[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return asked.flatMap((text) => {
      const { name, variants } = Asked.parse(JSON.parse(text));
      const question = questionOf(name);
      if (!question) return [];
      const statements = variants.map(({ sql, parameters }) => ({ statement: db.prepare(sql), parameters }));
      // The first time of each is the disk's.
      for (const { statement, parameters } of statements) statement.all(...parameters);
      const timesMs: number[] = [];
      const begun = performance.now();
      for (let i = 0; i < runs && performance.now() - begun < AT_MOST_MS; i += 1) {
        const one = statements[i % statements.length];
        const start = performance.now();
        one?.statement.all(...one.parameters);
        timesMs.push(performance.now() - start);
      }
      const durations = variants.flatMap(({ durationsMs }) => durationsMs);
      const d1MeanMs = durations.reduce((sum, ms) => sum + ms, 0) / durations.length;
      const rowsRead = Math.max(...variants.map((variant) => variant.rowsRead));
      return [{ question, inputs: variants.map(({ input }) => input), rowsRead, d1MeanMs, sqlite: spreadOf(timesMs) }];
    });
  } finally {
    db.close();
  }
}

/** Local D1 keeps each database in a file named by a hash; here there is one. */
export function databaseFile(stateFolder: string): string {
  const folder = join(stateFolder, 'v3/d1/miniflare-D1DatabaseObject');
  const [file] = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  if (file === undefined) throw new Error('there is no local D1 database');
  return join(folder, file);
}
