import type { CustomProperty } from '../domain/person';
import type { ProviderName } from '../domain/provider-rules';
import { api } from '../inbox/api';
import { problemOf } from '../inbox/problem';
import type { ChannelOption } from '../inbox/filter-options.svelte';
import { propertiesOf, type Property } from './property';

/** What all of People needs to know: the properties there are, and what the channels are. */
export class PeopleFacts {
  #properties: readonly Property[] = $state.raw([]);
  #custom: readonly CustomProperty[] = $state.raw([]);
  #channels: readonly ChannelOption[] = $state.raw([]);
  #isReady = $state(false);
  #hasFailed = $state(false);

  /** Everything that can be asked; none until they are here. */
  get properties() { return this.#properties; } // prettier-ignore
  /** What Admins have defined. */
  get custom() { return this.#custom; } // prettier-ignore
  get channels() { return this.#channels; } // prettier-ignore
  get isReady() { return this.#isReady; } // prettier-ignore
  get hasFailed() { return this.#hasFailed; } // prettier-ignore

  readonly providerOf = (channelId: string): ProviderName | null =>
    this.#channels.find(({ id }) => id === channelId)?.provider ?? null;
  readonly channelName = (channelId: string): string => this.#channels.find(({ id }) => id === channelId)?.name ?? channelId;

  async load(): Promise<void> {
    try {
      const [properties, channels] = await Promise.all([api.people.properties.query(), api.channels.options.query()]);
      this.#properties = propertiesOf(properties);
      this.#custom = properties.custom;
      this.#channels = channels;
      this.#isReady = true;
      this.#hasFailed = false;
    } catch {
      this.#hasFailed = true;
    }
  }

  /** Each answers with what is wrong, in words, or null when it was done. */
  define(property: CustomProperty): Promise<string | null> {
    return this.#change(() => api.people.defineProperty.mutate(property));
  }

  rename(key: string, label: string): Promise<string | null> {
    return this.#change(() => api.people.renameProperty.mutate({ key, label }));
  }

  remove(key: string): Promise<string | null> {
    return this.#change(() => api.people.removeProperty.mutate({ key }));
  }

  async #change(act: () => Promise<unknown>): Promise<string | null> {
    try {
      await act();
    } catch (error) {
      return problemOf(error).words;
    }
    await this.load();
    return null;
  }
}
