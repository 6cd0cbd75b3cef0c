import { beforeEach, expect, test, vi } from 'vitest';
import { CampaignList } from '../../src/lib/inbox/campaign-list.svelte';
import { wholeList, type CampaignListView } from '../../src/lib/inbox/campaign-url';

type Page = { items: { id: string }[]; nextCursor: string | null };
type Call = {
  input: { search?: string; cursor?: string };
  signal: AbortSignal | undefined;
  answer: (page: Page) => void;
  fail: (error: Error) => void;
};

// Outside the Svelte compiler a rune is nothing but its value; what the list does, not how it is drawn, is looked at here.
const { calls, choices, api } = vi.hoisted(() => {
  const value = <T>(initial: T): T => initial;
  Object.assign(globalThis, { $state: Object.assign(value, { raw: value }) });
  const calls: Call[] = [];
  const choices = { asked: 0, isDown: false, labels: ['spring'] };
  const list = (input: Call['input'], { signal }: { signal?: AbortSignal } = {}) =>
    new Promise((answer, fail) => calls.push({ input, signal, answer, fail }));
  const filters = async () => {
    choices.asked += 1;
    if (choices.isDown) throw new Error('down');
    return { labels: choices.labels, channels: [] };
  };
  return { calls, choices, api: { campaigns: { list: { query: list }, filters: { query: filters } } } };
});
vi.mock('../../src/lib/inbox/api', async (original) => ({ ...(await original<object>()), api }));

beforeEach(() => {
  calls.length = 0;
  Object.assign(choices, { asked: 0, isDown: false, labels: ['spring'] });
});

const settled = () => new Promise((wake) => setTimeout(wake));
async function answer(index: number, ids: string, nextCursor: string | null = null): Promise<void> {
  calls[index]?.answer({ items: [...ids].map((id) => ({ id })), nextCursor });
  await settled();
}
async function fail(index: number): Promise<void> {
  calls[index]?.fail(new Error('down'));
  await settled();
}
const idsOf = (list: CampaignList): string | null => list.rows?.map(({ id }) => id).join('') ?? null;
const found = (search: string): CampaignListView => ({ ...wholeList, search });

test('a look that fails keeps the rows of the same view and says that they may be old, until one does not', async () => {
  const list = new CampaignList();
  void list.load(wholeList);
  await answer(0, 'abc', 'next');
  list.look(wholeList);
  await fail(1);
  expect([idsOf(list), list.nextCursor, list.hasFailed]).toEqual(['abc', 'next', true]);
  list.look(wholeList);
  await answer(2, 'dabc');
  expect([idsOf(list), list.hasFailed]).toEqual(['dabc', false]);
});

test('rows of the view before do not stand for another one that could not be had', async () => {
  const list = new CampaignList();
  void list.load(wholeList);
  await answer(0, 'abc');
  void list.load(found('x'));
  expect(idsOf(list)).toBe('abc');
  await fail(1);
  expect([idsOf(list), list.hasFailed]).toEqual([null, true]);
  list.look(found('x'));
  expect(list.hasFailed, 'what nobody asked for does not blink').toBe(true);
  void list.load(found('x'));
  expect(list.hasFailed).toBe(false);
  await answer(3, 'x');
  expect(idsOf(list)).toBe('x');
});

test('nothing is looked at while a further page is on its way, nor while further pages are read', async () => {
  const list = new CampaignList();
  void list.load(wholeList);
  await answer(0, 'abc', 'next');
  void list.more(wholeList);
  void list.more(wholeList);
  list.look(wholeList);
  expect(calls).toHaveLength(2);
  await answer(1, 'de');
  expect([idsOf(list), list.nextCursor, list.isLoadingMore]).toEqual(['abcde', null, false]);
  list.look(wholeList);
  expect(calls).toHaveLength(2);
  void list.load(found('x'));
  await answer(2, 'x');
  list.look(found('x'));
  expect(calls).toHaveLength(4);
});

test('a look that is slower than the next one is waited for', async () => {
  const list = new CampaignList();
  void list.load(wholeList);
  list.look(wholeList);
  list.look(wholeList);
  expect(calls).toHaveLength(1);
  await answer(0, 'abc');
  expect(idsOf(list)).toBe('abc');
});

test('a further page that fails says so and can be asked for again; one of another view changes nothing', async () => {
  const list = new CampaignList();
  void list.load(wholeList);
  await answer(0, 'abc', 'next');
  void list.more(wholeList);
  await fail(1);
  expect([idsOf(list), list.moreFailed, list.hasFailed]).toEqual(['abc', true, false]);
  void list.more(wholeList);
  void list.load(found('x'));
  expect([calls[2]?.signal?.aborted, list.isLoadingMore, list.moreFailed]).toEqual([true, false, false]);
  await answer(3, 'x');
  await answer(2, 'yz');
  expect(idsOf(list)).toBe('x');
});

test('what the filters offer can be asked for again after a failure, by itself too, and newer takes the place of older', async () => {
  const list = new CampaignList();
  choices.isDown = true;
  await list.loadChoices();
  expect([list.choices, list.choicesFailed]).toEqual([null, true]);
  choices.isDown = false;
  void list.load(wholeList);
  await answer(0, 'abc');
  list.look(wholeList);
  await settled();
  expect([list.choices?.labels, list.choicesFailed]).toEqual([['spring'], false]);
  list.look(wholeList);
  expect(choices.asked).toBe(2);
  choices.labels = ['spring', 'summer'];
  const asking = list.loadChoices();
  expect(list.choices?.labels).toEqual(['spring']);
  await asking;
  expect(list.choices?.labels).toEqual(['spring', 'summer']);
  choices.isDown = true;
  await list.loadChoices();
  expect(list.choices?.labels).toEqual(['spring', 'summer']);
});
