import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Person } from '../../src/lib/domain/person';
import { PeopleList } from '../../src/lib/people/people-list.svelte';
import type { Asked as View } from '../../src/lib/people/people-url';

// Outside the Svelte compiler a rune is nothing but its value; what the list does, not how it is drawn, is looked at here.
vi.hoisted(() => {
  const value = <T>(initial: T): T => initial;
  Object.assign(globalThis, { $state: Object.assign(value, { raw: value }) });
});

const aPerson = (id: string, more: Partial<Person> = {}): Person => ({
  id,
  name: `Name ${id}`,
  channels: [],
  ticketStatus: 'new',
  ticketChangedAt: 1,
  lastReplyAt: 1,
  createdAt: 1,
  updatedAt: 1,
  properties: {},
  conversationState: 'active',
  conversationId: null,
  lastChannelId: null,
  lastCampaign: null,
  ...more,
});
const people = (ids: string): Person[] => [...ids].map((id) => aPerson(id));

type Page = { items: Person[]; nextCursor: string | null };
type Call = {
  input: { search?: string; cursor?: string };
  signal: AbortSignal;
  answer: (page: Page) => void;
  fail: (error: Error) => void;
};

/** A list whose pages are answered by the test, in the order and at the moment it wants. */
function aList() {
  const calls: Call[] = [];
  const counted: AbortSignal[] = [];
  const list = new PeopleList({
    list: (input, signal) => new Promise((answer, fail) => calls.push({ input, signal, answer, fail })),
    count: async (_, signal) => {
      counted.push(signal);
      return { total: 42 };
    },
  });
  const answer = async (index: number, ids: string, nextCursor: string | null = null): Promise<void> => {
    calls[index]?.answer({ items: people(ids), nextCursor });
    await vi.advanceTimersByTimeAsync(0);
  };
  return { list, calls, counted, answer, ids: () => list.rows.map(({ id }) => id).join('') };
}
const view = (more: Partial<View> = {}): View => ({ query: null, search: '', sort: 'lastReply', ...more });

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

test('a view that is shown already is not asked for again, and another order needs no other count', async () => {
  const { list, calls, counted, answer, ids } = aList();
  list.show(view());
  list.show(view());
  await answer(0, 'abc');
  expect([calls.length, counted.length, ids(), list.total]).toEqual([1, 1, 'abc', 42]);
  list.show(view({ sort: 'name' }));
  await answer(1, 'cba');
  expect([calls.length, counted.length, ids()]).toEqual([2, 1, 'cba']);
});

test('an answer to what is no longer asked changes nothing, whenever it comes', async () => {
  const { list, calls, counted, answer, ids } = aList();
  list.show(view({ search: 'a' }));
  list.show(view({ search: 'an' }));
  expect([calls[0]?.signal.aborted, counted[0]?.aborted]).toEqual([true, true]);
  await answer(1, 'bc');
  await answer(0, 'xyz');
  expect(ids()).toBe('bc');
});

test('a further page comes below, once, and without those who are there already', async () => {
  const { list, calls, answer, ids } = aList();
  list.show(view());
  await answer(0, 'abc', 'next');
  void list.more();
  void list.more();
  expect(calls).toHaveLength(2);
  await answer(1, 'cde');
  expect([ids(), list.hasMore]).toEqual(['abcde', false]);
});

test('what happens in conversations is looked at twice, soon; a repeat of it adds no look', async () => {
  const { list, calls, answer, ids } = aList();
  list.show(view());
  await answer(0, 'abc');
  list.heard();
  list.heard();
  await vi.advanceTimersByTimeAsync(500);
  expect(calls).toHaveLength(2);
  await answer(1, 'abc');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(calls).toHaveLength(3);
  await answer(2, 'dabc');
  expect(ids()).toBe('dabc');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toHaveLength(3);
});

test('rows that somebody points at stay where they are, renewed, until they are let go', async () => {
  const { list, calls, answer, ids } = aList();
  list.show(view());
  await answer(0, 'abc');
  list.hold(true);
  list.heard();
  await vi.advanceTimersByTimeAsync(500);
  calls[1]?.answer({ items: [aPerson('c', { ticketStatus: 'closed' }), ...people('ab')], nextCursor: null });
  await vi.advanceTimersByTimeAsync(0);
  expect([ids(), list.hasChanged, list.rows[2]?.ticketStatus]).toEqual(['abc', true, 'closed']);
  list.settle();
  expect([ids(), list.hasChanged]).toEqual(['cab', false]);
});

test('a failure shows only where there is nothing else to show, and can be tried again', async () => {
  const { list, calls, answer, ids } = aList();
  list.show(view());
  calls[0]?.fail(new Error('down'));
  await vi.advanceTimersByTimeAsync(0);
  expect(list.status).toBe('failed');
  list.refresh();
  await answer(1, 'ab');
  expect([list.status, ids()]).toEqual(['ready', 'ab']);
  list.refresh();
  calls[2]?.fail(new Error('down'));
  await vi.advanceTimersByTimeAsync(0);
  expect([list.status, list.freshness, ids()]).toEqual(['ready', 'failed', 'ab']);
});

test('a further page that fails is asked for again, and takes nothing from what is here', async () => {
  const { list, calls, answer, ids } = aList();
  list.show(view());
  await answer(0, 'abc', 'next');
  void list.more();
  calls[1]?.fail(new Error('down'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect([calls.length, list.moreFailed, list.freshness, list.hasMore]).toEqual([2, true, 'fresh', true]);
  void list.more();
  await answer(2, 'de');
  expect([ids(), list.moreFailed]).toEqual(['abcde', false]);
});

test('of rows that could not be renewed no further ones are asked for, until they are', async () => {
  const { list, calls, answer, ids } = aList();
  list.show(view());
  await answer(0, 'abc', 'next');
  list.show(view({ search: 'x' }));
  calls[1]?.fail(new Error('down'));
  await vi.advanceTimersByTimeAsync(0);
  void list.more();
  expect([calls.length, list.freshness]).toEqual([2, 'failed']);
  list.refresh();
  await answer(2, 'xy', 'further');
  void list.more();
  await answer(3, 'z');
  expect([ids(), calls[3]?.input.cursor]).toEqual(['xyz', 'further']);
});

test('another view forgets that a further page of the one before could not be had', async () => {
  const { list, calls, answer } = aList();
  list.show(view());
  await answer(0, 'abc', 'next');
  void list.more();
  calls[1]?.fail(new Error('down'));
  await vi.advanceTimersByTimeAsync(0);
  list.show(view({ search: 'x' }));
  expect(list.moreFailed).toBe(false);
});
