import type { PropertyValue } from '../domain/person';
import { api } from '../inbox/api';
import { problemOf, type Problem } from '../inbox/channels.svelte';
import { isMissing } from './missing';

/** Everything that is known of one person. */
export type PersonDetail = Awaited<ReturnType<typeof api.people.get.query>>;

/** One person's page. */
export class Profile {
  readonly id: string;
  #detail: PersonDetail | null = $state.raw(null);
  #state: 'loading' | 'ready' | 'missing' | 'failed' = $state('loading');

  constructor(id: string) {
    this.id = id;
  }

  get detail() { return this.#detail; } // prettier-ignore
  get state() { return this.#state; } // prettier-ignore

  async load(): Promise<void> {
    try {
      this.#detail = await api.people.get.query({ id: this.id });
      this.#state = 'ready';
    } catch (error) {
      if (isMissing(error)) this.#state = 'missing';
      else if (this.#detail === null) this.#state = 'failed';
    }
  }

  /** Answers with what is wrong, in words, or null when it was changed. */
  rename(name: string): Promise<string | null> {
    return this.#change({ name });
  }

  /** The same; null as a value takes it away. */
  setProperty(key: string, value: PropertyValue | null): Promise<string | null> {
    return this.#change({ properties: { [key]: value } });
  }

  /** Makes the person gone, for good. `isDone` false: it goes on by itself. Or what is wrong, in words. */
  async erase(): Promise<{ isDone: boolean } | Problem> {
    try {
      return await api.people.erase.mutate({ id: this.id });
    } catch (error) {
      return problemOf(error);
    }
  }

  async #change(what: { name?: string; properties?: Record<string, PropertyValue | null> }): Promise<string | null> {
    try {
      await api.people.update.mutate({ id: this.id, ...what });
    } catch (error) {
      return problemOf(error).words;
    }
    await this.load();
    return null;
  }
}
