import { beforeEach, describe, expect, test } from 'vitest';
import type { Echo } from '../../src/lib/domain/provider';
import { ana, anInbound, aReceipt, aTarget, DAY, policy } from '../fixtures/conversation';
import { World } from '../fixtures/world';

const T = Date.UTC(2026, 10, 22, 12);
const target = aTarget();
let world: World;

beforeEach(() => {
  world = new World(policy);
});

const hello = () => world.run({ type: 'receive', target, event: anInbound({ at: T }) }, T);
const echo = (fields: Partial<Echo> = {}, at = T + 1_000) => {
  const content = { kind: 'text' as const, text: 'Done, from my phone', media: null, details: null };
  const ids = { eventId: 'wamid.echo', address: '16505551234', at, messageId: null };
  return world.run(
    { type: 'receive', target, event: { type: 'echo', ...ids, ...content, origin: 'WhatsApp phone app', ...fields } },
    at,
  );
};
const sent = (messageId: string, providerMessageId: string | null, at: number) => {
  world.run({ type: 'send', agent: ana, messageId, epoch: 1, seenSeq: 99, text: 'On it', force: true }, at);
  world.run({ type: 'sendStarted', messageId }, at);
  world.run({ type: 'sendResult', messageId, result: { status: 'sent', providerMessageId }, attempt: 1, jitter: 0 }, at);
};

describe('what the brand wrote by another way', () => {
  test('stands in the thread as ours, answers, and is no reply of the end user', () => {
    hello();
    world.run({ type: 'setTicketStatus', agent: ana, ticketStatus: 'pending' }, T);
    echo();
    expect(world.byProviderId('wamid.echo')).toMatchObject({
      direction: 'outbound',
      origin: 'WhatsApp phone app',
      author: null,
      delivery: { status: 'sent' },
    });
    expect(world.conversation).toMatchObject({
      ticketStatus: 'pending',
      unanswered: false,
      lastInboundAt: T,
      lastMessage: { text: 'Done, from my phone', direction: 'outbound' },
    });
  });

  test('twice is once', () => {
    hello();
    echo();
    const before = structuredClone(world.messages);
    echo();
    expect(world.messages).toEqual(before);
  });

  test('makes no conversation with somebody who has never written', () => {
    echo();
    expect(world.conversation).toBeNull();
    hello();
    echo();
    expect(
      world.messages.filter(({ direction }) => direction === 'outbound'),
      'a repeat of it neither',
    ).toHaveLength(0);
  });

  test('from before the last reply answers nothing and is not the latest text', () => {
    hello();
    echo({ at: T - 60_000 });
    expect(world.conversation).toMatchObject({ unanswered: true, lastMessage: { text: 'Book it' } });
  });

  test('is ours when it names our message: it settles the one in doubt instead of standing there twice', () => {
    hello();
    world.run({ type: 'claim', agent: ana }, T);
    world.run({ type: 'send', agent: ana, messageId: 'm-1', epoch: 1, seenSeq: 9, text: 'On it', force: false }, T);
    world.run({ type: 'sendStarted', messageId: 'm-1' }, T);
    world.run({ type: 'sendResult', messageId: 'm-1', result: { status: 'unknown', reason: '?' }, attempt: 1, jitter: 0 }, T);
    echo({ messageId: 'm-1' });
    expect(world.byId('m-1')).toMatchObject({ providerMessageId: 'wamid.echo', delivery: { status: 'sent' } });
    expect(world.messages.filter(({ text }) => text === 'Done, from my phone')).toHaveLength(0);
  });

  test('gets its ticks by its provider id', () => {
    hello();
    echo();
    world.run({ type: 'receive', target, event: aReceipt({ providerMessageId: 'wamid.echo', status: 'read' }) }, T + 2_000);
    expect(world.byProviderId('wamid.echo')?.delivery?.status).toBe('read');
  });
});

describe('a receipt for all until a time', () => {
  const upTo = (at: number, status: 'delivered' | 'read' = 'read') =>
    world.run({ type: 'receive', target, event: aReceipt({ upTo: at, status }) }, T + DAY / 2);
  const status = (id: string) => world.byId(id)?.delivery?.status;

  test('moves those that had gone out by then, and only forward', () => {
    hello();
    world.run({ type: 'claim', agent: ana }, T);
    sent('m-1', 'mid.1', T + 1_000);
    sent('m-2', 'mid.2', T + 2_000);
    sent('m-3', 'mid.3', T + 9_000);
    upTo(T + 2_000);
    expect(['m-1', 'm-2', 'm-3'].map(status)).toEqual(['read', 'read', 'sent']);
    upTo(T + 9_000, 'delivered');
    expect(['m-1', 'm-2', 'm-3'].map(status)).toEqual(['read', 'read', 'delivered']);
  });

  test('says nothing of one that may never have left: it can still be sent again', () => {
    hello();
    world.run({ type: 'claim', agent: ana }, T);
    world.run({ type: 'send', agent: ana, messageId: 'm-1', epoch: 1, seenSeq: 9, text: 'On it', force: false }, T);
    world.run({ type: 'sendStarted', messageId: 'm-1' }, T);
    const result = { status: 'unknown', reason: 'No answer' } as const;
    world.run({ type: 'sendResult', messageId: 'm-1', result, attempt: 1, jitter: 0 }, T + 1_000);
    sent('m-2', 'mid.2', T + 2_000);
    upTo(T + 9_000);
    expect(['m-1', 'm-2'].map(status)).toEqual(['unknown', 'read']);
  });

  test('says nothing of one that has not left yet', () => {
    hello();
    world.run({ type: 'claim', agent: ana }, T);
    world.run({ type: 'send', agent: ana, messageId: 'm-1', epoch: 1, seenSeq: 9, text: 'On it', force: false }, T);
    upTo(T + 60_000);
    expect(status('m-1')).toBe('queued');
  });
});

describe('a notice of the provider', () => {
  test('makes no conversation by itself', () => {
    world.run({ type: 'receive', target, event: anInbound({ kind: 'system', text: 'changed their number' }) }, T);
    expect(world.conversation).toBeNull();
  });

  test('with a link that led here makes one, and asks for its campaign', () => {
    world.run({ type: 'receive', target, event: anInbound({ kind: 'system', text: 'came by a link', ref: 'winter' }) }, T);
    expect(world.conversation).not.toBeNull();
    expect([...world.outbox.values()]).toContainEqual(expect.objectContaining({ type: 'attribute', ref: 'winter', opens: true }));
  });
});
