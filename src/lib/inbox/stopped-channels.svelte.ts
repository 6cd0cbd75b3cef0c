/** A channel that sends nothing until an Admin has put something right. */
export type StoppedChannel = { id: string; name: string; reason: string };

/** The channels that are stopped, as last heard. */
export class StoppedChannels {
  #channels: readonly StoppedChannel[] = $state.raw([]);
  readonly #ask: () => Promise<StoppedChannel[]>;

  constructor(ask: () => Promise<StoppedChannel[]>) {
    this.#ask = ask;
  }

  get channels() { return this.#channels; } // prettier-ignore

  /** Asks again. What cannot be heard now is heard at the next change or reconnect. */
  async look(): Promise<void> {
    try {
      this.#channels = await this.#ask();
    } catch {
      // The list shows that the server cannot be reached.
    }
  }
}
