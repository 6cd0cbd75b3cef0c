import type { GateStore } from './store';

/** A held conversation asks again each half minute; one that has not for this long is no longer there. */
const HELD_MS = 5 * 60_000;
/** How often its asking is written down: as seldom as the above allows. */
const NOTED_MS = 60_000;
/** Most conversations known by name; of more it is enough to know that they are many. */
const MAX_HELD = 10_000;

/** The conversations that found the channel stopped and have not sent since: in memory, and in storage for the next life. */
export class Held {
  readonly #store: GateStore;
  readonly #askedAt: Map<string, number>;

  constructor(store: GateStore) {
    this.#store = store;
    this.#askedAt = store.held();
  }

  add(conversationId: string, now: number): void {
    const askedAt = this.#askedAt.get(conversationId);
    if (askedAt === undefined ? this.#askedAt.size >= MAX_HELD : now < askedAt + NOTED_MS) return;
    this.#askedAt.set(conversationId, now);
    this.#store.hold(conversationId, now);
  }

  delete(conversationId: string): void {
    if (this.#askedAt.delete(conversationId)) this.#store.letGo(conversationId);
  }

  /** Those that are still there. */
  ids(now: number): string[] {
    for (const [id, askedAt] of this.#askedAt) if (askedAt <= now - HELD_MS) this.delete(id);
    return [...this.#askedAt.keys()];
  }
}
