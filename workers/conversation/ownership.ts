import type { ConversationTarget } from '../../src/lib/domain/conversation';
import type { InboundEvent } from '../../src/lib/domain/provider';
import type { Env } from '../env';
import { adopt } from './effects';
import type { Store } from './store';

/**
 * Whose this address is. One person may be known by several: their number, an id that hides it, the number they had before. Whichever
 * object is asked first keeps the conversation; those of the other addresses only say where it is.
 */
export class Ownership {
  readonly #env: Env;
  readonly #store: Store;

  constructor(env: Env, store: Store) {
    this.#env = env;
    this.#store = store;
  }

  /** Answers whose this address is from now on: the asker's, unless there is a conversation here already, or another was first. */
  adopt(owner: string): string {
    const own = this.#store.conversation()?.id;
    if (own !== undefined) return own;
    if (this.#store.fact('moved_to') === null) this.#store.setFact('moved_to', owner);
    return this.#store.fact('moved_to') ?? owner;
  }

  /** Two that were asked for the first time at once may each have taken the other's word: it is this one's from now on. */
  stay(): null {
    this.#store.dropFact('moved_to');
    return null;
  }

  /** The conversation that these events belong to when it is not this one, else null. */
  async elsewhere(target: ConversationTarget, events: readonly InboundEvent[]): Promise<string | null> {
    const movedTo = this.#store.fact('moved_to');
    if (movedTo !== null || this.#store.conversation()) return movedTo;
    const aliases = new Set(events.flatMap((event) => (event.type === 'message' ? (event.aliases ?? []) : [])));
    for (const alias of aliases) {
      const owner = await adopt(this.#env, target, alias, target.id);
      // Somebody else's call may have made the conversation meanwhile: then it stays here.
      if (owner === target.id || this.#store.conversation()) continue;
      this.#store.setFact('moved_to', owner);
    }
    return this.#store.fact('moved_to');
  }
}
