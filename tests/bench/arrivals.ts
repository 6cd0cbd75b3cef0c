/** Things under way that somebody waits for by key: frames by their text, messages at the provider by their id. */
export class Arrivals {
  readonly #waiting = new Map<string, () => void>();

  /** Resolves when the key is seen; rejects when it is not within `atMostMs`. Ask before sending it on its way. */
  expect(key: string, atMostMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(key);
        reject(new Error(`${key} did not arrive`));
      }, atMostMs);
      this.#waiting.set(key, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** A key that nobody waits for, or that came before, is of no interest. */
  saw(key: string): void {
    this.#waiting.get(key)?.();
    this.#waiting.delete(key);
  }
}

/** A text that no other message has, and that can be told in any frame. */
export const mark = () => `bench-${crypto.randomUUID()}`;
const marks = /bench-[0-9a-f-]{36}/g;

/** Every mark of a text. */
export const marksOf = (text: string): string[] => [...text.matchAll(marks)].map(([found]) => found);

/** Passes on every mark of a frame. */
export const watch = (arrivals: Arrivals) => (text: string) => {
  for (const found of marksOf(text)) arrivals.saw(found);
};
