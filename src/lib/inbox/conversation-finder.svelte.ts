import type { ListQuery } from '../domain/list';
import { matchesSearch } from '../domain/search';
import type { Summary } from '../domain/summary';
import { isAborted } from './api';
import type { ListPage } from './list-source';

/** Shorter searches find everybody. */
export const LEAST_LETTERS = 2;
const MOST = 6;
const PAUSE_MS = 100;

/** The first conversations that a text finds, in both tabs. */
export class ConversationFinder {
  readonly #list: (query: ListQuery, signal: AbortSignal) => Promise<ListPage>;
  #text = $state('');
  #found = $state.raw<readonly Summary[]>([]);
  #status = $state<'idle' | 'looking' | 'found' | 'failed'>('idle');
  #asking: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(list: (query: ListQuery, signal: AbortSignal) => Promise<ListPage>) {
    this.#list = list;
  }

  get status(): 'idle' | 'looking' | 'found' | 'failed' {
    return this.#status;
  }

  /** Those of the last answer that the text still finds; the active ones first. */
  get rows(): readonly Summary[] {
    if (this.#status === 'found') return this.#found;
    return this.#found.filter(({ contact, lastMessage }) =>
      matchesSearch({ name: contact.name, text: lastMessage.text }, this.#text),
    );
  }

  /** Looks for a text when typing pauses; what was asked before is given up. */
  find(text: string): void {
    this.stop();
    this.#text = text.trim();
    if (this.#text.length < LEAST_LETTERS) {
      this.#status = 'idle';
      this.#found = [];
      return;
    }
    this.#status = 'looking';
    this.#timer = setTimeout(() => void this.#look(), PAUSE_MS);
  }

  /** Asks for nothing any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#asking = null;
  }

  async #look(): Promise<void> {
    const asking = new AbortController();
    this.#asking = asking;
    const ask = (tab: ListQuery['tab']) =>
      this.#list({ tab, sort: 'latest', search: this.#text, limit: MOST }, asking.signal).then(({ items }) =>
        items.map((row): Summary => ({ ...row, tab })),
      );
    try {
      const found = (await Promise.all([ask('active'), ask('inactive')])).flat();
      if (asking.signal.aborted) return;
      // A row may have changed its tab between the two answers.
      this.#found = found.filter(({ id }, at) => found.findIndex((other) => other.id === id) === at).slice(0, MOST);
      this.#status = 'found';
    } catch (error) {
      if (asking.signal.aborted || isAborted(error)) return;
      this.#found = [];
      this.#status = 'failed';
    }
  }
}
