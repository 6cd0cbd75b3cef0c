import type { Condition, PeopleQuery } from '../../../src/lib/domain/people-query.ts';
import { cities } from '../data/people.ts';
import { familyNameOf } from '../data/vocabulary.ts';

export type PeopleInput = { query?: PeopleQuery; search?: string; sort?: 'lastReply' | 'name' | 'created' };

/** What is asked of the people, about several things in turn. `deep` starts in the middle of what the tabs hold. */
export type PeopleQuestion =
  | { name: string; procedure: 'people.count'; inputs: readonly PeopleInput[] }
  | { name: string; procedure: 'people.list'; inputs: readonly PeopleInput[]; deep?: true };

const all = (...of: PeopleQuery['of']): PeopleQuery => ({ match: 'all', of });
const any = (...of: PeopleQuery['of']): PeopleQuery => ({ match: 'any', of });
const is = (property: string, value: string | boolean): Condition => ({ property, op: 'is', value });

const campaigns = [2, 9, 40, 120, 310].map((i) => `bench-campaign-${i}`);
/** "The ticket was closed in the last 7 days and came from campaign X." */
const segments = campaigns.map((id) => ({
  query: all(is('ticketStatus', 'closed'), { property: 'ticketChangedAt', op: 'inLast', value: 7 }, is('lastCampaignId', id)),
}));
/** Ten conditions, three deep. */
const nested = campaigns.map((id, i) => ({
  query: any(
    all(
      is('custom.tier', 'gold'),
      { property: 'custom.bookings', op: 'after', value: 20 + i },
      any(is('custom.home_city', cities[i] ?? 'Pune'), is('custom.home_city', cities[i + 5] ?? 'Lagos'), is('custom.vip', true)),
    ),
    all(
      is('lastCampaignId', id),
      { property: 'ticketStatus', op: 'isNot', value: 'new' },
      any({ property: 'name', op: 'contains', value: 'an' }, { property: 'lastReplyAt', op: 'inLast', value: 2 + i }),
    ),
    all(is('conversationState', 'none'), { property: 'custom.joined', op: 'inLast', value: 200 }),
  ),
}));
const parts = ['ali', 'son', 'luk', 'ez', 'ramu'];

const counted: readonly (readonly [string, readonly PeopleInput[]])[] = [
  ['everybody', [{}]],
  ['closed in the last 7 days, from campaign X', segments],
  ['conversation is active', [{ query: all(is('conversationState', 'active')) }]],
  ['replied in the last 3 days, ticket not closed', [{ query: all({ property: 'lastReplyAt', op: 'inLast', value: 3 }, { property: 'ticketStatus', op: 'isNot', value: 'closed' }) }]], // prettier-ignore
  ['custom text is', ['free', 'silver', 'gold'].map((tier) => ({ query: all(is('custom.tier', tier)) }))],
  ['custom text is not', ['free', 'silver', 'gold'].map((value) => ({ query: all({ property: 'custom.tier', op: 'isNot', value }) }))], // prettier-ignore
  ['custom text contains', ['a', 'or', 'lis'].map((value) => ({ query: all({ property: 'custom.home_city', op: 'contains', value }) }))], // prettier-ignore
  ['name contains', parts.map((value) => ({ query: all({ property: 'name', op: 'contains', value }) }))],
  ['custom number and boolean', [10, 20, 30].map((value) => ({ query: all({ property: 'custom.bookings', op: 'after', value }, is('custom.vip', true)) }))], // prettier-ignore
  ['custom date in the last year', [{ query: all({ property: 'custom.joined', op: 'inLast', value: 365 }) }]],
  ['ten conditions in nested groups', nested],
  ['search: part of a name', parts.map((search) => ({ search }))],
  ['search: beginning of a number', ['19990012', '199900345', '+1999006'].map((search) => ({ search }))],
];

const listed: readonly (readonly [string, readonly PeopleInput[], true?])[] = [
  ['everybody, by last reply', [{}]],
  ['everybody, by last reply, page from the middle', [{}], true],
  ['everybody, by name', [{ sort: 'name' }]],
  ['everybody, by when they were added', [{ sort: 'created' }]],
  ['closed in the last 7 days, from campaign X', segments],
  ['custom text is not, by name', [{ query: all({ property: 'custom.tier', op: 'isNot', value: 'gold' }), sort: 'name' }]],
  ['ten conditions in nested groups', nested],
  ['search: family name', [10, 400, 800].map((i) => ({ search: familyNameOf(i) }))],
];

export const peopleQuestions: readonly PeopleQuestion[] = [
  ...counted.map(([name, inputs]): PeopleQuestion => ({ name: `count: ${name}`, procedure: 'people.count', inputs })),
  ...listed.map(([name, inputs, deep]): PeopleQuestion => ({ name: `list: ${name}`, procedure: 'people.list', inputs, ...(deep && { deep }) })), // prettier-ignore
];
