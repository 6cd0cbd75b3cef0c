/** First wait after a failed try of our own services; doubles up to the longest. */
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 5 * 60_000;

/** Work not yet tried is tried at once; should the process die in between, the alarm does it this long after. */
export const BACKSTOP_MS = 5_000;

/** The wait after try number `attempt` (from 1), with up to half of jitter (`jitter` in [0, 1)). */
export function backOffMs(attempt: number, jitter: number): number {
  return Math.round(Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LONGEST_RETRY_MS) * (1 + jitter / 2));
}

/** What a lane needs to know of the world; no SQL, no network in here. */
export type Lane<Job> = {
  /** The lane's first job if it is due, else null. It must not come again once `run` has settled it. */
  next(): Job | null;
  /** Does the job and settles it: done, or postponed. */
  run(job: Job): Promise<void>;
  /** A job threw: something unforeseen. Must postpone it. */
  onError(job: Job, error: unknown): void;
};

/**
 * Works a lane off in order, one job at a time, until its head is not due. A job that throws is postponed and ends the round, so
 * that a broken job can neither spin nor be overtaken.
 */
export async function drain<Job>(lane: Lane<Job>): Promise<void> {
  for (let job = lane.next(); job !== null; job = lane.next()) {
    try {
      await lane.run(job);
    } catch (error) {
      lane.onError(job, error);
      return;
    }
  }
}

/** Runs at most one round of a thing at a time; a call during a round asks for one more after it. */
export function singleFlight(round: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let again = false;
  const loop = async () => {
    try {
      do {
        again = false;
        await round();
      } while (again);
    } finally {
      running = null;
    }
  };
  return () => {
    if (running) again = true;
    return (running ??= loop());
  };
}

/** The earliest of some moments; null when there is none. */
export function earliest(...moments: (number | null)[]): number | null {
  const known = moments.filter((moment) => moment !== null);
  return known.length === 0 ? null : Math.min(...known);
}
