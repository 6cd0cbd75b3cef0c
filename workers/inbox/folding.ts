import type { BatchWriterDeps } from './batch-writer';

/** From so many parts on the index is folded. A batch is one; eight of a size SQLite makes one of. */
const MANY_PARTS = 12;
/** While messages come it is looked at this often. */
const LOOK_EVERY_MS = 10_000;
/** Of one look: a Worker may ask a database 1,000 times in one go. The next look goes on. */
const MOST_STEPS = 100;
/** One part of all, which alone takes the marks of what is deleted off the largest. */
const WHOLE_EVERY_MS = 86_400_000;
/** How long it rests after a step: so many times as long as that took, and no shorter. Each step is a written row. */
type Pace = { times: number; leastMs: number };
/** Many parts make all questions slower: the database is taken a fifth of the time at most. */
const BRISK: Pace = { times: 4, leastMs: 100 };
/** With few of them it is done for tomorrow, on a thread that whoever opens a list shares: then hardly anybody is to notice. */
const GENTLE: Pace = { times: 20, leastMs: 1_000 };

/** One part made of all: when it was begun, epoch ms, and whether it came to its end. */
export type Whole = { begunAt: number; isDone: boolean };

type Deps = Pick<BatchWriterDeps, 'later' | 'now'> & {
  /** How many parts the index has. */
  parts: () => Promise<number>;
  /** Steps of a fold; each answers whether nothing is left to do. */
  fold: () => Promise<boolean>;
  beginWhole: () => Promise<boolean>;
  /** The last whole one, which is kept; null = there was none. */
  whole: { last: () => Whole | null; keep: (whole: Whole) => void };
};

/**
 * Keeps the index of full text of one database in few parts, beside what else the hub does. Nobody waits for it; what is not done today
 * is done later.
 */
export class Folding {
  readonly #deps: Deps;
  #isBusy = false;
  #lookedAt = -Infinity;
  #restMs = 0;
  #pace = GENTLE;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The index has been written to. */
  changed(): void {
    const now = this.#deps.now();
    if (this.#isBusy || now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    void this.#look(now);
  }

  async #look(now: number): Promise<void> {
    this.#isBusy = true;
    this.#restMs = 0;
    try {
      const last = this.#deps.whole.last();
      const parts = await this.#deps.parts();
      this.#pace = parts >= MANY_PARTS ? BRISK : GENTLE;
      if (last && !last.isDone) await this.#goOn(last);
      else if (parts > 1 && now - (last?.begunAt ?? -Infinity) >= WHOLE_EVERY_MS)
        await this.#makeWhole({ begunAt: now, isDone: false });
      else if (parts >= MANY_PARTS) await this.#fold();
    } catch (error) {
      // A step that failed has changed nothing, and the next look goes on from there.
      console.warn({ event: 'fold_failed', error: String(error) });
    }
    this.#isBusy = false;
  }

  /** Begun twice, SQLite would begin anew with what it has made, so that it would hardly ever come to an end. */
  async #makeWhole(whole: Whole): Promise<void> {
    const isDone = await this.#step(this.#deps.beginWhole);
    this.#deps.whole.keep({ ...whole, isDone });
    if (!isDone) await this.#goOn(whole);
  }

  async #goOn(whole: Whole): Promise<void> {
    if (await this.#fold()) this.#deps.whole.keep({ ...whole, isDone: true });
  }

  /** Whether nothing is left to do. */
  async #fold(): Promise<boolean> {
    for (let step = 0; step < MOST_STEPS; step += 1) if (await this.#step(this.#deps.fold)) return true;
    return false;
  }

  /** One step, after the rest that the one before it has earned. */
  async #step(step: () => Promise<boolean>): Promise<boolean> {
    if (this.#restMs > 0) await new Promise<void>((rested) => this.#deps.later(rested, this.#restMs));
    const start = this.#deps.now();
    const isDone = await step();
    const { times, leastMs } = this.#pace;
    this.#restMs = isDone ? 0 : Math.max(leastMs, times * (this.#deps.now() - start));
    return isDone;
  }
}
