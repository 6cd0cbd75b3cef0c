import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ListQuery, TabCounts } from '../../src/lib/domain/list';
import type { Summary } from '../../src/lib/domain/summary';
import { ConversationList } from '../../src/lib/inbox/conversation-list.svelte';
import { listViewFrom } from '../../src/lib/inbox/list-url';

// Outside the Svelte compiler a rune is nothing but its value; what the list does, not how it is drawn, is looked at here.
vi.hoisted(() => {
  const value = <T>(initial: T): T => initial;
  Object.assign(globalThis, { $state: Object.assign(value, { raw: value }) });
});

const NOW = 1_000_000;
const WINDOW = 10_000;
const policy = { activeWindowMs: WINDOW, retentionMs: 20 * WINDOW, lockGraceMs: 1, lockIdleMs: 1 };
const counts: TabCounts = {
  active: { total: 1, new: 1, pending: 0, closed: 0 },
  inactive: { total: 0, new: 0, pending: 0, closed: 0 },
};

const aRow = (id: string, ageMs: number, version = 1, more: Partial<Summary> = {}): Summary => ({
  id,
  version,
  contact: { id: `contact-${id}`, name: `Name ${id}`, address: id },
  channel: { id: 'demo-telegram', provider: 'telegram' },
  campaign: null,
  ticketStatus: 'new',
  ticketChangedAt: NOW - ageMs,
  tab: 'active',
  lastMessage: { text: `text ${id}`, direction: 'inbound', at: NOW - ageMs },
  lastInboundAt: NOW - ageMs,
  activeUntil: NOW - ageMs + WINDOW,
  sendWindowUntil: null,
  unread: 0,
  unanswered: true,
  lock: null,
  ...more,
});

type Page = { items: Summary[]; nextCursor: string | null };
type Asked = { query: ListQuery; signal: AbortSignal; answer: (page: Page) => void; fail: (error: Error) => void };

/** A list whose pages are answered by the test, in the order and at the moment it wants. */
function aList({ countingTakesMs = 0 } = {}) {
  const asked: Asked[] = [];
  const countsAsked: number[] = [];
  const list = new ConversationList({
    list: (query, signal) => new Promise((answer, fail) => asked.push({ query, signal, answer, fail })),
    counts: async () => {
      countsAsked.push(Date.now());
      await new Promise((wake) => setTimeout(wake, countingTakesMs));
      return counts;
    },
    now: () => Date.now(),
    policy,
    userId: 'ana',
  });
  const answer = async (index: number, items: Summary[], nextCursor: string | null = null): Promise<void> => {
    asked[index]?.answer({ items, nextCursor });
    await vi.advanceTimersByTimeAsync(0);
  };
  return { list, asked, countsAsked, answer, ids: () => list.rows.map(({ id }) => id).join('') };
}
const view = (text = '') => listViewFrom(new URLSearchParams(text));

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

test('the first page shows, and the same view is not asked for twice', async () => {
  const { list, asked, answer, ids } = aList();
  list.show(view());
  list.show(view(''));
  expect(list.status).toBe('loading');
  expect(asked).toHaveLength(1);
  await answer(0, [aRow('b', 1), aRow('a', 2)]);
  expect(list.status).toBe('ready');
  expect(ids()).toBe('ba');
});

test('a frame that arrives while a page is read wins over the older row on that page', async () => {
  const { list, answer } = aList();
  list.show(view());
  list.apply({ type: 'rows', rows: [aRow('a', 0, 5, { unread: 2 })] });
  await answer(0, [aRow('a', 3, 4)]);
  expect(list.rows).toEqual([aRow('a', 0, 5, { unread: 2 })]);
  expect(list.unread).toBe(1);
});

