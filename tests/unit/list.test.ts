import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  closingRange,
  compareRows,
  isWhole,
  ListFilters,
  ListQuery,
  matches,
  overlay,
  type Page,
  readCursor,
  tabRange,
  writeCursor,
} from '../../src/lib/domain/list';
import { recencyFloor, recencyOf, recencyTime } from '../../src/lib/domain/recency';
import type { Summary } from '../../src/lib/domain/summary';
import { DAY, HOUR, policy } from '../fixtures/conversation';
import { aSummary, anySummary, idOf, NOW, random } from '../fixtures/summaries';

const facts = { now: NOW, policy, userId: 'ana' };
const query = (fields: Partial<ListQuery> = {}): ListQuery => ListQuery.parse({ tab: 'active', ...fields });

test.each([
  ['active', 86_399_999, 'active'],
  ['inactive', 86_400_000, 'inactive'],
  ['inactive', 15 * DAY - 1, 'inactive'],
  ['in no tab', 15 * DAY, null],
])('a conversation is %s %i ms after the last reply', (_, age, expected) => {
  const row = aSummary({ lastInboundAt: NOW - age });
  for (const tab of ['active', 'inactive'] as const) {
    const { from, before } = tabRange(tab, facts);
    expect(matches(row, query({ tab }), facts)).toBe(tab === expected);
    for (const step of [0, 16_383]) {
      const rid = recencyOf(row.id, row.lastInboundAt, step);
      expect(rid >= from && rid < before).toBe(tab === expected);
    }
  }
});

test.each([
  [86_400_000 - 1, true],
  [86_400_000 - HOUR, true],
  [86_400_000 - HOUR - 1, false],
  [86_400_000, false],
  [0, false],
])('whether the window of a conversation ends within an hour %i ms after the last reply: %s', (age, isClosing) => {
  const row = aSummary({ lastInboundAt: NOW - age });
  const { from, before } = closingRange(HOUR, facts);
  for (const step of [0, 16_383]) {
    const rid = recencyOf(row.id, row.lastInboundAt, step);
    expect(rid >= from && rid < before).toBe(isClosing);
  }
});

test('every recency id keeps its millisecond, before 2026 as well', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: Date.UTC(2010, 0, 1), max: Date.UTC(2042, 0, 1) }),
      fc.nat(20_000),
      fc.string(),
      (at, step, id) => {
        const rid = recencyOf(id, at, step);
        expect(Number.isSafeInteger(rid)).toBe(true);
        expect(recencyTime(rid)).toBe(at);
        expect(rid).toBeGreaterThanOrEqual(recencyFloor(at));
        expect(rid).toBeLessThan(recencyFloor(at + 1));
      },
    ),
  );
});

const held = aSummary({
  campaign: { id: 'c1', name: 'Spring', labels: ['promo', 'vip'], match: 'exact' },
  ticketStatus: 'pending',
  snoozedUntil: NOW + HOUR,
  unanswered: false,
  lock: { agentId: 'ana', agentName: 'Ana', since: NOW },
});

test.each<[Partial<ListQuery>, boolean]>([
  [{}, true],
  [{ ticketStatuses: [] }, true],
  [{ ticketStatuses: ['new', 'pending'] }, true],
  [{ ticketStatuses: ['closed'] }, false],
  [{ campaignIds: ['c2', 'c1'] }, true],
  [{ campaignIds: ['c2'] }, false],
  [{ labels: ['vip', 'x'] }, true],
  [{ labels: ['x'] }, false],
  [{ campaignIds: ['c1'], labels: ['x'] }, false],
  [{ heldBy: 'me' }, true],
  [{ heldBy: 'nobody' }, false],
  [{ unanswered: true }, false],
  [{ unanswered: false }, true],
  [{ snoozed: true }, true],
  [{ snoozed: true, heldBy: 'nobody' }, false],
  [{ search: 'book' }, true],
  [{ search: 'nya' }, true],
  [{ search: 'book', ticketStatuses: ['closed'] }, false],
  [{ tab: 'inactive' }, false],
])('the filters %j answer %s for a held, pending row', (fields, expected) => {
  expect(matches(held, query(fields), facts)).toBe(expected);
});

test('a row held by a colleague is not held by me, and one without a campaign is of none', () => {
  const row = aSummary({ lock: { agentId: 'ben', agentName: 'Ben', since: NOW } });
  expect(matches(row, query({ heldBy: 'me' }), facts)).toBe(false);
  expect(matches(row, query({ campaignIds: ['c1'] }), facts)).toBe(false);
  expect(matches(row, query({ labels: ['promo'] }), facts)).toBe(false);
  expect(matches(row, query({ snoozed: true }), facts)).toBe(false);
  expect(matches(row, query({ snoozed: false }), facts)).toBe(true);
});

