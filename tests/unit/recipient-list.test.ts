import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RecipientRow } from '../../src/lib/inbox/campaign-page.svelte';
import { RecipientList } from '../../src/lib/inbox/recipient-list.svelte';

// Outside the Svelte compiler a rune is nothing but its value; what the list does, not how it is drawn, is looked at here.
vi.hoisted(() => {
  const value = <T>(initial: T): T => initial;
  Object.assign(globalThis, { $state: Object.assign(value, { raw: value }) });
});

const aRow = (seq: number): RecipientRow => ({ seq, person: null, outcome: 'sent', reason: null, attempts: 1, at: 1 });
const rows = (first: number, count: number): RecipientRow[] => Array.from({ length: count }, (_, i) => aRow(first + i));

type Page = { items: RecipientRow[]; nextAfter: number | null };
type Call = { outcome: string | null; after: number; at: number; answer: (page: Page) => void; fail: (error: Error) => void };

/** A list whose pages are answered by the test, in the order and at the moment it wants. */
function aList() {
  const calls: Call[] = [];
  const list = new RecipientList(
    (outcome, after) => new Promise((answer, fail) => calls.push({ outcome, after, at: Date.now(), answer, fail })),
  );
  const answer = async (index: number, items: RecipientRow[], nextAfter: number | null = null): Promise<void> => {
    calls[index]?.answer({ items, nextAfter });
    await vi.advanceTimersByTimeAsync(0);
  };
  const fail = async (index: number): Promise<void> => {
    calls[index]?.fail(new Error('down'));
    await vi.advanceTimersByTimeAsync(0);
  };
  /** So long of a campaign that is being sent: four frames a second. */
  const sending = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 250) {
      list.look();
      await vi.advanceTimersByTimeAsync(250);
    }
  };
  return { list, calls, answer, fail, sending };
}

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

test('a further page that takes its time comes in, however much happens meanwhile, and is left as it is then', async () => {
  const { list, calls, answer, sending } = aList();
  list.show(null);
  await answer(0, rows(1, 50), 50);
  void list.more();
  void list.more();
  await sending(5_000);
  expect(calls.map(({ after }) => after)).toEqual([0, 50]);
  expect(list.isLoadingMore).toBe(true);
  await answer(1, rows(51, 10));
  await sending(5_000);
  expect([calls.length, list.rows?.length, list.hasMore, list.isLoadingMore]).toEqual([2, 60, false, false]);
});

test('while a campaign is sent the first page is looked at every two seconds, and once more after the last', async () => {
  const { list, calls, answer, sending } = aList();
  list.show(null);
  await answer(0, rows(1, 3));
  for (let call = 1; call <= 4; call++) {
    await sending(2_250);
    await answer(call, rows(1, 3 + call));
  }
  const gaps = calls.slice(1).map(({ at }, i) => at - (calls[i]?.at ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2_000);
  expect(list.rows?.length).toBe(7);
  list.look();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toHaveLength(6);
  await answer(5, rows(1, 9));
  await vi.advanceTimersByTimeAsync(60_000);
  expect([calls.length, list.rows?.length]).toEqual([6, 9]);
});

test('a server that is slower than the looks is waited for', async () => {
  const { list, calls, answer, sending } = aList();
  list.show(null);
  await sending(10_000);
  expect(calls).toHaveLength(1);
  await answer(0, rows(1, 3));
  expect(list.rows?.length).toBe(3);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(calls).toHaveLength(2);
});

test('what happened while a further page failed is looked at then, and the page can be asked for again', async () => {
  const { list, calls, answer, fail } = aList();
  list.show(null);
  await answer(0, rows(1, 50), 50);
  void list.more();
  list.look();
  await fail(1);
  expect([list.moreFailed, list.hasFailed, list.rows?.length, list.hasMore]).toEqual([true, false, 50, true]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(calls[2]?.after).toBe(0);
  await answer(2, rows(1, 50), 50);
  void list.more();
  await answer(3, rows(51, 1));
  expect([list.rows?.length, list.moreFailed]).toEqual([51, false]);
});

test('another outcome is shown at once, and an answer to the one before changes nothing', async () => {
  const { list, calls, answer } = aList();
  list.show(null);
  await answer(0, rows(1, 50), 50);
  void list.more();
  list.show('failed');
  expect([list.rows, list.isLoadingMore, calls[2]?.outcome]).toEqual([null, false, 'failed']);
  await answer(2, rows(7, 1));
  await answer(1, rows(51, 50));
  expect([list.rows?.map(({ seq }) => seq), list.hasMore]).toEqual([[7], false]);
});

test('a look that fails keeps the rows and says so; a list that is left asks for nothing more', async () => {
  const { list, calls, answer, fail } = aList();
  list.show(null);
  await answer(0, rows(1, 3));
  list.look();
  await vi.advanceTimersByTimeAsync(2_000);
  await fail(1);
  expect([list.hasFailed, list.rows?.length]).toEqual([true, 3]);
  list.refresh();
  await answer(2, rows(1, 4));
  expect([list.hasFailed, list.rows?.length]).toEqual([false, 4]);
  list.look();
  list.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls).toHaveLength(3);
});
