import type { Outcome } from '../domain/broadcast';
import type { RecipientRow } from './campaign-page.svelte';

type Page = { items: RecipientRow[]; nextAfter: number | null };
type Ask = (outcome: Outcome | null, after: number) => Promise<Page>;

/** Between an answer and the next look that nobody asked for. */
const LOOK_EVERY_MS = 2_000;

/** Whom a campaign goes to, those with one outcome at a time. The first page keeps up; once further ones are opened all stay as they are. */
export class RecipientList {
  #rows: readonly RecipientRow[] | null = $state.raw(null);
  #outcome: Outcome | null = $state(null);
  #nextAfter: number | null = $state(null);
  #hasFailed = $state(false);
  #moreFailed = $state(false);
  #isLoadingMore = $state(false);

  readonly #ask: Ask;
  #call = 0;
  #isAsking = false;
  #hasFurther = false;
  #isDue = false;
  #lookAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** null until they are here. */
  get rows() { return this.#rows; } // prettier-ignore
  /** The outcome that they have; null = any. */
  get outcome() { return this.#outcome; } // prettier-ignore
  get hasMore() { return this.#nextAfter !== null; } // prettier-ignore
  get isLoadingMore() { return this.#isLoadingMore; } // prettier-ignore
  /** They could not be loaded; rows that are here may be old. */
  get hasFailed() { return this.#hasFailed; } // prettier-ignore
  /** Further ones are there, but could not be loaded. */
  get moreFailed() { return this.#moreFailed; } // prettier-ignore

  /** Shows those with another outcome. */
  show(outcome: Outcome | null): void {
    this.#outcome = outcome;
    this.#rows = null;
    this.#nextAfter = null;
    this.refresh();
  }

  /** Asks again for the first page, now. */
  refresh(): void {
    this.#hasFurther = false;
    this.#moreFailed = false;
    this.#hasFailed = false;
    void this.#load(0);
  }

  /** Loads the next page, if there is one and none is on its way. */
  async more(): Promise<void> {
    if (this.#nextAfter === null || this.#isLoadingMore) return;
    this.#isLoadingMore = true;
    await this.#load(this.#nextAfter);
  }

  /** Something has become of somebody: looks again, soon, and never into a further page that is on its way. */
  look(): void {
    this.#isDue = !this.#hasFurther;
    this.#plan();
  }

  /** Ends timers; what is on its way changes nothing any more. */
  stop(): void {
    this.#call += 1;
    this.#isDue = false;
    clearTimeout(this.#timer);
  }

  #plan(): void {
    if (!this.#isDue || this.#isAsking || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#load(0), Math.max(0, this.#lookAt - Date.now()));
  }

  async #load(after: number): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isAsking = true;
    if (after === 0) {
      this.#isDue = false;
      this.#isLoadingMore = false;
    }
    const call = ++this.#call;
    let hasFailed = false;
    try {
      const { items, nextAfter } = await this.#ask(this.#outcome, after);
      if (call !== this.#call) return;
      this.#rows = after === 0 ? items : [...(this.#rows ?? []), ...items];
      this.#nextAfter = nextAfter;
    } catch {
      if (call !== this.#call) return;
      hasFailed = true;
    }
    if (after === 0) this.#hasFailed = hasFailed;
    else {
      this.#moreFailed = hasFailed;
      this.#hasFurther ||= !hasFailed;
    }
    this.#isLoadingMore = false;
    this.#isAsking = false;
    this.#isDue &&= !this.#hasFurther;
    this.#lookAt = Date.now() + LOOK_EVERY_MS;
    this.#plan();
  }
}
