import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { compareRows, readCursor, writeCursor, type ListQuery, type TabCounts } from '../../src/lib/domain/list';
import { recencyOf } from '../../src/lib/domain/recency';
import type { Summary } from '../../src/lib/domain/summary';
import { ConversationList } from '../../src/lib/inbox/conversation-list.svelte';
import { WAITING_MOST } from '../../src/lib/inbox/held-rows.svelte';
import { listViewFrom } from '../../src/lib/inbox/list-url';

// Outside the Svelte compiler a rune is nothing but its value; what the list does, not how it is drawn, is looked at here.
vi.hoisted(() => {
  const value = <T>(initial: T): T => initial;
  Object.assign(globalThis, { $state: Object.assign(value, { raw: value }) });
});

const NOW = Date.UTC(2026, 10, 26);
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
  snoozedUntil: null,
  snoozedBy: null,
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
/** As many rows as the first page has. */
const aPage = () => Array.from({ length: 50 }, (_, i) => aRow(`row-${i}`, i + 1));
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
  list.apply({ type: 'rows', at: 'now', rows: [aRow('a', 0, 5, { unread: 2 })] });
  await answer(0, [aRow('a', 3, 4)]);
  expect(list.rows).toEqual([aRow('a', 0, 5, { unread: 2 })]);
  expect(list.unread).toBe(1);
});

