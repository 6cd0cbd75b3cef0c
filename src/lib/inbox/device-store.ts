import type { ListedStore } from './stored';

/**
 * What the browser keeps, and as long as the page is there also what it does not take, because it is full or storage is switched off. Putting
 * something like that in throws, as a browser does: a reload would lose it.
 */
export class DeviceStore implements ListedStore {
  readonly #browser: Storage | null;
  readonly #unkept = new Map<string, string>();

  constructor(browser: Storage | null) {
    this.#browser = browser;
  }

  /** Of what outlives the page. */
  get length(): number { return this.#browser?.length ?? 0; } // prettier-ignore

  key(place: number): string | null {
    return this.#browser?.key(place) ?? null;
  }

  getItem(key: string): string | null {
    return this.#unkept.get(key) ?? this.#browser?.getItem(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#unkept.set(key, value);
    if (this.#browser === null) throw new Error('Storage is switched off');
    this.#browser.setItem(key, value);
    this.#unkept.delete(key);
  }

  removeItem(key: string): void {
    this.#unkept.delete(key);
    this.#browser?.removeItem(key);
  }
}

let ofThisPage: DeviceStore | undefined;

/** The store of this page; on the server there is nothing in it. */
export function deviceStore(): DeviceStore {
  if (typeof window === 'undefined') return new DeviceStore(null);
  return (ofThisPage ??= new DeviceStore(browserStorage()));
}

function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    // Access itself throws when storage is blocked.
    return null;
  }
}
