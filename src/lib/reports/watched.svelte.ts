/** Something that is asked for again and again while somebody looks; what is here stays until newer is. */
export class Watched<T> {
  /** null until it is here. */
  value: T | null = $state.raw(null);
  /** It could not be had; what is here may be old. */
  hasFailed = $state(false);
  /** What is here answers the question before. */
  isOther = $state(false);
  #ask: ((signal: AbortSignal) => Promise<T>) | null = null;
  #asked: AbortController | null = null;

  /** Asks now, now and then while the page is visible, and at once when it is visible again or the network is back; until called off. */
  watch(ask: (signal: AbortSignal) => Promise<T>, everyMs: number): () => void {
    this.#ask = ask;
    this.isOther = this.value !== null;
    void this.#load();
    const isVisible = () => document.visibilityState === 'visible';
    // One that takes longer is waited for.
    const timer = setInterval(() => {
      if (isVisible() && this.#asked === null) void this.#load();
    }, everyMs);
    const wake = () => {
      if (isVisible()) void this.#load();
    };
    document.addEventListener('visibilitychange', wake);
    addEventListener('online', wake);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', wake);
      removeEventListener('online', wake);
      this.#asked?.abort();
      this.#asked = null;
    };
  }

  /** The same because somebody wants it: where there is nothing yet, it begins anew. */
  again(): void {
    if (this.value === null) this.hasFailed = false;
    void this.#load();
  }

  async #load(): Promise<void> {
    if (this.#ask === null) return;
    this.#asked?.abort();
    const asked = (this.#asked = new AbortController());
    try {
      const value = await this.#ask(asked.signal);
      if (asked !== this.#asked) return;
      this.value = value;
      this.hasFailed = this.isOther = false;
    } catch {
      if (asked !== this.#asked) return;
      this.hasFailed = true;
      // As the answer to another question it would say what is not true.
      if (this.isOther) this.value = null;
      this.isOther = false;
    }
    this.#asked = null;
  }
}
