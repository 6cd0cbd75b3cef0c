import type { ProviderName } from '../domain/provider';

export type CampaignOption = { id: string; name: string; labels: string[] };
export type ChannelOption = { id: string; name: string; provider: ProviderName };

type Options = {
  campaigns: () => Promise<CampaignOption[]>;
  channels: () => Promise<ChannelOption[]>;
};

/** What the filters offer, asked for when the first of them is opened and kept from then on. */
export class FilterOptions {
  #campaigns: readonly CampaignOption[] | null = $state.raw(null);
  #channels: readonly ChannelOption[] | null = $state.raw(null);
  #failed = $state(false);
  #asked = false;
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** null until they are here. */
  get campaigns() { return this.#campaigns; } // prettier-ignore
  get channels() { return this.#channels; } // prettier-ignore
  get failed() { return this.#failed; } // prettier-ignore

  /** Every label of a campaign, once, in order; null until they are here. */
  get labels(): readonly string[] | null {
    return this.#campaigns === null ? null : [...new Set(this.#campaigns.flatMap((campaign) => campaign.labels))].sort();
  }

  async load(): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    this.#failed = false;
    try {
      [this.#campaigns, this.#channels] = await Promise.all([this.#options.campaigns(), this.#options.channels()]);
    } catch {
      // The menu says so, and opening it again asks again.
      this.#failed = true;
      this.#asked = false;
    }
  }
}
