/** Tries of one call whose failure is passing. */
const TRIES = 3;
const FIRST_WAIT_MS = 100;

export type FanOutDeps = {
  /** Calls under way at once. */
  width: number;
  /** Whether there is no time left: nothing more is started then. */
  expired(): boolean;
  sleep(ms: number): Promise<void>;
  /** In [0, 1). */
  random(): number;
};

/**
 * Does all the work, at most `width` pieces at once, and returns the errors of those that failed. A failed call of an object is
 * repeated when the runtime marks its error `retryable`, never when it is `overloaded`: more calls are what it needs least. What was
 * not started in time counts as failed.
 */
export async function fanOut(work: readonly (() => Promise<void>)[], deps: FanOutDeps): Promise<unknown[]> {
  const errors: unknown[] = [];
  const left = work.values();
  const lane = async () => {
    // The lanes share one iterator, so each takes the next piece that nobody has.
    for (const piece of left) {
      try {
        await withRetries(piece, deps);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(deps.width, work.length) }, lane));
  return errors;
}

async function withRetries(piece: () => Promise<void>, deps: FanOutDeps): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    if (deps.expired()) throw new Error('out of time');
    try {
      return await piece();
    } catch (error) {
      if (attempt === TRIES || !isWorthRetrying(error)) throw error;
      await deps.sleep(FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + deps.random()));
    }
  }
}

/** What the runtime says about an error of a Durable Object stub. */
function isWorthRetrying(error: unknown): boolean {
  return hasFlag(error, 'retryable') && !hasFlag(error, 'overloaded');
}

function hasFlag(error: unknown, flag: 'retryable' | 'overloaded'): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, flag) === true;
}
