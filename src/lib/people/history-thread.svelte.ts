import type { Message } from '../domain/message';
import { api } from '../inbox/api';
import { applyLoaded, applyOlder, type Loaded, type ThreadLog } from '../inbox/thread-log';
import { isMissing } from './missing';

/** A conversation to be read only: nothing of it claims the lock, marks anything as seen, or shows that somebody is here. */
export class HistoryThread {
  readonly id: string;
  #log: ThreadLog | null = $state.raw(null);
  #state: 'loading' | 'ready' | 'missing' | 'failed' = $state('loading');
  #isLoadingOlder = $state(false);
  #olderFailed = $state(false);
  #newest = 0;
  #isCatchingUp = false;

  constructor(id: string) {
    this.id = id;
  }

  get state() { return this.#state; } // prettier-ignore
  get isLoadingOlder() { return this.#isLoadingOlder; } // prettier-ignore
  /** Earlier messages are there, but could not be loaded. */
  get olderFailed() { return this.#olderFailed; } // prettier-ignore
  get messages(): Message[] {
    return this.#log?.messages ?? [];
  }
  get hasMore(): boolean {
    return this.#log?.hasMore ?? false;
  }

  async load(): Promise<void> {
    this.#state = 'loading';
    try {
      this.#log = applyLoaded(null, await api.conversations.get.query({ id: this.id }));
      this.#state = 'ready';
    } catch (error) {
      this.#state = isMissing(error) ? 'missing' : 'failed';
    }
    // What was heard of meanwhile may not be in it.
    await this.catchUp(0);
  }

  /** Brings in what has changed up to this version of the conversation, unless it is here. */
  async catchUp(version: number): Promise<void> {
    this.#newest = Math.max(this.#newest, version);
    if (this.#isCatchingUp) return;
    this.#isCatchingUp = true;
    let asked = 0;
    while (this.#log !== null && this.#newest > Math.max(asked, this.#log.version)) {
      asked = this.#newest;
      try {
        const loaded = await api.conversations.get.query({ id: this.id });
        this.#log = withNewer(this.#log, loaded);
      } catch (error) {
        // What is shown stays, and the next look at the person tries again.
        if (isMissing(error)) this.#state = 'missing';
      }
    }
    this.#isCatchingUp = false;
  }

  /** Asks for the page before the first message, if there is one and none is on its way. */
  async older(): Promise<void> {
    const [first] = this.messages;
    if (!this.#log || !first || !this.hasMore || this.#isLoadingOlder) return;
    this.#isLoadingOlder = true;
    try {
      const page = await api.conversations.messages.query({ id: this.id, beforeSeq: first.seq });
      if (this.messages[0]?.seq === first.seq) this.#log = applyOlder(this.#log, page);
      this.#olderFailed = false;
    } catch {
      this.#olderFailed = true;
    } finally {
      this.#isLoadingOlder = false;
    }
  }
}

/** What is known with what was asked for anew. Where more was said between the two than one page holds, it starts over: paging brings back the rest. */
function withNewer(log: ThreadLog, loaded: Loaded): ThreadLog {
  const fresh = applyLoaded(null, loaded);
  const [first, last] = [fresh.messages[0], log.messages.at(-1)];
  if (fresh.hasMore && first && last && first.seq > last.seq + 1) return fresh;
  return { ...fresh, messages: applyLoaded(log, loaded).messages, hasMore: log.hasMore };
}
