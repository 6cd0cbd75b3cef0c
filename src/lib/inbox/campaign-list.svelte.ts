import { api } from './api';
import { campaignsHref, type CampaignListView } from './campaign-url';

export type CampaignRow = Awaited<ReturnType<typeof api.campaigns.list.query>>['items'][number];
export type CampaignFilterChoices = Awaited<ReturnType<typeof api.campaigns.filters.query>>;

/** The campaigns of one view, page by page, and what they can be filtered by. */
export class CampaignList {
  /** null until they are here. */
  rows: readonly CampaignRow[] | null = $state.raw(null);
  /** They could not be had; rows that are here may be old. */
  hasFailed = $state(false);
  isLoadingMore = $state(false);
  /** Older ones are there, but could not be had. */
  moreFailed = $state(false);
  nextCursor: string | null = $state(null);
  /** null until they are here. */
  choices: CampaignFilterChoices | null = $state.raw(null);
  choicesFailed = $state(false);
  #asked = new AbortController();
  #isLoading = false;
  #hasFurther = false;
  /** The view that the rows are of. */
  #shown: string | null = null;

  /** The first page. What is there stays until the new one is. */
  async load(view: CampaignListView): Promise<void> {
    if (this.rows === null) this.hasFailed = false;
    await this.#load(view);
  }

  /** The same by itself, now and then: not into what is on its way, nor under somebody who reads further pages. */
  look(view: CampaignListView): void {
    if (this.choicesFailed && this.choices === null) void this.loadChoices();
    if (!this.#isLoading && !this.isLoadingMore && !this.#hasFurther) void this.#load(view);
  }

  async more(view: CampaignListView): Promise<void> {
    const cursor = this.nextCursor;
    if (cursor === null || this.isLoadingMore) return;
    const { signal } = this.#asked;
    this.isLoadingMore = true;
    try {
      const page = await api.campaigns.list.query({ ...inputOf(view), cursor }, { signal });
      // Another view may have come meanwhile.
      if (signal.aborted) return;
      this.rows = [...(this.rows ?? []), ...page.items];
      this.nextCursor = page.nextCursor;
      this.#hasFurther = true;
      this.moreFailed = false;
    } catch {
      // The button stays, to try again.
      if (!signal.aborted) this.moreFailed = true;
    } finally {
      if (!signal.aborted) this.isLoadingMore = false;
    }
  }

  /** What can be chosen of; what is known stays until it is here. */
  async loadChoices(): Promise<void> {
    this.choicesFailed = false;
    try {
      this.choices = await api.campaigns.filters.query();
    } catch {
      this.choicesFailed = true;
    }
  }

  async #load(view: CampaignListView): Promise<void> {
    this.#asked.abort();
    const { signal } = (this.#asked = new AbortController());
    const key = campaignsHref(view);
    this.#isLoading = true;
    this.isLoadingMore = false;
    this.moreFailed = false;
    try {
      const page = await api.campaigns.list.query(inputOf(view), { signal });
      if (signal.aborted) return;
      this.rows = page.items;
      this.nextCursor = page.nextCursor;
      this.hasFailed = false;
      this.#hasFurther = false;
      this.#shown = key;
    } catch {
      if (signal.aborted) return;
      this.hasFailed = true;
      // Of another view they would say what is not true.
      if (key !== this.#shown) this.rows = this.nextCursor = null;
    }
    this.#isLoading = false;
  }
}

const inputOf = ({ search, statuses, labels, channelIds }: CampaignListView) => ({
  ...(search !== '' && { search }),
  ...(statuses.length > 0 && { statuses }),
  ...(labels.length > 0 && { labels }),
  ...(channelIds.length > 0 && { channelIds }),
});
