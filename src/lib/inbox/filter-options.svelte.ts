import type { ProviderName } from '../domain/provider';

export type CampaignOption = { id: string; name: string; labels: string[] };
export type ChannelOption = { id: string; name: string; provider: ProviderName };

type Options = {
  campaigns: () => Promise<CampaignOption[]>;
  channels: () => Promise<ChannelOption[]>;
};

/** What the filters offer, asked for whenever one of them is opened; what was offered before stays until then. */
export class FilterOptions {
  #campaigns: readonly CampaignOption[] | null = $state.raw(null);
  #channels: readonly ChannelOption[] | null = $state.raw(null);
  #failed = $state(false);
  #isAsking = false;
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** null until they are here. */
  get campaigns() { return this.#campaigns; } // prettier-ignore
  get channels() { return this.#channels; } // prettier-ignore
  /** They could not be had, and none are here. */
  get failed() { return this.#failed && this.#campaigns === null; } // prettier-ignore

  /** Every label of a campaign, once, in order; null until they are here. */
  get labels(): readonly string[] | null {
    return this.#campaigns === null ? null : [...new Set(this.#campaigns.flatMap((campaign) => campaign.labels))].sort();
  }

  /** For their names: asks only while none are here. */
  async loadOnce(): Promise<void> {
    if (this.#campaigns === null) await this.load();
  }

  /** Asks for those that there are now, unless that is being asked. */
  async load(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#failed = false;
    try {
      [this.#campaigns, this.#channels] = await Promise.all([this.#options.campaigns(), this.#options.channels()]);
    } catch {
      // The menu says so, and opening it again asks again.
      this.#failed = true;
    }
    this.#isAsking = false;
  }
}
