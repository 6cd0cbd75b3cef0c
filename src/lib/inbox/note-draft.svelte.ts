import { draftsOf, type Drafts } from './drafts';
import type { Store } from './stored';
import { failureWords } from './thread-api';

type Deps = {
  conversationId: string;
  userId: string;
  store: Store;
  /** Keeps the note; the same id again is the same note. */
  add(messageId: string, text: string): Promise<unknown>;
  newId(): string;
  /** It did not work, and the note is not on screen any more; in words. */
  failed(words: string): void;
};

/** A note to colleagues while it is written. It is kept on this device until it stands in the thread. */
export class NoteDraft {
  /** Whether it is being written. */
  isOpen = $state(false);
  readonly #deps: Deps;
  readonly #drafts: Drafts;
  #text = $state('');
  #isBusy = $state(false);
  #problem: string | null = $state(null);
  /** Of this text: what was tried and not heard of may be there. */
  #id: string | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#drafts = draftsOf(deps.userId, deps.store, 'note');
    this.#text = this.#drafts.load(deps.conversationId);
  }

  get text(): string { return this.#text; } // prettier-ignore
  set text(text: string) {
    if (text !== this.#text) this.#id = null;
    this.#text = text;
    this.#drafts.save(this.#deps.conversationId, text);
  }
  get isBusy(): boolean { return this.#isBusy; } // prettier-ignore
  /** Why it is not in the thread, in words; null when there is nothing to say. */
  get problem(): string | null { return this.#problem; } // prettier-ignore
  get canAdd(): boolean { return this.#text.trim() !== '' && !this.#isBusy; } // prettier-ignore

  /** Puts it into the thread and away. False when that did not work: then the text stays. */
  async add(): Promise<boolean> {
    if (!this.canAdd) return false;
    this.#isBusy = true;
    this.#problem = null;
    this.#id ??= this.#deps.newId();
    try {
      await this.#deps.add(this.#id, this.#text.trim());
      this.text = '';
      this.isOpen = false;
      return true;
    } catch (error) {
      this.#problem = failureWords(error);
      if (!this.isOpen) this.#deps.failed(this.#problem);
      return false;
    } finally {
      this.#isBusy = false;
    }
  }
}
