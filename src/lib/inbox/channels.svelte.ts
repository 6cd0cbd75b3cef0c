import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { api } from './api';

/** One channel as the list has it. */
export type ChannelRow = Awaited<ReturnType<typeof api.channels.all.query>>[number];
/** One channel with its settings and the names of its secrets. */
export type ChannelDetail = Awaited<ReturnType<typeof api.channels.get.query>>;
/** Generated secrets that may be seen now. */
export type Shown = Awaited<ReturnType<typeof api.channels.add.mutate>>['shown'];

/** All channels with their health, asked for again while the page is open. */
export class ChannelDesk {
  #rows: readonly ChannelRow[] | null = $state.raw(null);
  #hasFailed = $state(false);
  /** Secrets made up a moment ago, by channel: until the page is left, and never again. */
  readonly shown = new SvelteMap<string, Shown>();

  /** null until they are here. */
  get rows() { return this.#rows; } // prettier-ignore
  /** The latest look did not work; what is shown is older. */
  get hasFailed() { return this.#hasFailed; } // prettier-ignore

  async refresh(): Promise<void> {
    try {
      this.#rows = await api.channels.all.query();
      this.#hasFailed = false;
    } catch {
      this.#hasFailed = true;
    }
  }
}

export const [getChannelDesk, setChannelDesk] = createContext<ChannelDesk>();
