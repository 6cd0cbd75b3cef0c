import type { BatchWriterDeps } from './batch-writer';

/** From so many parts on the index is folded. A batch is one; eight of a size SQLite makes one of. */
const MANY_PARTS = 12;
/** While messages come it is looked at this often. */
const LOOK_EVERY_MS = 10_000;
/** One part of all, which alone takes the marks of what is deleted off the largest. */
const WHOLE_EVERY_MS = 86_400_000;
/** Folding takes the database at most a fifth of the time, and each step is a written row: so long, and so many times a step, it rests. */
const REST_MS = 100;
const REST = 4;

type Deps = Pick<BatchWriterDeps, 'later' | 'now'> & {
  /** How many parts the index has. */
  parts: () => Promise<number>;
  /** Steps of a fold; each answers whether nothing is left to do. */
  fold: () => Promise<boolean>;
  beginWhole: () => Promise<boolean>;
  /** When one part was last made of all, epoch ms; null = never yet. */
  whole: { at: () => number | null; keep: (at: number) => void };
};

/** Keeps the index of full text in few parts, beside what else the hub does. Nobody waits for it; what is not done today is done later. */
export class Folding {
  readonly #deps: Deps;
  #isBusy = false;
  #lookedAt = -Infinity;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The index has been written to. */
  changed(): void {
    const now = this.#deps.now();
    if (this.#isBusy || now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    this.#isBusy = true;
    void this.#guarded(() => this.#begin(now));
  }

  async #begin(now: number): Promise<void> {
    const parts = await this.#deps.parts();
    const isWholeDue = now - (this.#deps.whole.at() ?? -Infinity) >= WHOLE_EVERY_MS;
    if (parts > 1 && isWholeDue) return this.#step(this.#deps.beginWhole, () => this.#deps.whole.keep(now));
    if (parts >= MANY_PARTS) return this.#step(this.#deps.fold);
    this.#isBusy = false;
  }

  /** And all that follow it, each after its rest. */
  async #step(step: () => Promise<boolean>, done?: () => void): Promise<void> {
    const start = this.#deps.now();
    const isDone = await step();
    if (!isDone) {
      const restMs = Math.max(REST_MS, REST * (this.#deps.now() - start));
      return this.#deps.later(() => void this.#guarded(() => this.#step(this.#deps.fold, done)), restMs);
    }
    done?.();
    this.#isBusy = false;
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // A step that failed has changed nothing, and the next look goes on from there.
      console.warn({ event: 'fold_failed', error: String(error) });
      this.#isBusy = false;
    }
  }
}
