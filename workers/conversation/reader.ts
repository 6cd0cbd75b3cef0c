import { publishedOf, summaryOf } from '../../src/lib/domain/conversation';
import type { Message } from '../../src/lib/domain/message';
import type { Rejection } from '../../src/lib/domain/rejection';
import { fail, ok, type Result } from '../../src/lib/domain/result';
import type { Published, Summary } from '../../src/lib/domain/summary';
import type { Policy } from '../../src/lib/domain/window';
import type { Thread } from './calls';
import type { Store } from './store';

/** Messages of one page, and of the first view. */
const PAGE = 50;

/** What is read of the conversation, as it is now: its row, and its messages by pages. */
export class Reader {
  readonly #store: Store;
  readonly #policy: Policy;

  constructor(store: Store, policy: Policy) {
    this.#store = store;
    this.#policy = policy;
  }

  summary(): Summary | null {
    const conversation = this.#store.conversation();
    return conversation && summaryOf(conversation, this.#policy, Date.now());
  }

  published(): Published | null {
    const conversation = this.#store.conversation();
    return conversation && publishedOf(conversation, this.#policy, Date.now());
  }

  /** The latest messages and the row. */
  thread(): Result<Thread, Rejection> {
    const conversation = this.summary();
    if (!conversation) return fail({ reason: 'not_found' });
    const { messages, hasMore } = this.#page(Number.MAX_SAFE_INTEGER, PAGE);
    return ok({ conversation, messages, hasMore, seq: messages.at(-1)?.seq ?? 0 });
  }

  /** The messages before `beforeSeq`, ascending. */
  messages(beforeSeq: number, limit: number): Result<{ messages: Message[]; hasMore: boolean }, Rejection> {
    return this.#store.conversation() ? ok(this.#page(beforeSeq, limit)) : fail({ reason: 'not_found' });
  }

  #page(beforeSeq: number, limit: number): { messages: Message[]; hasMore: boolean } {
    const messages = this.#store.before(beforeSeq, limit);
    return { messages, hasMore: (messages[0]?.seq ?? 1) > 1 };
  }
}
