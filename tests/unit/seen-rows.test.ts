import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Summary } from '../../src/lib/domain/summary';
import { SeenRows } from '../../src/lib/inbox/seen-rows';
import { anInbound, aTarget, ana, policy } from '../fixtures/conversation';
import { aRow, lockOf } from '../fixtures/row';
import { World } from '../fixtures/world';
import { summaryOf } from '../../src/lib/domain/conversation';

const T = Date.UTC(2026, 10, 27, 9);
const counts = (seen: SeenRows, ...rows: Summary[]) => seen.hear(rows).map(({ messages }) => messages);
const before = aRow('a', { version: 5, unread: 2, lastInboundAt: T });

test.each([
  ['a message', { unread: 3, lastInboundAt: T + 1 }, 1],
  ['three at once', { unread: 5, lastInboundAt: T + 1 }, 3],
  ['one that came late and moves no clock', { unread: 3 }, 1],
  ['one after the others were read', { unread: 1, lastInboundAt: T + 1 }, 1],
  ['one that was read at once', { unread: 0, lastInboundAt: T + 1 }, 0],
  ['our answer', { unread: 0, unanswered: false, lastMessage: { text: 'Ours', direction: 'outbound', at: T + 1 } }, 0],
  ['a claim', { unread: 0, lock: lockOf('ben') }, 0],
  ['a change of the ticket', { ticketStatus: 'pending' }, 0],
  ['an edit of the latest message', { lastMessage: { text: 'Edited', direction: 'inbound', at: T } }, 0],
] satisfies [string, Partial<Summary>, number][])('%s', (_, change, messages) => {
  const seen = new SeenRows(T);
  seen.read([before]);
  expect(counts(seen, { ...before, ...change, version: 6 })).toEqual([messages]);
});

test('a snooze that ends is news once, also of a row that is here for the first time', () => {
  const seen = new SeenRows(T);
  const wakes = (...rows: Summary[]) => seen.hear(rows).map(({ isWoken }) => isWoken);
  const snoozed = { ...before, ticketStatus: 'pending' as const, ticketChangedAt: T + 1, snoozedUntil: T + 9, snoozedBy: 'ana' };
  const woken = { ...snoozed, version: 6, ticketStatus: 'new' as const, ticketChangedAt: T + 9, snoozedUntil: null };
  expect(wakes(snoozed)).toEqual([false]);
  expect(wakes(woken)).toEqual([true]);
  expect(wakes(woken, { ...woken, version: 7, unread: 0 })).toEqual([false]);
  expect(wakes({ ...woken, id: 'b' }), 'never seen before').toEqual([true]);
  expect(wakes({ ...woken, id: 'c', ticketChangedAt: T }), 'it was back before this page').toEqual([false]);
  expect(seen.read([{ ...woken, id: 'd' }])).toMatchObject([{ isWoken: false }]);
});

test('twice is once, and late is harmless', () => {
  const seen = new SeenRows(T);
  const after = { ...before, version: 6, unread: 3 };
  seen.read([before]);
  expect(counts(seen, after)).toEqual([1]);
  expect(counts(seen, after, before)).toEqual([]);
});

test('a conversation that nobody has seen here is news when it has just begun, not when only a colleague touches it', () => {
  const seen = new SeenRows(T);
  expect(counts(seen, aRow('new', { lastInboundAt: T + 1 }))).toEqual([1]);
  expect(counts(seen, aRow('whole-seconds', { lastInboundAt: T - 999 }))).toEqual([1]);
  expect(counts(seen, aRow('old', { lastInboundAt: T - 3_600_000, ticketStatus: 'pending' }))).toEqual([0]);
});

test('rows of a page are no news, but what a page knows first of a conversation that was seen', () => {
  const seen = new SeenRows(T);
  expect(seen.read([{ ...before, lastInboundAt: T + 5 }])).toMatchObject([{ messages: 0 }]);
  expect(seen.read([{ ...before, version: 9, unread: 3 }])).toMatchObject([{ messages: 1 }]);
  expect(counts(seen, { ...before, version: 9, unread: 3 })).toEqual([]);
});

test('whoever writes after they were erased begins anew', () => {
  const seen = new SeenRows(T);
  seen.read([before]);
  seen.forget(['a']);
  expect(counts(seen, aRow('a', { version: 1, lastInboundAt: T + 1 }))).toEqual([1]);
});

test('of more conversations than are remembered, an old one is no news', () => {
  const seen = new SeenRows(T);
  seen.hear([aRow('first', { lastInboundAt: T + 1 })]);
  seen.hear(Array.from({ length: 5_000 }, (_, i) => aRow(`row-${i}`, { lastInboundAt: T + 2 + i })));
  expect(counts(seen, aRow('first', { version: 2, lastInboundAt: T + 1, ticketStatus: 'pending' }))).toEqual([0]);
  expect(counts(seen, aRow('first', { version: 3, lastInboundAt: T + 9_000, unread: 2 }))).toEqual([1]);
});

test('whatever happens to a conversation, and however its rows arrive, only the customer’s unseen messages count', () => {
  const step = fc.constantFrom('writes', 'writes', 'claim', 'send', 'release', 'close');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.array(fc.nat(2), { maxLength: 60 }), (steps, copies) => {
      const world = new World(policy);
      const seen = new SeenRows(T);
      let [written, counted, epoch, at] = [0, 0, 0, T];
      const heard: Summary[] = [];
      for (const [i, name] of ['writes', ...steps].entries()) {
        at += 1_000;
        if (name === 'writes') {
          world.run({ type: 'receive', target: aTarget(), event: anInbound({ eventId: `m${i}`, at }) }, at);
          written += 1;
        } else if (name === 'claim') world.run({ type: 'claim', agent: ana }, at);
        else if (name === 'release') world.run({ type: 'release', agent: ana, epoch }, at);
        else if (name === 'close') world.run({ type: 'close', agent: ana, epoch, ticketStatus: 'closed' }, at);
        else world.run({ type: 'send', agent: ana, epoch, messageId: `s${i}`, seenSeq: 999, text: 'Yes', force: true }, at);
        if (!world.conversation) continue;
        epoch = world.conversation.lock?.epoch ?? epoch;
        heard.push(summaryOf(world.conversation, policy, at));
        const again = Array.from({ length: copies[i] ?? 0 }, () => heard[Math.floor(heard.length / 2)] ?? []).flat();
        const messages = seen.hear([...again, ...heard.slice(-1), ...again]).reduce((sum, one) => sum + one.messages, 0);
        expect(messages).toBe(name === 'writes' ? 1 : 0);
        counted += messages;
      }
      expect(counted).toBe(written);
    }),
  );
});
