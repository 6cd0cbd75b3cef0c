import { z } from 'zod';
import type { CustomProperty } from '../domain/person';
import { readJson, writeJson, type Store } from '../inbox/stored';

const KEY = 'parley:people-columns';
/** More would leave none of them readable. */
export const MOST_COLUMNS = 4;
const FIRST_COLUMNS = 2;

/** Which custom properties the list shows, kept on this device. */
export class Columns {
  #chosen: readonly string[] | null = $state.raw(null);
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    this.#chosen = readJson(store, KEY, z.array(z.string()));
  }

  /** Of the properties there are, those that are shown; until somebody chooses, the first few. */
  of(custom: readonly CustomProperty[]): CustomProperty[] {
    if (this.#chosen === null) return custom.slice(0, FIRST_COLUMNS);
    return custom.filter(({ key }) => this.#chosen?.includes(key)).slice(0, MOST_COLUMNS);
  }

  /** The one just chosen stands last; when there are too many, the first gives way. */
  choose(keys: readonly string[]): void {
    this.#chosen = keys.slice(-MOST_COLUMNS);
    writeJson(this.#store, KEY, this.#chosen);
  }
}
