import { expect, test } from 'vitest';
import type { Summary } from '../../src/lib/domain/summary';
import { mergeRows, newestById, updateInPlace, type Frame } from '../../src/lib/inbox/row-merge';

const aRow = (id: string, lastInboundAt: number, version = 1, more: Partial<Summary> = {}): Summary => ({
  id,
  version,
  contact: { id: `contact-${id}`, name: id, address: id },
  channel: { id: 'demo-telegram', provider: 'telegram' },
  campaign: null,
  ticketStatus: 'new',
  ticketChangedAt: lastInboundAt,
  snoozedUntil: null,
  snoozedBy: null,
  tab: 'active',
  lastMessage: { text: id, direction: 'inbound', at: lastInboundAt },
  lastInboundAt,
  activeUntil: lastInboundAt + 1_000,
  sendWindowUntil: null,
  unread: 0,
  unanswered: true,
  lock: null,
  ...more,
});
const ids = (rows: readonly Summary[]) => rows.map(({ id }) => id).join('');
const newestFirst: Frame = { sort: 'latest', ceiling: null, horizon: null, matches: () => true };
const onlyNew: Frame = { ...newestFirst, matches: (row) => row.ticketStatus === 'new' };

test('of two summaries the higher version wins, in whichever order they arrive', () => {
  const [older, newer] = [aRow('a', 1, 1), aRow('a', 5, 2)];
  expect(newestById([older], [newer]).get('a')).toBe(newer);
  expect(newestById([newer], [older]).get('a')).toBe(newer);
});

test('a row with a new message moves up, and a new conversation comes in where it belongs', () => {
  const rows = [aRow('c', 30), aRow('b', 20), aRow('a', 10)];
  expect(ids(mergeRows(rows, [aRow('a', 40, 2), aRow('d', 25)], newestFirst))).toBe('acdb');
});

test('the same frame twice changes nothing the second time', () => {
  const once = mergeRows([aRow('b', 20), aRow('a', 10)], [aRow('a', 40, 2)], newestFirst);
  expect(mergeRows(once, [aRow('a', 40, 2)], newestFirst)).toEqual(once);
});

test('a late frame with an old version is harmless', () => {
  const rows = [aRow('a', 40, 3), aRow('b', 20)];
  expect(mergeRows(rows, [aRow('a', 10, 2, { ticketStatus: 'closed' })], onlyNew)).toEqual(rows);
});

test('a row that no longer matches the filters leaves, and comes back when it does', () => {
  const rows = [aRow('b', 20), aRow('a', 10)];
  const without = mergeRows(rows, [aRow('b', 20, 2, { ticketStatus: 'pending' })], onlyNew);
  expect(ids(without)).toBe('a');
  expect(ids(mergeRows(without, [aRow('b', 20, 3)], onlyNew))).toBe('ba');
});

test('with pages still to load, a row below the last loaded one is left to its page', () => {
  const rows = [aRow('c', 30), aRow('b', 20)];
  const frame: Frame = { ...newestFirst, horizon: aRow('b', 20) };
  expect(ids(mergeRows(rows, [aRow('a', 10)], frame))).toBe('cb');
  expect(ids(mergeRows(rows, [aRow('a', 10)], newestFirst))).toBe('cba');
});

test('with the oldest first, a customer who writes again goes below what is loaded', () => {
  const rows = [aRow('a', 10), aRow('b', 20)];
  const frame: Frame = { sort: 'oldest', ceiling: null, horizon: aRow('b', 20), matches: () => true };
  expect(ids(mergeRows(rows, [aRow('a', 99, 2)], frame))).toBe('b');
});

test('held still, rows change where they stand and what would move waits', () => {
  const rows = [aRow('c', 30), aRow('b', 20), aRow('a', 10)];
  const held = updateInPlace(rows, [aRow('a', 40, 2), aRow('b', 20, 2, { unread: 7 }), aRow('d', 50)], newestFirst);
  expect(ids(held.rows)).toBe('cba');
  expect(held.rows[1]?.unread).toBe(7);
  expect(ids(held.waiting)).toBe('ad');
  expect(ids(mergeRows(held.rows, held.waiting, newestFirst))).toBe('dacb');
});

test('held still, a row that does not belong here any more stays where it stands, as it is now', () => {
  const rows = [aRow('c', 30), aRow('b', 20)];
  const held = updateInPlace(rows, [aRow('c', 30, 2, { ticketStatus: 'closed' })], onlyNew);
  expect(ids(held.rows)).toBe('cb');
  expect(held.rows[0]?.ticketStatus).toBe('closed');
  expect(held.waiting).toEqual([]);
  expect(ids(mergeRows(held.rows, [], onlyNew))).toBe('b');
});

test('with rows let go above, what belongs there is left to its page, and waits all the same while the list is held', () => {
  const rows = [aRow('b', 20), aRow('a', 10)];
  const frame: Frame = { ...newestFirst, ceiling: aRow('b', 20) };
  expect(ids(mergeRows(rows, [aRow('c', 30), aRow('a', 40, 2)], frame))).toBe('b');
  const held = updateInPlace(rows, [aRow('c', 30), aRow('a', 40, 2)], frame);
  expect(ids(held.rows)).toBe('ba');
  expect(ids(held.waiting)).toBe('ac');
});