test('rows of the same millisecond stand in the order of their recency ids, in both sorts', () => {
  const rows = Array.from({ length: 200 }, (_, n) => aSummary({ id: idOf(n), lastInboundAt: NOW - (n % 3) }));
  const byRid = (a: Summary, b: Summary) => recencyOf(a.id, a.lastInboundAt) - recencyOf(b.id, b.lastInboundAt);
  expect([...rows].sort((a, b) => compareRows(a, b, 'oldest'))).toEqual([...rows].sort(byRid));
  expect([...rows].sort((a, b) => compareRows(a, b, 'latest'))).toEqual([...rows].sort(byRid).reverse());
});

test('a cursor is read back, and nothing else is taken for one', () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (position) => readCursor(writeCursor(position)) === position));
  for (const forged of [
    '',
    'r',
    'x1',
    'r1.5',
    'r-',
    'r--1',
    'r-0',
    'r01',
    'R1',
    'r1 ',
    'rzzzzzzzzzzz',
    'rzzzzzzzzzzzz',
    "r1' OR 1=1",
    'é',
  ]) {
    expect(readCursor(forged)).toBeNull();
    expect(ListQuery.safeParse({ tab: 'active', cursor: forged }).success).toBe(false);
  }
});

const positionOf = (row: Summary) => recencyOf(row.id, row.lastInboundAt);

/** What the read model would answer from `rows`. */
function pageOf(rows: readonly Summary[], asked: ListQuery): Page {
  const sign = asked.sort === 'latest' ? -1 : 1;
  const after = asked.cursor === undefined ? null : readCursor(asked.cursor);
  const all = rows
    .filter((row) => matches(row, asked, facts) && (after === null || sign * (positionOf(row) - after) > 0))
    .sort((a, b) => sign * (positionOf(a) - positionOf(b)));
  const items = all.slice(0, asked.limit);
  const last = items.at(-1);
  const nextCursor = all.length > items.length && last ? writeCursor(positionOf(last)) : null;
  return { items, positions: items.map(positionOf), nextCursor };
}

test('laying pending rows over pages gives every row once, in order, as if they had been written', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const { below, pick, chance } = random(seed);
    const stored = Array.from({ length: below(40) }, (_, n) => anySummary(n, random(seed * 1000 + n)));
    // Some have changed, some are as written: the hub shows a row a little longer than it has to.
    const changed = stored
      .filter(() => chance(0.3))
      .map((row) => (chance(0.3) ? row : { ...anySummary(0, random(seed + below(1e6))), id: row.id, version: row.version + 1 }));
    const fresh = Array.from({ length: below(5) }, (_, n) => anySummary(100 + n, random(seed * 2000 + n)));
    const pending = [...changed, ...fresh];
    const newest = new Map(stored.map((row) => [row.id, row]));
    for (const row of pending) if (row.version > (newest.get(row.id)?.version ?? -1)) newest.set(row.id, row);
    const asked = query({
      tab: pick(['active', 'inactive']),
      sort: pick(['latest', 'oldest']),
      ticketStatuses: chance(0.5) ? ['new'] : [],
      limit: 1 + below(10),
    });
    const expected = pageOf([...newest.values()], { ...asked, limit: 100 }).items;

    const seen: Summary[] = [];
    let cursor: string | undefined;
    do {
      const page = overlay(pageOf(stored, { ...asked, cursor }), pending, { ...asked, cursor }, facts);
      expect(page.items.length).toBeLessThanOrEqual(asked.limit);
      seen.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(
      seen.map(({ id, version }) => `${id} ${version}`),
      `seed ${seed}`,
    ).toEqual(expected.map(({ id, version }) => `${id} ${version}`));
  }
});

test('a pending row that no longer belongs leaves the page, and an older one changes nothing', () => {
  const row = aSummary({ version: 5 });
  const page = pageOf([row], query());
  expect(
    overlay(page, [{ ...row, version: 6, ticketStatus: 'closed' }], query({ ticketStatuses: ['new'] }), facts).items,
  ).toEqual([]);
  expect(overlay(page, [{ ...row, version: 4, lastInboundAt: NOW - 2 * DAY }], query(), facts).items).toEqual([row]);
});

test('a pending row of a moved conversation stands at the top although the page has it further down', () => {
  const old = aSummary({ id: idOf(1), lastInboundAt: NOW - 5 * HOUR });
  const other = aSummary({ id: idOf(2), lastInboundAt: NOW - HOUR });
  const moved = { ...old, version: 2, lastInboundAt: NOW - 1 };
  const { items } = overlay(pageOf([old, other], query()), [moved], query(), facts);
  expect(items).toEqual([moved, other]);
});

test.each([
  [{}, true],
  [{ ticketStatuses: ['new' as const], search: '', labels: [] }, true],
  [{ search: 'a' }, false],
  [{ labels: ['promo'] }, false],
  [{ campaignIds: ['c'] }, false],
  [{ channelIds: ['demo-whatsapp'] }, false],
  [{ unanswered: true }, false],
  [{ heldBy: 'me' as const }, false],
  [{ snoozed: true }, false],
])('the counts of the whole list say all about %j: %s', (filters, expected) => {
  expect(isWhole(ListFilters.parse(filters))).toBe(expected);
});
