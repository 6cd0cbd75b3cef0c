import type { Message } from '../domain/message';
import { api } from '../inbox/api';
import { applyLoaded, applyOlder, type ThreadLog } from '../inbox/thread-log';
import { isMissing } from './missing';

/** A conversation to be read only: nothing of it claims the lock, marks anything as seen, or shows that somebody is here. */
export class HistoryThread {
  readonly id: string;
  #log: ThreadLog | null = $state.raw(null);
  #state: 'loading' | 'ready' | 'missing' | 'failed' = $state('loading');
  #isLoadingOlder = $state(false);
  #olderFailed = $state(false);

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
  }

  /** Asks for the page before the first message, if there is one and none is on its way. */
  async older(): Promise<void> {
    const [first] = this.messages;
    if (!this.#log || !first || !this.hasMore || this.#isLoadingOlder) return;
    this.#isLoadingOlder = true;
    try {
      this.#log = applyOlder(this.#log, await api.conversations.messages.query({ id: this.id, beforeSeq: first.seq }));
      this.#olderFailed = false;
    } catch {
      this.#olderFailed = true;
    } finally {
      this.#isLoadingOlder = false;
    }
  }
}
