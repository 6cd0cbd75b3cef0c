import { z } from 'zod';
import type { NoticeChoice } from './notices';
import { readJson, writeJson, type Store } from './stored';

const KEY = 'parley:notifications';
const Stored = z.object({ scope: z.enum(['off', 'mine', 'free']), sound: z.boolean() });
const unset: NoticeChoice = { scope: 'off', sound: true };

/** Of what a person is told on this device. `listen` belongs to an effect; before it nothing is chosen, as on the server. */
export class NoticePreference {
  #choice: NoticeChoice = $state.raw(unset);
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  get choice(): NoticeChoice {
    return this.#choice;
  }

  choose(change: Partial<NoticeChoice>): void {
    this.#choice = { ...this.#choice, ...change };
    writeJson(this.#store, KEY, this.#choice);
  }

  /** Reads what was chosen, also when another tab chooses. Returns what ends it. */
  listen(): () => void {
    const read = (): void => void (this.#choice = readJson(this.#store, KEY, Stored) ?? unset);
    // No key: all of the storage was cleared.
    const heard = ({ key }: StorageEvent): void => void ((key === KEY || key === null) && read());
    read();
    addEventListener('storage', heard);
    return () => removeEventListener('storage', heard);
  }
}
