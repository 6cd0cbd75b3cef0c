import { SvelteMap } from 'svelte/reactivity';
import { draftPrefix, draftsOf, type Drafts } from './drafts';
import type { ListedStore } from './stored';

/** A row has no room for more, in UTF-16 units. */
const SHOWN = 200;

/** The answers that one user has begun in this browser and not sent: kept as `draftsOf` keeps them, and at hand for the list. */
export class DraftTexts implements Drafts {
  readonly #prefix: string;
  readonly #drafts: Drafts;
  readonly #begun: SvelteMap<string, string>;

  constructor(userId: string, store: ListedStore) {
    this.#prefix = draftPrefix(userId);
    this.#drafts = draftsOf(userId, store);
    const keys = Array.from({ length: store.length }, (_, place) => store.key(place) ?? '');
    const ids = keys.filter((key) => key.startsWith(this.#prefix)).map((key) => key.slice(this.#prefix.length));
    this.#begun = new SvelteMap(ids.map((id): [string, string] => [id, this.#line(id)]).filter(([, line]) => line !== ''));
  }

  /** What a row shows of the draft, in one line; null = there is none. */
  begun(conversationId: string): string | null {
    return this.#begun.get(conversationId) ?? null;
  }

  /** An entry of the store is another one now, by its key; null = all may be. Whoever hears of other tabs calls it. */
  changed(key: string | null): void {
    if (key === null) for (const id of [...this.#begun.keys()]) this.#look(id);
    else if (key.startsWith(this.#prefix)) this.#look(key.slice(this.#prefix.length));
  }

  load(conversationId: string): string {
    return this.#drafts.load(conversationId);
  }

  save(conversationId: string, text: string): boolean {
    const isKept = this.#drafts.save(conversationId, text);
    this.#look(conversationId);
    return isKept;
  }

  #look(conversationId: string): void {
    const line = this.#line(conversationId);
    if (line === '') this.#begun.delete(conversationId);
    else this.#begun.set(conversationId, line);
  }

  #line(conversationId: string): string {
    return this.load(conversationId).replace(/\s+/g, ' ').trim().slice(0, SHOWN);
  }
}
