/**
 * The recency id of a conversation: milliseconds of the end user's latest message since 2026-01-01, times 16384, plus a slot that
 * tells conversations of the same millisecond apart (providers give whole seconds, so that is common). 39 + 14 bits stay exact
 * numbers until 2043; times before 2026 are negative and order all the same.
 */
const EPOCH = Date.UTC(2026, 0, 1);
const SLOTS = 16_384;

/** So much later at most a recency id's millisecond is than the row's: a crowded millisecond puts rows into the next ones. */
export const SPILL_MS = 1_000;

/** The lowest recency id of a millisecond: every conversation at or after `at` has at least this. */
export const recencyFloor = (at: number): number => (Math.trunc(at) - EPOCH) * SLOTS;

/** The millisecond that a recency id stands for. */
export const recencyTime = (rid: number): number => Math.floor(rid / SLOTS) + EPOCH;

/**
 * The recency id a conversation takes when it is free; `step` counts the tries after it. The slot is the top of the id, a hash: rows of
 * one millisecond stand in the order of their ids, as in `compareRows`.
 */
export function recencyOf(id: string, lastInboundAt: number, step = 0): number {
  return recencyFloor(lastInboundAt) + ((slotOf(id) + step) % SLOTS);
}

function slotOf(id: string): number {
  if (/^[0-9a-f]{4}/.test(id)) return Number.parseInt(id.slice(0, 4), 16) >> 2;
  // Not one of our hashes: any spread will do (FNV-1a).
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) % SLOTS;
}
