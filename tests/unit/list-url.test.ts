import { expect, test } from 'vitest';
import { isFiltered, listHref, listQueryString, listViewFrom, withoutFilters } from '../../src/lib/inbox/list-url';

const read = (text: string) => listViewFrom(new URLSearchParams(text));

test('an empty query is Active, newest first, nothing narrowed', () => {
  const view = read('');
  expect(view).toMatchObject({ tab: 'active', sort: 'latest' });
  expect(isFiltered(view)).toBe(false);
  expect(listHref(view)).toBe('/conversations');
});

test('every filter survives the way into the URL and back', () => {
  const text =
    '?tab=inactive&q=gate+14&campaign=a&campaign=b&label=q4&ticket=new&ticket=closed&channel=demo-whatsapp&unanswered=1&held=me&snoozed=1&sort=oldest';
  const view = read(text);
  expect(view).toEqual({
    tab: 'inactive',
    search: 'gate 14',
    campaignIds: ['a', 'b'],
    labels: ['q4'],
    ticketStatuses: ['new', 'closed'],
    channelIds: ['demo-whatsapp'],
    unanswered: true,
    heldBy: 'me',
    snoozed: true,
    sort: 'oldest',
  });
  expect(listQueryString(view)).toBe(text);
  expect(listHref(view, 'c1')).toBe(`/conversations/c1${text}`);
});

test('the same filters in another order are the same view, so the list is not asked for twice', () => {
  expect(listQueryString(read('ticket=closed&campaign=b&campaign=a&ticket=new&campaign=a'))).toBe(
    listQueryString(read('campaign=a&ticket=new&campaign=b&ticket=closed')),
  );
});

test('values that were never valid are dropped one by one, the rest stays', () => {
  const view = read(
    'tab=archived&sort=random&ticket=open&ticket=new&channel=NOT/AN/ID&held=everybody&unanswered=yes&snoozed=no&campaign=',
  );
  expect(listQueryString(view)).toBe('?ticket=new');
});

test('a search text is cut to what the server looks at', () => {
  expect(read(`q=${'x'.repeat(500)}`).search).toHaveLength(200);
});

test('clearing the filters keeps tab and order', () => {
  expect(listQueryString(withoutFilters(read('tab=inactive&sort=oldest&q=a&held=me&label=x')))).toBe('?tab=inactive&sort=oldest');
});
