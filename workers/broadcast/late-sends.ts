import { backOffMs, earliest } from '../conversation/outbox';

/**
 * Which recipients' sends have to be recorded again, and when: a conversation that waits for one has not answered. In memory, as another
 * life of the object records anew what is not marked as recorded.
 */
export class LateSends {
  #known = new Map<number, { failures: number; retryAt: number }>();

  get size(): number {
    return this.#known.size;
  }

  has(seq: number): boolean {
    return this.#known.has(seq);
  }

  isDue(seq: number, now: number): boolean {
    return (this.#known.get(seq)?.retryAt ?? now) <= now;
  }

  /** When the first of them is due; null = there are none. */
  dueAt(): number | null {
    return earliest(...[...this.#known.values()].map(({ retryAt }) => retryAt));
  }

  /** Its conversation has not answered (again). */
  add(seq: number, now: number): void {
    const failures = (this.#known.get(seq)?.failures ?? 0) + 1;
    this.#known.set(seq, { failures, retryAt: now + backOffMs(failures, Math.random()) });
  }

  /** All others are recorded, or gone. */
  keep(seqs: ReadonlySet<number>): void {
    for (const seq of this.#known.keys()) if (!seqs.has(seq)) this.#known.delete(seq);
  }
}
