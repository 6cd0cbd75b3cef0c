import { CampaignStatus } from '../domain/campaign-lifecycle';
import { ChannelId } from '../domain/ids';

/** What the list of campaigns shows. It lives in the URL. */
export type CampaignListView = { search: string; statuses: CampaignStatus[]; labels: string[]; channelIds: ChannelId[] };

/** Reads a view out of a query string; what is wrong is dropped, because a URL may be old or typed by hand. */
export function campaignViewFrom(params: URLSearchParams): CampaignListView {
  const all = (name: string): string[] => [...new Set(params.getAll(name))].slice(0, 100);
  return {
    search: (params.get('q') ?? '').slice(0, 200).trim(),
    statuses: CampaignStatus.options.filter((status) => all('status').includes(status)),
    labels: all('label').filter((label) => label !== '' && label.length <= 64).sort(), // prettier-ignore
    channelIds: all('channel').flatMap((id) => (ChannelId.safeParse(id).success ? [ChannelId.parse(id)] : [])).sort(), // prettier-ignore
  };
}

/** The list's address; equal views give equal ones. */
export function campaignsHref({ search, statuses, labels, channelIds }: CampaignListView): string {
  const params = new URLSearchParams();
  if (search !== '') params.set('q', search);
  for (const status of CampaignStatus.options) if (statuses.includes(status)) params.append('status', status);
  for (const label of [...labels].sort()) params.append('label', label);
  for (const id of [...channelIds].sort()) params.append('channel', id);
  const text = params.toString();
  return text === '' ? '/campaigns' : `/campaigns?${text}`;
}

export const wholeList: CampaignListView = { search: '', statuses: [], labels: [], channelIds: [] };
