/** Failed tries in a row, and when the last of them began (epoch ms). */
export type Tries = { count: number; at: number };

/** People mistype; nobody waits for that. */
const FREE = 5;
/**
 * From one network, at whatever it is. Hundreds may sit behind one address, so it is many: more than they mistype before one of them gets
 * in, with which the row is over. A flood is through with them in seconds.
 */
export const FREE_FROM_NETWORK = 100;
const FIRST_WAIT_MS = 1_000;
/** Nobody waits longer, or guessing would be a way to lock somebody out. */
export const LONGEST_WAIT_MS = 15 * 60_000;
/** Tries this long ago are no longer part of the row. */
export const FORGET_MS = 24 * 3_600_000;

/** How long it is until the next try may be made; 0 = now. So many are free, then the wait doubles with each, up to a quarter of an hour. */
export function waitMs(tries: Tries | null, now: number, free = FREE): number {
  if (!tries || tries.count < free) return 0;
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries.count - free));
  // A clock that jumped back must not make anybody wait longer than that.
  return Math.max(0, Math.min(wait, tries.at + wait - now));
}

/** The row with one more try. */
export function withTry(tries: Tries | null, now: number): Tries {
  return { count: (tries && now - tries.at < FORGET_MS ? tries.count : 0) + 1, at: now };
}
