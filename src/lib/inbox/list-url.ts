import { MAX_SEARCH, type ListFilters, type ListQuery } from '../domain/list';
import { ChannelId } from '../domain/ids';
import { TicketStatus } from '../domain/ticket';
import type { z } from 'zod';

/** What the list shows: tab, search, filters and order. It lives in the URL. */
export type ListView = Omit<ListQuery, 'cursor' | 'limit'>;

/** Values of one parameter that are valid; others are dropped, because a URL may be old or typed by hand. */
function valuesOf<S extends z.ZodType>(params: URLSearchParams, name: string, shape: S): z.output<S>[] | undefined {
  const values = [...new Set(params.getAll(name))].flatMap((value) => {
    const parsed = shape.safeParse(value);
    return parsed.success ? [parsed.data] : [];
  });
  return values.length > 0 ? values.slice(0, 100) : undefined;
}

function textsOf(params: URLSearchParams, name: string): string[] | undefined {
  const values = [...new Set(params.getAll(name))].filter((value) => value !== '' && value.length <= 64).sort();
  return values.length > 0 ? values.slice(0, 100) : undefined;
}

/** Reads a view out of a query string. Anything missing or wrong is left at its default. */
export function listViewFrom(params: URLSearchParams): ListView {
  const search = (params.get('q') ?? '').slice(0, MAX_SEARCH).trim();
  const held = params.get('held');
  return {
    tab: params.get('tab') === 'inactive' ? 'inactive' : 'active',
    sort: params.get('sort') === 'oldest' ? 'oldest' : 'latest',
    search: search === '' ? undefined : search,
    campaignIds: textsOf(params, 'campaign'),
    labels: textsOf(params, 'label'),
    ticketStatuses: valuesOf(params, 'ticket', TicketStatus),
    channelIds: valuesOf(params, 'channel', ChannelId),
    unanswered: params.get('unanswered') === '1' ? true : undefined,
    heldBy: held === 'me' || held === 'nobody' ? held : undefined,
    snoozed: params.get('snoozed') === '1' ? true : undefined,
  };
}

/** The view as a query string, `?…` or empty; equal views give equal strings. */
export function listQueryString(view: ListView): string {
  const params = new URLSearchParams();
  if (view.tab === 'inactive') params.set('tab', 'inactive');
  if (view.search) params.set('q', view.search);
  for (const id of [...(view.campaignIds ?? [])].sort()) params.append('campaign', id);
  for (const label of [...(view.labels ?? [])].sort()) params.append('label', label);
  for (const status of TicketStatus.options) if (view.ticketStatuses?.includes(status)) params.append('ticket', status);
  for (const id of [...(view.channelIds ?? [])].sort()) params.append('channel', id);
  if (view.unanswered) params.set('unanswered', '1');
  if (view.heldBy) params.set('held', view.heldBy);
  if (view.snoozed) params.set('snoozed', '1');
  if (view.sort === 'oldest') params.set('sort', 'oldest');
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** The page of a conversation, or of none, with the list kept as it is. */
export function listHref(view: ListView, conversationId: string | null = null): string {
  return `/conversations${conversationId === null ? '' : `/${conversationId}`}${listQueryString(view)}`;
}

/** The view with nothing narrowed: tab and order stay. */
export function withoutFilters(view: ListView): ListView {
  return { tab: view.tab, sort: view.sort };
}

/** What narrows the view, for questions about both tabs at once. */
export function filtersOf({
  search,
  campaignIds,
  labels,
  ticketStatuses,
  channelIds,
  unanswered,
  heldBy,
  snoozed,
}: ListView): ListFilters {
  return { search, campaignIds, labels, ticketStatuses, channelIds, unanswered, heldBy, snoozed };
}

/** Whether anything narrows the list. */
export function isFiltered(view: ListView): boolean {
  return listQueryString(view) !== listQueryString(withoutFilters(view));
}
