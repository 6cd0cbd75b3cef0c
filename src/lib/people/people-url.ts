import { PeopleQuery } from '../domain/people-query';
import { MAX_SEARCH } from '../domain/list';

export const sorts = ['lastReply', 'name', 'created'] as const;
export type PeopleSort = (typeof sorts)[number];

/** What the list shows; it lives in the URL. `segmentId`: the segment it was opened from, with `query` = null as that segment has it. */
export type PeopleView = { search: string; sort: PeopleSort; segmentId: string | null; query: PeopleQuery | null };

/** What is asked: the view with its segment's query in place. */
export type Asked = Pick<PeopleView, 'search' | 'sort' | 'query'>;

/** Reads a view out of a query string. Anything missing or wrong is left at its default, because a URL may be old or typed by hand. */
export function peopleViewFrom(params: URLSearchParams): PeopleView {
  const sort = params.get('sort');
  const segment = params.get('segment') ?? '';
  return {
    search: (params.get('q') ?? '').slice(0, MAX_SEARCH).trim(),
    sort: sorts.find((known) => known === sort) ?? 'lastReply',
    segmentId: /^[\w-]{1,64}$/u.test(segment) ? segment : null,
    query: readQuery(params.get('query')),
  };
}

/** The view as a query string, `?…` or empty; equal views give equal strings. */
export function peopleQueryString({ search, sort, segmentId, query }: PeopleView): string {
  const params = new URLSearchParams();
  if (search !== '') params.set('q', search);
  if (segmentId !== null) params.set('segment', segmentId);
  if (query !== null) params.set('query', queryText(query));
  if (sort !== 'lastReply') params.set('sort', sort);
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

export const peopleHref = (view: PeopleView): string => `/people${peopleQueryString(view)}`;

/** A query as text; equal queries give equal texts. */
export function queryText(query: PeopleQuery): string {
  return JSON.stringify(query, ['match', 'of', 'property', 'op', 'value']);
}

export const isSameQuery = (a: PeopleQuery | null, b: PeopleQuery | null): boolean =>
  (a === null ? '' : queryText(a)) === (b === null ? '' : queryText(b));

function readQuery(text: string | null): PeopleQuery | null {
  if (text === null) return null;
  try {
    const parsed = PeopleQuery.safeParse(JSON.parse(text));
    return parsed.success && parsed.data.of.length > 0 ? parsed.data : null;
  } catch {
    // Not ours: as if there were none.
    return null;
  }
}

/** Where the people of a view are had as a file. */
export function exportHref({ query, search }: Pick<Asked, 'query' | 'search'>): string {
  const params = new URLSearchParams();
  if (query !== null) params.set('query', queryText(query));
  if (search !== '') params.set('search', search);
  const text = params.toString();
  return `/people/export${text === '' ? '' : `?${text}`}`;
}
