import { TRPCClientError } from '@trpc/client';
import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { z } from 'zod';
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

/** Whether it was this field, wherever in the input it is. */
export const isWrong = (problem: Problem | null, field: string): boolean =>
  problem?.fields.some((path) => path.split('.').includes(field)) ?? false;

const Refusal = z.object({ httpStatus: z.number(), fields: z.array(z.string()).optional() });

/** Why a call did not work, in words; `fields` are the paths of those that were wrong. */
export type Problem = { words: string; fields: string[] };

export function problemOf(error: unknown): Problem {
  const refusal = error instanceof TRPCClientError ? Refusal.safeParse(error.data) : null;
  if (!(error instanceof Error) || !refusal?.success)
    return { words: 'Parley cannot be reached. Check the connection and try again.', fields: [] };
  return { words: error.message, fields: refusal.data.fields ?? [] };
}
