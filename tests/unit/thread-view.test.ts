import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/lib/domain/message';
import type { QueuedSend } from '../../src/lib/inbox/send-queue';
import { displayOrder, threadItems } from '../../src/lib/inbox/thread-view';
import { aCampaign, ana, anActivity, anOutbound, aMessage, ben, NOON } from '../fixtures/messages';

const HOUR = 3_600_000;
const options = { userId: ana.id, showAll: false, dayOf: (at: number) => new Date(at).toISOString().slice(0, 10) };
const queued = (messageId: string, at: number): QueuedSend => ({
  messageId,
  text: 'On its way',
  at,
  seenSeq: 0,
  force: false,
  doubtfulEpoch: null,
  quotedId: null,
  file: null,
  template: null,
  state: 'waiting',
});
/** Each line in short: `day`, or the kind and seq; a leading `*` marks one that says its own date. */
const lines = (messages: Message[], pending: QueuedSend[] = [], showAll = false) =>
  threadItems(messages, pending, { ...options, showAll }).map((item) => {
    if (item.type === 'day') return `day ${options.dayOf(item.at)}`;
    if (item.type === 'pending') return `pending ${item.send.messageId}`;
    return `${item.dated ? '*' : ''}${item.type} ${item.message.seq}`;
  });

describe('a campaign message', () => {
  const order = (messages: Message[]) => displayOrder(messages).map((message) => message.seq);

  test('stands directly above the first message that answers it, although it was found later', () => {
    const messages = [aMessage(1), aMessage(2, { quotedId: 'c' }), aMessage(3, { quotedId: 'c' }), aCampaign(4, 'c')];
    expect(order(messages)).toEqual([1, 4, 2, 3]);
  });

  test('stays in its place while its answer is not loaded', () => {
    expect(order([aCampaign(1, 'c'), aMessage(2)])).toEqual([1, 2]);
  });

  test('moves alone: each to its own answer', () => {
    const messages = [aMessage(1, { quotedId: 'a' }), aCampaign(2, 'a'), aMessage(3, { quotedId: 'b' }), aCampaign(4, 'b')];
    expect(order(messages)).toEqual([2, 1, 4, 3]);
  });

  test('answered under an older day says its own date instead of turning the days back', () => {
    const messages = [
      aMessage(1, { at: NOON }),
      aMessage(2, { at: NOON, quotedId: 'c' }),
      aCampaign(3, 'c', { at: NOON - 72 * HOUR }),
    ];
    expect(lines(messages)).toEqual(['day 2026-11-20', 'bubble 1', '*campaign 3', 'bubble 2']);
  });

  test('on top of the thread opens with its own day', () => {
    const messages = [aMessage(1, { at: NOON, quotedId: 'c' }), aCampaign(2, 'c', { at: NOON - 24 * HOUR })];
    expect(lines(messages)).toEqual(['day 2026-11-19', 'campaign 2', 'day 2026-11-20', 'bubble 1']);
  });
});

describe('an album', () => {
  const photo = (seq: number, fields: Partial<Message> = {}) =>
    aMessage(seq, { kind: 'image', details: { album: 'a' }, at: NOON, ...fields });
  const albums = (messages: Message[]) =>
    threadItems(messages, [], options).flatMap((item): (number | number[])[] => {
      if (item.type === 'album') return [item.messages.map(({ seq }) => seq)];
      return item.type === 'bubble' ? [item.message.seq] : [];
    });

  test('is one bubble for the pictures that follow each other', () => {
    expect(albums([photo(1), photo(2), photo(3), aMessage(4)])).toEqual([[1, 2, 3], 4]);
  });

  test('ends where something else comes between, and at the next album', () => {
    expect(albums([photo(1), aMessage(2), photo(3), photo(4, { details: { album: 'b' } })])).toEqual([1, 2, 3, 4]);
  });

  test('does not take in a picture that was withdrawn, or one without an album', () => {
    expect(albums([photo(1), photo(2, { revokedAt: NOON }), photo(3), photo(4), photo(5, { details: null })])).toEqual([
      1,
      2,
      [3, 4],
      5,
    ]);
  });

  test('keeps its key while it grows', () => {
    const keyOf = (messages: Message[]) => threadItems(messages, [], options).at(-1)?.key;
    expect(keyOf([photo(1), photo(2)])).toBe(keyOf([photo(1)]));
  });
});

describe('activities', () => {
  const messages = [
    aMessage(1),
    anActivity(2, { type: 'claimed', epoch: 1 }),
    anActivity(3, { type: 'ticket', from: 'new', to: 'pending' }),
    anActivity(4, { type: 'takenOver', epoch: 2, from: ana }, ben),
    anActivity(5, { type: 'released', epoch: 2, why: 'closed' }, ben),
  ];

  test('of tickets and take-overs are shown; who came and went is not', () => {
    expect(lines(messages)).toEqual(['day 2026-11-20', 'bubble 1', 'activity 3', 'activity 4']);
  });

  test('are all shown to who asks', () => {
    expect(lines(messages, [], true).filter((line) => line.startsWith('activity'))).toHaveLength(4);
  });
});

describe('what is on its way', () => {
  test('stands at the end, in order', () => {
    expect(lines([aMessage(1)], [queued('a', NOON + HOUR), queued('b', NOON + HOUR)])).toEqual([
      'day 2026-11-20',
      'bubble 1',
      'pending a',
      'pending b',
    ]);
  });

  test('is drawn once: the stored message takes its place, under the same key', () => {
    const pending = [queued('mine', NOON + HOUR)];
    const before = threadItems([aMessage(1)], pending, options);
    const after = threadItems([aMessage(1), anOutbound(2, ana, { id: 'mine' })], pending, options);
    expect(after.map((item) => item.key)).toEqual(before.map((item) => item.key));
    expect(after.at(-1)?.type).toBe('bubble');
  });
});

test('bubbles of one author less than five minutes apart form a group; another author, time or line ends it', () => {
  const messages = [
    aMessage(1, { at: NOON }),
    aMessage(2, { at: NOON + 4 * 60_000 }),
    anOutbound(3, ana, { at: NOON + 4 * 60_000 }),
    anOutbound(4, ben, { at: NOON + 4 * 60_000 }),
    anOutbound(5, ben, { at: NOON + 9 * 60_000 }),
  ];
  const places = threadItems(messages, [], options).flatMap((item) => ('place' in item ? [item.place] : []));
  expect(places).toEqual([
    { first: true, last: false },
    { first: false, last: true },
    { first: true, last: true },
    { first: true, last: true },
    { first: true, last: true },
  ]);
});

test('each day is named once', () => {
  const messages = [aMessage(1, { at: NOON - 24 * HOUR }), aMessage(2, { at: NOON }), aMessage(3, { at: NOON - 20 * HOUR })];
  expect(lines(messages)).toEqual(['day 2026-11-19', 'bubble 1', 'day 2026-11-20', 'bubble 2', '*bubble 3']);
});

test('keys are unique, also when a late message falls back into a day that was named', () => {
  const messages = [aMessage(1, { at: NOON - 24 * HOUR }), aMessage(2), aMessage(3, { at: NOON - 24 * HOUR }), aMessage(4)];
  const keys = threadItems(messages, [], options).map((item) => item.key);
  expect(new Set(keys).size).toBe(keys.length);
});
