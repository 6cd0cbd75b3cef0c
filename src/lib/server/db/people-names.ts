import { z } from 'zod';
import { fold } from '../../domain/search';

const Unfolded = z.object({ no: z.number(), name: z.string() });
const UNFOLDED = `SELECT f.no, q.name FROM person_facts AS f INDEXED BY person_facts_to_fold CROSS JOIN people AS q ON q.no = f.no
  WHERE f.name IS NULL ORDER BY f.no LIMIT ?1`;
// Who has written, or was renamed, meanwhile has their name in it already.
const FOLD = `UPDATE person_facts SET name = j.value->>'folded' FROM json_each(?1) AS j
  WHERE person_facts.no = j.value->>'no' AND person_facts.name IS NULL`;

/**
 * Folds the names of up to `limit` people whose names queries cannot find yet, because a migration has made them: SQL folds no script but
 * ASCII. Answers whether all are folded. Twice = once.
 */
export async function foldNames(d1: D1Database, limit: number): Promise<boolean> {
  const rows = Unfolded.array().parse((await d1.prepare(UNFOLDED).bind(limit).all()).results);
  if (rows.length === 0) return true;
  const folded = rows.map(({ no, name }) => ({ no, folded: fold(name) }));
  await d1.prepare(FOLD).bind(JSON.stringify(folded)).run();
  return rows.length < limit;
}