test('after a gap, what was heard before it does not come back over what is read now', async () => {
  const { list, answer, ids } = aList();
  list.show(view('ticket=new'));
  await answer(0, []);
  list.apply({ type: 'rows', rows: [aRow('a', 1, 2)] });
  expect(ids()).toBe('a');
  // While the connection was gone, the conversation was closed.
  list.refresh();
  await answer(1, []);
  expect(ids()).toBe('');
});

test('the answer to an older search never replaces that of a newer one', async () => {
  const { list, asked, answer, ids } = aList();
  list.show(view());
  await answer(0, [aRow('a', 1), aRow('b', 2)]);
  list.show(view('q=name'));
  list.show(view('q=name+b'));
  expect(asked[1]?.signal.aborted).toBe(true);
  await answer(2, [aRow('b', 2)]);
  await answer(1, [aRow('a', 1), aRow('b', 2)]);
  expect(ids()).toBe('b');
  expect(list.freshness).toBe('fresh');
});

test('a search narrows the rows at hand before the server answers', async () => {
  const { list, answer, ids } = aList();
  list.show(view());
  await answer(0, [aRow('a', 1), aRow('b', 2)]);
  list.show(view('q=text+b'));
  expect(ids()).toBe('b');
  expect(list.freshness).toBe('loading');
});

test('a row leaves Active by the clock alone, at its millisecond and not before', async () => {
  const { list, answer, ids } = aList();
  list.show(view());
  await answer(0, [aRow('b', 0), aRow('a', WINDOW - 1_000)]);
  await vi.advanceTimersByTimeAsync(999);
  expect(ids()).toBe('ba');
  await vi.advanceTimersByTimeAsync(2);
  expect(ids()).toBe('b');
});

test('further pages join without repeating a row that moved up meanwhile', async () => {
  const { list, asked, answer, ids } = aList();
  list.show(view());
  await answer(0, [aRow('d', 1), aRow('c', 2)], 'r1');
  void list.more();
  void list.more();
  expect(asked).toHaveLength(2);
  list.apply({ type: 'rows', rows: [aRow('b', 0, 2)] });
  await answer(1, [aRow('b', 3, 1), aRow('a', 4)]);
  expect(ids()).toBe('bdca');
  expect(list.hasMore).toBe(false);
});

test('held still, the list waits with what is new until it is let go', async () => {
  const { list, answer, ids } = aList();
  list.show(view());
  await answer(0, [aRow('b', 1), aRow('a', 2)]);
  list.freeze(true);
  list.apply({ type: 'rows', rows: [aRow('c', 0), aRow('a', 0, 2, { unread: 1 })] });
  expect(ids()).toBe('ba');
  expect(list.rows[1]?.unread).toBe(1);
  expect(list.waiting).toBe(2);
  list.freeze(false);
  expect(ids()).toBe('cab');
  expect(list.waiting).toBe(0);
});

test('held still, a further page still comes in below', async () => {
  const { list, answer, ids } = aList();
  list.show(view());
  await answer(0, [aRow('c', 1), aRow('b', 2)], 'r1');
  list.freeze(true);
  void list.more();
  await answer(1, [aRow('a', 3)]);
  expect(ids()).toBe('cba');
  expect(list.waiting).toBe(0);
});

