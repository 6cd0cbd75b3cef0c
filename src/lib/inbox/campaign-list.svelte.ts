import { api, isAborted } from './api';
import type { CampaignListView } from './campaign-url';

export type CampaignRow = Awaited<ReturnType<typeof api.campaigns.list.query>>['items'][number];
export type CampaignFilterChoices = Awaited<ReturnType<typeof api.campaigns.filters.query>>;

/** The campaigns of one view, page by page. */
export class CampaignList {
  /** null until they are here. */
  rows: readonly CampaignRow[] | null = $state.raw(null);
  hasFailed = $state(false);
  isLoadingMore = $state(false);
  nextCursor: string | null = $state(null);
  choices: CampaignFilterChoices | null = $state.raw(null);
  #asked: AbortController | null = null;

  /** The first page. What is there stays until the new one is. */
  async load(view: CampaignListView): Promise<void> {
    this.#asked?.abort();
    const asked = (this.#asked = new AbortController());
    try {
      const page = await api.campaigns.list.query(inputOf(view), { signal: asked.signal });
      this.rows = page.items;
      this.nextCursor = page.nextCursor;
      this.hasFailed = false;
    } catch (error) {
      if (isAborted(error)) return;
      this.rows = null;
      this.hasFailed = true;
    }
  }

  async more(view: CampaignListView): Promise<void> {
    const cursor = this.nextCursor;
    if (cursor === null || this.isLoadingMore) return;
    const asked = this.#asked;
    this.isLoadingMore = true;
    try {
      const page = await api.campaigns.list.query({ ...inputOf(view), cursor });
      // Another view may have come meanwhile.
      if (asked !== this.#asked) return;
      this.rows = [...(this.rows ?? []), ...page.items];
      this.nextCursor = page.nextCursor;
    } catch {
      // The button stays, to try again.
    } finally {
      this.isLoadingMore = false;
    }
  }

  async loadChoices(): Promise<void> {
    try {
      this.choices = await api.campaigns.filters.query();
    } catch {
      this.choices = null;
    }
  }
}

const inputOf = ({ search, statuses, labels, channelIds }: CampaignListView) => ({
  ...(search !== '' && { search }),
  ...(statuses.length > 0 && { statuses }),
  ...(labels.length > 0 && { labels }),
  ...(channelIds.length > 0 && { channelIds }),
});
