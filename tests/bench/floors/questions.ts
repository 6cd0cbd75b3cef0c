import { familyNameOf, givenNameOf, wordOf } from '../data/vocabulary.ts';
import { type PeopleQuestion, peopleQuestions } from './people-questions.ts';

type Status = 'new' | 'pending' | 'closed';
export type Filters = {
  search?: string;
  campaignIds?: string[];
  labels?: string[];
  ticketStatuses?: Status[];
  channelIds?: string[];
  unanswered?: boolean;
  heldBy?: 'me' | 'nobody';
};
export type ListInput = { tab: 'active' | 'inactive'; sort?: 'latest' | 'oldest' } & Filters;

/**
 * What is asked of the read model: through the product, as bare SQL, and of the peer. `inputs` are asked in turn, so that no figure is
 * that of one lucky word. `deep` starts in the middle of the tab.
 */
export type ConversationQuestion =
  | { name: string; procedure: 'conversations.list'; inputs: readonly ListInput[]; deep?: true }
  | { name: string; procedure: 'conversations.counts'; inputs: readonly Filters[] };

export type Question = ConversationQuestion | PeopleQuestion;

const statuses: readonly Status[] = ['new', 'pending', 'closed'];
const five = [0, 1, 2, 3, 4];
/** The same question about several things. */
const each = <T, I>(values: readonly T[], input: (value: T, i: number) => I): I[] => values.map(input);
const status = (i: number): Status[] => [statuses[i % 3] ?? 'new'];
const inactive = (filters: Filters): ListInput => ({ tab: 'inactive', ...filters });

const campaigns = each([2, 9, 40, 120, 310], (i) => `bench-campaign-${i}`);
const labels = each([0, 3, 11, 27, 44], (i) => `bench-label-${i}`);
const common = each(five, (i) => wordOf(i));
const middle = each([60, 95, 130, 170, 210], (i) => wordOf(i));
const rare = each([3_100, 3_300, 3_500, 3_700, 3_900], (i) => wordOf(i));
const given = each([0, 3, 6, 50, 77], (i) => givenNameOf(i));
const family = each([10, 400, 800, 1_100, 1_400], (i) => familyNameOf(i));

export const questions: readonly ConversationQuestion[] = [
  { name: 'list, Active, first page', procedure: 'conversations.list', inputs: [{ tab: 'active' }] },
  { name: 'list, Inactive, first page', procedure: 'conversations.list', inputs: [{ tab: 'inactive' }] },
  { name: 'list, Inactive, page from the middle', procedure: 'conversations.list', inputs: [{ tab: 'inactive' }], deep: true },
  { name: 'list, Inactive, oldest first', procedure: 'conversations.list', inputs: [{ tab: 'inactive', sort: 'oldest' }] },
  { name: 'filter: campaign', procedure: 'conversations.list', inputs: each(campaigns, (id) => inactive({ campaignIds: [id] })) },
  { name: 'filter: label', procedure: 'conversations.list', inputs: each(labels, (label) => inactive({ labels: [label] })) },
  { name: 'filter: label, Active, oldest first', procedure: 'conversations.list', inputs: each(labels, (label) => ({ tab: 'active', sort: 'oldest', labels: [label] })) }, // prettier-ignore
  { name: 'filter: label, page from the middle', procedure: 'conversations.list', inputs: each(labels, (label) => inactive({ labels: [label] })), deep: true }, // prettier-ignore
  {
    name: 'filter: ticket status',
    procedure: 'conversations.list',
    inputs: each([0, 1, 2], (i) => inactive({ ticketStatuses: status(i) })),
  },
  { name: 'filter: channel', procedure: 'conversations.list', inputs: [inactive({ channelIds: ['demo-telegram'] })] },
  { name: 'filter: unanswered', procedure: 'conversations.list', inputs: [inactive({ unanswered: true })] },
  { name: 'filter: held by me (none)', procedure: 'conversations.list', inputs: [inactive({ heldBy: 'me' })] },
  { name: 'filter: held by nobody', procedure: 'conversations.list', inputs: [inactive({ heldBy: 'nobody' })] },
  { name: 'campaign and status', procedure: 'conversations.list', inputs: each(campaigns, (id, i) => inactive({ campaignIds: [id], ticketStatuses: status(i) })) }, // prettier-ignore
  { name: 'label and status', procedure: 'conversations.list', inputs: each(labels, (label, i) => inactive({ labels: [label], ticketStatuses: status(i) })) }, // prettier-ignore
  { name: 'search: common word', procedure: 'conversations.list', inputs: each(common, (search) => inactive({ search })) },
  { name: 'search: middle word', procedure: 'conversations.list', inputs: each(middle, (search) => inactive({ search })) },
  { name: 'search: rare word', procedure: 'conversations.list', inputs: each(rare, (search) => inactive({ search })) },
  { name: 'search: common word and status', procedure: 'conversations.list', inputs: each(common, (search, i) => inactive({ search, ticketStatuses: status(i) })) }, // prettier-ignore
  { name: 'search: rare word and status', procedure: 'conversations.list', inputs: each(rare, (search, i) => inactive({ search, ticketStatuses: status(i) })) }, // prettier-ignore
  ...[2, 3, 4, 5].map((letters): ConversationQuestion => ({ name: `search: first ${letters} letters of a name`, procedure: 'conversations.list', inputs: each(family, (name) => inactive({ search: name.slice(0, letters) })) })), // prettier-ignore
  {
    name: 'search: 3 letters inside a name',
    procedure: 'conversations.list',
    inputs: each(family, (name) => inactive({ search: name.slice(2, 5) })),
  },
  { name: 'search: name and word', procedure: 'conversations.list', inputs: each(given, (name, i) => inactive({ search: `${name} ${middle[i] ?? ''}` })) }, // prettier-ignore
  { name: 'search: Chinese, Japanese, Thai', procedure: 'conversations.list', inputs: each(['订单', '退款', 'キャンセル', 'ขอบคุณ', '酒'], (search) => inactive({ search })) }, // prettier-ignore
  { name: 'search: emoji', procedure: 'conversations.list', inputs: each(['👍', '🎉', '😡'], (search) => inactive({ search })) },
  {
    name: 'search: nothing found',
    procedure: 'conversations.list',
    inputs: each(['zzzq', 'xqxq', 'wrtz'], (search) => inactive({ search })),
  },
  { name: 'search and campaign and status', procedure: 'conversations.list', inputs: each(campaigns, (id, i) => inactive({ search: common[i] ?? '', campaignIds: [id], ticketStatuses: status(i) })) }, // prettier-ignore
  { name: 'search and label and status', procedure: 'conversations.list', inputs: each(labels, (label, i) => inactive({ search: common[i] ?? '', labels: [label], ticketStatuses: status(i) })) }, // prettier-ignore
  { name: 'counts, all', procedure: 'conversations.counts', inputs: [{}] },
  { name: 'counts, label', procedure: 'conversations.counts', inputs: each(labels, (label) => ({ labels: [label] })) },
  { name: 'counts, search and label', procedure: 'conversations.counts', inputs: each(labels, (label, i) => ({ search: common[i] ?? '', labels: [label] })) }, // prettier-ignore
];

export const questionOf = (name: string): Question | undefined =>
  [...questions, ...peopleQuestions].find((question) => question.name === name);