test('after a gap, what was heard before it does not come back over what is read now', async () => {
  const { list, answer, ids } = aList();
  list.show(view('ticket=new'));
  await answer(0, []);
  list.apply({ type: 'rows', at: 'now', rows: [aRow('a', 1, 2)] });
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

test('a row that has moved by the server’s clock is in its new tab, although the browser’s is behind', async () => {
  const { list, answer, ids } = aList();
  list.show(view('tab=inactive'));
  await answer(0, []);
  list.apply({ type: 'rows', at: 'now', rows: [aRow('a', WINDOW - 300, 2, { tab: 'inactive' })] });
  expect(ids()).toBe('a');
  list.show(view());
  await answer(1, []);
  expect(ids()).toBe('');
});

test('further pages join without repeating a row that moved up meanwhile', async () => {
  const { list, asked, answer, ids } = aList();
  list.show(view());
  await answer(0, [aRow('d', 1), aRow('c', 2)], 'r1');
  void list.more();
  void list.more();
  expect(asked).toHaveLength(2);
  list.apply({ type: 'rows', at: 'now', rows: [aRow('b', 0, 2)] });
  await answer(1, [aRow('b', 3, 1), aRow('a', 4)]);
  expect(ids()).toBe('bdca');
  expect(list.hasMore).toBe(false);
});

test('held still, the list waits with what is new until it is let go', async () => {
  const { list, answer, ids } = aList();
  list.show(view());
  await answer(0, [aRow('b', 1), aRow('a', 2)]);
  list.freeze(true);
  list.apply({ type: 'rows', at: 'now', rows: [aRow('c', 0), aRow('a', 0, 2, { unread: 1 })] });
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
    list.apply({ type: 'rows', at: 'now', rows: [aRow('a', 0, i + 1)] });
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
    list.apply({ type: 'rows', at: 'now', rows: [aRow('a', 0, i + 1)] });
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
    list.apply({ type: 'rows', at: 'now', rows: [aRow('a', 0, i + 1)] });
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

test('who is told all that it has missed asks for nothing; who is not reads the list anew, and is told the counts', async () => {
  const { list, asked, countsAsked, answer, ids } = aList();
  list.show(view());
  await answer(0, [aRow('a', 2)]);
  expect(list.heardAt).toBeNull();
  list.apply({ type: 'rows', at: 'life.1', rows: [aRow('b', 1)] });
  expect(list.heardAt).toBe('life.1');
  list.apply({ type: 'hello', at: 'life.2', now: NOW, isCaughtUp: true, rows: [aRow('c', 0)], agents: [] });
  expect([ids(), asked.length]).toEqual(['cba', 1]);
  list.apply({ type: 'hello', at: 'another.0', now: NOW, isCaughtUp: false, rows: [], agents: [] });
  await vi.advanceTimersByTimeAsync(5_000);
  expect([list.heardAt, asked.length, countsAsked.length]).toEqual(['another.0', 2, 1]);
});

test('people come and go; who is named twice is there once', () => {
  const { list } = aList();
  const [ana, ben] = [{ id: 'ana', name: 'Ana' }, { id: 'ben', name: 'Ben' }]; // prettier-ignore
  list.apply({ type: 'hello', at: 'now', now: NOW, isCaughtUp: false, rows: [], agents: [ben] });
  list.apply({ type: 'presence', came: [ana, ben], left: ['nobody'] });
  expect(list.agents).toEqual([ana, ben]);
  list.apply({ type: 'presence', came: [], left: ['ben'] });
  expect(list.agents).toEqual([ana]);
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

test('a first read that fails after another was asked for says nothing: the next one decides', async () => {
  const { list, asked, answer, ids } = aList();
  list.show(view());
  list.refresh();
  asked[0]?.fail(new Error('no answer'));
  await vi.advanceTimersByTimeAsync(0);
  expect(list.status).toBe('loading');
  await answer(1, [aRow('a', 1)]);
  expect(ids()).toBe('a');
});

test('after a failure no further page is asked for until the list has been read again', async () => {
  const { list, asked, answer } = aList();
  list.show(view());
  await answer(0, aPage(), 'r1');
  void list.more();
  asked[1]?.fail(new Error('no answer'));
  await vi.advanceTimersByTimeAsync(0);
  expect(list.freshness).toBe('failed');
  void list.more();
  expect(asked).toHaveLength(2);
  list.refresh();
  await answer(2, aPage(), 'r1');
  void list.more();
  expect(asked).toHaveLength(4);
});

test('a connection that comes back waits for no further page that may never come', async () => {
  const { list, asked, answer } = aList();
  list.show(view());
  await answer(0, aPage(), 'r1');
  void list.more();
  list.refresh();
  expect(asked[1]?.signal.aborted).toBe(true);
  await answer(2, [aRow('new', 0), ...aPage()], 'r1');
  expect(list.rows[0]?.id).toBe('new');
  void list.more();
  await answer(3, [aRow('last', 90)]);
  expect(list.rows.at(-1)?.id).toBe('last');
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

test('held still under a pointer, no row moves: not what is new, nor for what leaves', async () => {
  const { list, answer, ids } = aList();
  list.show(view('ticket=new'));
  await answer(0, [aRow('c', 1), aRow('b', 2), aRow('a', 3)]);
  list.freeze(true);
  list.apply({ type: 'rows', at: 'now', rows: [aRow('d', 0), aRow('c', 1, 2, { ticketStatus: 'closed' })] });
  expect(ids()).toBe('cba');
  expect(list.waiting).toBe(1);
  list.freeze(false);
  expect(ids()).toBe('dba');
});

test('a search that is typed over is given up, and only the last one asks for the counts', async () => {
  const { list, asked, answer, countsAsked } = aList();
  list.show(view());
  await answer(0, []);
  await vi.advanceTimersByTimeAsync(2_000);
  const before = countsAsked.length;
  for (const text of ['q=n', 'q=na', 'q=nam']) list.show(view(text));
  expect(asked.slice(1).map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(countsAsked).toHaveLength(before);
  await answer(3, []);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(countsAsked).toHaveLength(before + 1);
});

/** A list of so many conversations, three to a millisecond, read from a server that pages as ours does. */
function aLongList(size: number) {
  const hash = (n: number) => (Math.imul(n + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0').padEnd(40, '0');
  const placed = (row: Summary) => ({ row, position: recencyOf(row.id, row.lastInboundAt) });
  const stored = Array.from({ length: size }, (_, n) => placed(aRow(hash(n), Math.floor(n / 3) + 1)));
  const pages: ListQuery[] = [];
  const list = new ConversationList({
    list: async (query) => {
      pages.push(query);
      const sign = query.sort === 'latest' ? -1 : 1;
      const start = query.cursor === undefined ? null : readCursor(query.cursor);
      const rows = stored
        .filter(({ position }) => start === null || sign * (position - start) > 0)
        .sort((a, b) => sign * (a.position - b.position));
      const shown = rows.slice(0, query.limit);
      const end = rows.length > shown.length ? shown.at(-1) : undefined;
      return { items: shown.map(({ row }) => row), nextCursor: end ? writeCursor(end.position) : null };
    },
    counts: async () => counts,
    now: () => Date.now(),
    policy,
    userId: 'ana',
  });
  const comes = (row: Summary) => {
    stored.push(placed(row));
    list.apply({ type: 'rows', at: 'now', rows: [row] });
  };
  /** To the end of what is loaded and further, as the list on screen does it, until there is nothing further. */
  const scroll = async (way: 'down' | 'up', meets: () => void) => {
    const isFurther = () => (way === 'down' ? list.hasMore : list.hasAbove);
    for (let pages = 0; pages < 200 && isFurther(); pages++) {
      const at = way === 'down' ? list.rows.length - 1 : 0;
      list.keepAround(at, at);
      await (way === 'down' ? list.more() : list.back());
      meets();
    }
    expect(isFurther()).toBe(false);
  };
  const inOrder = () => stored.map(({ row }) => row).sort((a, b) => compareRows(a, b, 'latest')).map(({ id }) => id); // prettier-ignore
  return { list, pages, comes, scroll, inOrder };
}

test('however far it is scrolled, a bounded stretch is loaded; every row is met in its place, both ways', async () => {
  const { list, scroll, inOrder } = aLongList(2_000);
  list.show(view());
  await vi.advanceTimersByTimeAsync(0);
  const met = new Map<string, number>();
  let most = 0;
  const meets = () => {
    list.rows.forEach((row, i) => met.set(row.id, list.above + i));
    most = Math.max(most, list.rows.length);
  };
  meets();
  await scroll('down', meets);
  expect(most).toBeLessThan(500);
  expect([...met.keys()]).toEqual(inOrder());
  expect([...met.values()]).toEqual(inOrder().map((_, i) => i));
  met.clear();
  await scroll('up', meets);
  expect(most).toBeLessThan(500);
  expect(list.above).toBe(0);
  expect(inOrder().slice(0, 1_500)).toEqual([...met].sort((a, b) => a[1] - b[1]).map(([id]) => id).slice(0, 1_500)); // prettier-ignore
});

test('deep in the list a refresh reads the same stretch again, and going to the top reads the first page', async () => {
  const { list, scroll, inOrder } = aLongList(1_000);
  list.show(view());
  await vi.advanceTimersByTimeAsync(0);
  await scroll('down', () => undefined);
  const before = list.rows;
  list.refresh();
  await vi.advanceTimersByTimeAsync(0);
  expect(list.rows).toEqual(before);
  await list.toTop();
  expect(list.rows.map(({ id }) => id)).toEqual(inOrder().slice(0, 50));
  expect(list.above).toBe(0);
});

test('left open at its top, the list lets go of its end while new rows come, and finds it again', async () => {
  const { list, comes, scroll, inOrder } = aLongList(100);
  list.show(view());
  await vi.advanceTimersByTimeAsync(0);
  for (let n = 0; n < 1_000; n++) {
    comes(aRow(`ff${String(n).padStart(38, '0')}`, -n));
    list.keepAround(0, 8);
  }
  expect(list.rows.length).toBeLessThan(500);
  const met = new Set(list.rows.map(({ id }) => id));
  await scroll('down', () => list.rows.forEach(({ id }) => met.add(id)));
  expect([...met]).toEqual(inOrder());
});

test('rows are let go under a pointer, too, by where they stand and not by where they will go', async () => {
  const { list, scroll, inOrder } = aLongList(1_000);
  list.show(view());
  await vi.advanceTimersByTimeAsync(0);
  list.freeze(true);
  const met = new Set<string>();
  const moved = new Set<string>();
  await scroll('down', () => {
    list.rows.forEach(({ id }) => met.add(id));
    // Whoever stands at the edge of what is kept writes again.
    const row = list.rows.at(-201);
    if (row === undefined) return;
    moved.add(row.id);
    list.apply({ type: 'rows', at: 'now', rows: [{ ...row, version: 2, lastInboundAt: NOW + 10 }] });
  });
  expect(inOrder().filter((id) => !met.has(id))).toEqual([]);
  met.clear();
  await scroll('up', () => list.rows.forEach(({ id }) => met.add(id)));
  expect(inOrder().slice(0, 700).filter((id) => !met.has(id) && !moved.has(id))).toEqual([]); // prettier-ignore
});

test('a page that was asked for before its rows’ neighbours were let go tears no hole', async () => {
  const { list, asked, answer, ids } = aList();
  list.show(view());
  await answer(0, Array.from({ length: 50 }, (_, n) => aRow(`y${n}`, 1_000 + n)), 'r1'); // prettier-ignore
  void list.more();
  for (let n = 0; n < 500; n++) list.apply({ type: 'rows', at: 'now', rows: [aRow(`a${n}`, 900 - n)] });
  list.keepAround(0, 8);
  expect(ids()).not.toContain('y');
  await answer(1, [aRow('z', 2_000)], null);
  expect(ids()).not.toContain('z');
  void list.more();
  expect(asked[2]?.query.cursor).not.toBe('r1');
});

test('a pointer that rests for long keeps a bounded number waiting, and then the list is read anew', async () => {
  const { list, pages, comes } = aLongList(100);
  list.show(view());
  await vi.advanceTimersByTimeAsync(0);
  const before = list.rows;
  list.freeze(true);
  for (let n = 0; n < WAITING_MOST + 100; n++) comes(aRow(`e${n}`, -n));
  expect(list.rows).toEqual(before);
  expect(list.waiting).toBe(WAITING_MOST);
  const asked = pages.length;
  list.freeze(false);
  expect(list.waiting).toBe(0);
  expect(list.rows[0]?.id).toBe(`e${WAITING_MOST + 99}`);
  expect(pages.length).toBe(asked + 1);
});

const after = (row: Summary): string => writeCursor(recencyOf(row.id, row.lastInboundAt, 0));
const closed = (row: Summary): Summary => ({ ...row, version: row.version + 1, ticketStatus: 'closed' });

test('when all that are loaded have left, what comes after them is loaded, until there is a row or nothing more', async () => {
  const { list, asked, answer, ids } = aList();
  const rows = aPage();
  const [c, d] = [aRow('c', 60), aRow('d', 61)];
  const hear = (...changed: Summary[]) => list.apply({ type: 'rows', at: 'now', rows: changed });
  list.show(view('ticket=new'));
  await answer(0, rows, 'r9');
  hear(...rows.slice(1).map(closed), closed(c));
  expect(asked, 'there is still one').toHaveLength(1);
  hear(...rows.map(closed));
  expect(asked.at(-1)?.query).toMatchObject({ cursor: 'r9' });
  expect(list.loadingMore).toBe(true);
  // The next page's only row has left, too, as has been heard already.
  await answer(1, [c], after(c));
  expect(asked.at(-1)?.query).toMatchObject({ cursor: after(c) });
  await answer(2, [d]);
  expect(ids()).toBe('d');
  hear(closed(d));
  expect(asked, 'there are no more').toHaveLength(3);
});

test('when reading on fails, that is said, and it is asked for only once', async () => {
  const { list, asked, answer } = aList();
  list.show(view('ticket=new'));
  await answer(0, aPage(), 'r9');
  list.apply({ type: 'rows', at: 'now', rows: aPage().map(closed) });
  asked[1]?.fail(new Error('no network'));
  await vi.advanceTimersByTimeAsync(0);
  expect(list.status).toBe('failed');
  expect(asked).toHaveLength(2);
});
