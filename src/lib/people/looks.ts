/** The database gets changes a moment after the dashboards hear of them; one look may come too soon, so there is a second. */
const LOOKS = 2;
const AFTER_MS = 500;
const AGAIN_MS = 1_000;
/** A look waits for so many times as long as the last one took: many open pages must not keep the database from its work. */
const REST = 3;

/** Looks at the database again after something was heard: soon, once more a moment later, and never two at once. */
export class Looks {
  readonly #look: () => Promise<void>;
  #left = 0;
  #isLooking = false;
  #restUntil = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(look: () => Promise<void>) {
    this.#look = look;
  }

  /** Something has changed. */
  heard(): void {
    this.#left = LOOKS;
    this.#lookIn(AFTER_MS);
  }

  /** Ends what was planned. */
  stop(): void {
    this.#left = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lookIn(ms: number): void {
    if (this.#isLooking) return;
    this.#timer ??= setTimeout(() => void this.#lookOnce(), Math.max(ms, this.#restUntil - Date.now()));
  }

  async #lookOnce(): Promise<void> {
    const at = Date.now();
    this.#timer = undefined;
    this.#isLooking = true;
    this.#left -= 1;
    await this.#look();
    this.#isLooking = false;
    this.#restUntil = Date.now() + REST * (Date.now() - at);
    if (this.#left > 0) this.#lookIn(AGAIN_MS);
  }
}
