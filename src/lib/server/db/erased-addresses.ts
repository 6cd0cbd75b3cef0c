/** How long it is remembered that an address was erased, and so how old a send may be that is reported with its receiver. */
export const MARKED_MS = 366 * 86_400_000;

const MARK = `INSERT INTO erased_addresses (mark, until) SELECT value, CAST(?2 AS INTEGER) FROM json_each(?1) WHERE true
  ON CONFLICT (mark) DO UPDATE SET until = max(until, excluded.until)`;
/** Bind: the time before which nothing has to be remembered any more. */
export const FORGET = 'DELETE FROM erased_addresses WHERE until < ?1';

/** Remembers marks (`erased-mark.ts`) of erased addresses: what was sent to them until then has no receiver any more. Epoch ms. Twice = once. */
export async function mark(d1: D1Database, marks: readonly string[], until: number): Promise<void> {
  await d1.batch([d1.prepare(FORGET).bind(until - MARKED_MS), d1.prepare(MARK).bind(JSON.stringify(marks), until)]);
}
