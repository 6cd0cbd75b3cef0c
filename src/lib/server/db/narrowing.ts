import { type RawBuilder, sql } from 'kysely';
import type { ListFilters } from '../../domain/list';
import { termsOf } from '../../domain/search';
import { facets, inStatus, onDay } from './conversation-row';
import { isReindexing } from './reindexing';

/** A full-text expression, put together by the statement that it is in. */
export type Narrowing = RawBuilder<string>;

/**
 * What the index is asked for under these filters: each of them in use and each term of the search must hold. null = nothing narrows the
 * list. `days`: only rows of these days (`dayOf`) are wanted.
 */
export function narrowing(filters: ListFilters, userId: string, days: readonly number[] = []): Narrowing | null {
  const { channelIds = [], unanswered = false, snoozed = false, heldBy, search = '' } = filters;
  const holder = heldBy === 'me' ? [facets.heldBy(userId)] : heldBy === 'nobody' ? [facets.free] : [];
  const parts = [
    ...anyOf(channelIds.map(facets.channel)),
    ...anyOf(unanswered ? [facets.unanswered] : []),
    ...anyOf(snoozed ? [facets.snoozed] : []),
    ...anyOf(holder),
    ...termsOf(search).flatMap((term) => anyOf([term])),
    ...ofCampaigns(filters, days),
  ];
  return parts.length > 0 ? all(parts) : null;
}

/** Of ticket statuses, campaigns and labels. A campaign has a list for each day and one for each status, which are as much shorter. */
function ofCampaigns({ ticketStatuses = [], campaignIds = [], labels = [] }: ListFilters, days: readonly number[]): Narrowing[] {
  const inStatuses = anyOf(ticketStatuses.map(facets.ticketStatus));
  if (campaignIds.length === 0 && labels.length === 0) return inStatuses;
  const campaigns = (lists: readonly string[]) => [
    ...anyOf(campaignIds.flatMap((id) => lists.map((list) => facets.campaign(id) + list))),
    ...labelled(labels, lists),
  ];
  const whole = [...inStatuses, ...campaigns([''])];
  if (days.length === 0 && ticketStatuses.length === 0) return whole;
  const parts = days.length > 0 ? [...inStatuses, ...campaigns(days.map(onDay))] : campaigns(ticketStatuses.map(inStatus));
  return [sql<string>`iif(${isReindexing}, ${all(whole)}, ${all(parts)})`];
}

/** A label stands for its campaigns of today, expanded inside the statement; without any, for one that no row has. */
function labelled(labels: readonly string[], lists: readonly string[]): Narrowing[] {
  if (labels.length === 0) return [];
  const none = facets.campaign('');
  const ofCampaign = lists.map((list) => sql<string>`'"' || ${none} || lower(hex(campaign_id)) || ${`${list}"`}`);
  const tokens = sql.join(ofCampaign, sql` || ' OR ' || `);
  return [
    sql<string>`(select '(' || coalesce(group_concat(${tokens}, ' OR '), '"' || ${none} || '"') || ')'
      from campaign_labels where label in (select value from json_each(${JSON.stringify(labels)})))`,
  ];
}

const anyOf = (tokens: readonly string[]): Narrowing[] =>
  tokens.length > 0 ? [sql<string>`${`(${tokens.map((token) => `"${token}"`).join(' OR ')})`}`] : [];

const all = (parts: readonly Narrowing[]): Narrowing => sql<string>`${sql.join(parts, sql` || ' AND ' || `)}`;