test('under a filter a burst of frames asks for the counts once a second, and once more after the last', async () => {
  const { list, answer, countsAsked } = aList();
  list.show(view('q=a'));
  await answer(0, []);
  expect(countsAsked).toHaveLength(1);
  for (let i = 0; i < 25; i++) {
    list.apply({ type: 'rows', rows: [aRow('a', 0, i + 1)] });
    await vi.advanceTimersByTimeAsync(100);
  }
  await vi.advanceTimersByTimeAsync(2_000);
  const gaps = countsAsked.slice(1).map((at, i) => at - (countsAsked[i] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
  expect(countsAsked.at(-1)).toBeGreaterThan(NOW + 2_400);
});

test('the slower counting is, the rarer it is asked for', async () => {
  const { list, answer, countsAsked } = aList({ countingTakesMs: 500 });
  list.show(view('q=a'));
  await answer(0, []);
  for (let i = 0; i < 120; i++) {
    list.apply({ type: 'rows', rows: [aRow('a', 0, i + 1)] });
    await vi.advanceTimersByTimeAsync(100);
  }
  const gaps = countsAsked.slice(1).map((at, i) => at - (countsAsked[i] ?? 0));
  // The second was on its way before the first had told how long it takes.
  expect(gaps).toEqual([1_000, 5_000, 5_000]);
});

test('the counts of the whole list are asked for once, and told from then on', async () => {
  const { list, answer, countsAsked } = aList();
  list.show(view());
  await answer(0, []);
  for (let i = 0; i < 25; i++) {
    list.apply({ type: 'rows', rows: [aRow('a', 0, i + 1)] });
    await vi.advanceTimersByTimeAsync(100);
  }
  await vi.advanceTimersByTimeAsync(2_000);
  expect(countsAsked).toHaveLength(1);
  const told = { active: { total: 9, new: 4, pending: 3, closed: 2 }, inactive: { total: 1, new: 0, pending: 0, closed: 1 } };
  list.apply({ type: 'counts', counts: told });
  expect(list.counts).toEqual(told);

  list.show(view('ticket=new&ticket=closed'));
  await answer(1, []);
  list.apply({ type: 'counts', counts: told });
  const [active, inactive] = [list.counts?.active, list.counts?.inactive];
  expect(active).toEqual({ total: 6, new: 4, pending: 0, closed: 2 });
  expect(inactive).toEqual({ total: 1, new: 0, pending: 0, closed: 1 });

  list.show(view('q=a'));
  await answer(2, []);
  await vi.advanceTimersByTimeAsync(1_500);
  list.apply({ type: 'counts', counts: told });
  expect(list.counts, 'what is told is not of what is shown').toEqual(counts);
});

test('what was asked before something was told does not replace it', async () => {
  const { list, answer } = aList({ countingTakesMs: 500 });
  list.show(view());
  await answer(0, []);
  const told = { ...counts, active: { total: 2, new: 2, pending: 0, closed: 0 } };
  list.apply({ type: 'counts', counts: told });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(list.counts).toEqual(told);
});

test('a failure with nothing on screen says so, and a failed refresh keeps the rows', async () => {
  const { list, asked, answer, ids } = aList();
  list.show(view());
  asked[0]?.fail(new Error('no answer'));
  await vi.advanceTimersByTimeAsync(0);
  expect(list.status).toBe('failed');
  list.refresh();
  expect(list.status).toBe('loading');
  await answer(1, [aRow('a', 1)]);
  list.refresh();
  asked[2]?.fail(new Error('no answer'));
  await vi.advanceTimersByTimeAsync(0);
  expect(list.status).toBe('ready');
  expect(list.freshness).toBe('failed');
  expect(ids()).toBe('a');
});

test('a connection that opens during the first read asks again after it, so that nothing falls between', async () => {
  const { list, asked, answer } = aList();
  list.show(view());
  list.refresh();
  expect(asked).toHaveLength(1);
  await answer(0, [aRow('a', 1)]);
  expect(asked).toHaveLength(2);
});

test('catching up asks for as much as was loaded and puts it in place together', async () => {
  const { list, asked, answer, ids } = aList();
  const many = Array.from({ length: 60 }, (_, i) => aRow(String.fromCharCode(200 + i), i + 1));
  list.show(view());
  await answer(0, many.slice(0, 50), 'r1');
  void list.more();
  await answer(1, many.slice(50), 'r2');
  list.refresh();
  expect(asked[2]?.query.limit).toBe(100);
  await answer(2, many.slice(0, 30), 'r3');
  expect(list.rows).toHaveLength(60);
  await answer(3, many.slice(30, 59));
  expect(ids()).toBe(many.slice(0, 59).map(({ id }) => id).join('')); // prettier-ignore
});
