import { z } from 'zod';
import { deviceStore } from './device-store';
import { readJson, writeJson, type Store } from './stored';

export const Theme = z.enum(['system', 'light', 'dark']);
export type Theme = z.infer<typeof Theme>;

const SHORTCUTS_KEY = 'parley:shortcuts';
const YEAR_S = 31_536_000;

/** What a person set on this device. */
export class Preferences {
  #theme: Theme = $state('system');
  #shortcuts = $state(true);
  readonly #store: Store;

  /** `theme` as the page was drawn with. */
  constructor(theme: string | undefined, store: Store) {
    const known = Theme.safeParse(theme);
    this.#theme = known.success ? known.data : 'system';
    this.#store = store;
    this.#shortcuts = readJson(store, SHORTCUTS_KEY, z.boolean()) ?? true;
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
    writeJson(this.#store, SHORTCUTS_KEY, on ? null : false);
  }
}

/** The preferences of this browser; on the server the defaults. */
export function devicePreferences(): Preferences {
  return new Preferences(typeof document === 'undefined' ? undefined : document.documentElement.dataset.theme, deviceStore());
}
