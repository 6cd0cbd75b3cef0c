import { z } from 'zod';
import { readJson, writeJson, type Store } from './stored';

export const Theme = z.enum(['system', 'light', 'dark']);
export type Theme = z.infer<typeof Theme>;

const SHORTCUTS_KEY = 'parley:shortcuts';
const YEAR_S = 31_536_000;

/** What a person set on this device. */
export class Preferences {
  #theme: Theme = $state('system');
  #shortcuts = $state(true);
  readonly #store: Store | null;

  /** `theme` as the page was drawn with; without a store (on the server) the rest has its default. */
  constructor(theme: string | undefined, store: Store | null) {
    const known = Theme.safeParse(theme);
    this.#theme = known.success ? known.data : 'system';
    this.#store = store;
    this.#shortcuts = (store === null ? null : readJson(store, SHORTCUTS_KEY, z.boolean())) ?? true;
  }

  get theme(): Theme {
    return this.#theme;
  }

  /** Kept in a cookie, so that the server draws the next page with it from the first paint on. */
  set theme(theme: Theme) {
    this.#theme = theme;
    document.documentElement.dataset.theme = theme;
    document.cookie = `parley-theme=${theme}; path=/; max-age=${theme === 'system' ? 0 : YEAR_S}; samesite=lax`;
  }

  /** Whether single keys do something (WCAG 2.1.4 asks for a way to turn them off). */
  get shortcuts(): boolean {
    return this.#shortcuts;
  }

  set shortcuts(on: boolean) {
    this.#shortcuts = on;
    if (this.#store !== null) writeJson(this.#store, SHORTCUTS_KEY, on ? null : false);
  }
}

/** The preferences of this browser; on the server the defaults. */
export function devicePreferences(): Preferences {
  if (typeof document === 'undefined') return new Preferences(undefined, null);
  return new Preferences(document.documentElement.dataset.theme, deviceStore());
}

/** The browser's storage; null where people have switched it off, and on the server. */
export function deviceStore(): Storage | null {
  try {
    return typeof window === 'undefined' ? null : window.localStorage;
  } catch {
    // Access itself throws when storage is blocked.
    return null;
  }
}
