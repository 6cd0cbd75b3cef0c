import { BACKSTOP_MS } from './outbox';

/** When something is next due (`at`), and of that the outbox's part. Epoch ms; null = never. */
export type Due = { at: number | null; outboxAt: number | null };

/** The object's one alarm, set to the earliest of everything that is due. */
export class AlarmClock {
  readonly #storage: DurableObjectStorage;
  /** What the alarm is set to; undefined while that is not known. */
  #armedAt: number | null | undefined = undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  async look(): Promise<void> {
    this.#armedAt = await this.#storage.getAlarm();
  }

  /** Whether it rings so soon that it may be somebody's backstop. */
  get isSoon(): boolean {
    return this.#armedAt != null && this.#armedAt <= Date.now() + BACKSTOP_MS;
  }

  /** It has just rung, or the object is new. */
  isUnset(): void {
    this.#armedAt = null;
  }

  /** A rollback has undone what was set last. */
  isUnknown(): void {
    this.#armedAt = undefined;
  }

  /**
   * Sets the alarm. One that is already set to an earlier time may stay (it will look and arm again), even when nothing is due any more,
   * which saves a written row for each message of a burst, unless it is to be `exactly` right.
   */
  arm({ at, outboxAt }: Due, { exactly = false } = {}): void {
    const now = Date.now();
    const armedAt = this.#armedAt;
    if (at === armedAt) return;
    // A backstop moves with the clock; the one that is set already is as good.
    const isBackstop = outboxAt !== null && outboxAt <= now + BACKSTOP_MS;
    if ((!exactly || isBackstop) && armedAt != null && now < armedAt && (at === null || armedAt <= at)) return;
    this.#armedAt = at;
    if (at === null) void this.#storage.deleteAlarm();
    else void this.#storage.setAlarm(at);
  }
}
