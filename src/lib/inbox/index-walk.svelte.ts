import { addSteps, noDifferences, type IndexStep } from '../domain/index-check';
import { api } from './api';
import { problemOf } from './problem';

export type WalkKind = 'compare' | 'rebuild';

/** A walk over all conversations, step by step: it can be stopped, and goes on where it was when a step did not work. */
export class IndexWalk {
  #kind: WalkKind | null = $state(null);
  #sum: IndexStep | null = $state.raw(null);
  #isRunning = $state(false);
  #problem: string | null = $state(null);

  /** The latest or present walk; null before the first. */
  get kind() { return this.#kind; } // prettier-ignore
  /** What it has found so far; `next` is null when it is over. */
  get sum() { return this.#sum; } // prettier-ignore
  get isRunning() { return this.#isRunning; } // prettier-ignore
  /** Why it stands still, in words. */
  get problem() { return this.#problem; } // prettier-ignore

  start(kind: WalkKind): Promise<void> {
    if (this.#isRunning) return Promise.resolve();
    this.#kind = kind;
    this.#sum = { next: '', conversations: 0, moving: 0, differences: noDifferences() };
    return this.goOn();
  }

  async goOn(): Promise<void> {
    const kind = this.#kind;
    if (this.#isRunning || kind === null) return;
    this.#isRunning = true;
    this.#problem = null;
    try {
      while (this.#isRunning && this.#sum && this.#sum.next !== null) {
        const input = { after: this.#sum.next };
        const step =
          kind === 'rebuild' ? await api.searchIndex.rebuild.mutate(input) : await api.searchIndex.compare.query(input);
        this.#sum = addSteps(this.#sum, step);
      }
    } catch (error) {
      this.#problem = problemOf(error).words;
    }
    this.#isRunning = false;
  }

  stop(): void {
    this.#isRunning = false;
  }
}
