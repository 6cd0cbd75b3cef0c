import { wordOf } from './vocabulary.ts';

/** What is asked of the read model: once through the product, once as bare SQL. `deep` starts in the middle of the tab. */
export type Question =
  | { name: string; kind: 'list'; input: { tab: 'active' | 'inactive' } & Filters & { sort?: 'latest' | 'oldest' }; deep?: true }
  | { name: string; kind: 'counts'; input: Filters };

type Filters = {
  search?: string;
  campaignIds?: string[];
  labels?: string[];
  ticketStatuses?: ('new' | 'pending' | 'closed')[];
  channelIds?: string[];
  unanswered?: boolean;
  heldBy?: 'me' | 'nobody';
};

const RARE_RANK = 3_100;

export const questions: readonly Question[] = [
  { name: 'list, Active, first page', kind: 'list', input: { tab: 'active' } },
  { name: 'list, Inactive, first page', kind: 'list', input: { tab: 'inactive' } },
  { name: 'list, Inactive, page from the middle', kind: 'list', input: { tab: 'inactive' }, deep: true },
  { name: 'list, Inactive, oldest first', kind: 'list', input: { tab: 'inactive', sort: 'oldest' } },
  { name: 'filter: campaign', kind: 'list', input: { tab: 'inactive', campaignIds: ['bench-campaign-9'] } },
  { name: 'filter: label', kind: 'list', input: { tab: 'inactive', labels: ['bench-label-3'] } },
  { name: 'filter: ticket status', kind: 'list', input: { tab: 'inactive', ticketStatuses: ['pending'] } },
  { name: 'filter: channel', kind: 'list', input: { tab: 'inactive', channelIds: ['demo-telegram'] } },
  { name: 'filter: unanswered', kind: 'list', input: { tab: 'inactive', unanswered: true } },
  { name: 'filter: held by me (none)', kind: 'list', input: { tab: 'inactive', heldBy: 'me' } },
  { name: 'filter: held by nobody', kind: 'list', input: { tab: 'inactive', heldBy: 'nobody' } },
  { name: 'search: common word', kind: 'list', input: { tab: 'inactive', search: 'order' } },
  { name: 'search: rare word', kind: 'list', input: { tab: 'inactive', search: wordOf(RARE_RANK) } },
  { name: 'search: 2 letters', kind: 'list', input: { tab: 'inactive', search: 'al' } },
  { name: 'search: name and word', kind: 'list', input: { tab: 'inactive', search: 'alice refund' } },
  { name: 'search: nothing found', kind: 'list', input: { tab: 'inactive', search: 'zzzq' } },
  {
    name: 'search and label and status',
    kind: 'list',
    input: { tab: 'inactive', search: 'order', labels: ['bench-label-3'], ticketStatuses: ['new'] },
  },
  { name: 'counts, all', kind: 'counts', input: {} },
  { name: 'counts, search and label', kind: 'counts', input: { search: 'order', labels: ['bench-label-3'] } },
];
