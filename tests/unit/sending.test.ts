import { beforeEach, describe, expect, test } from 'vitest';
import type { Command } from '../../src/lib/domain/conversation';
import type { SendResult } from '../../src/lib/domain/provider';
import { MAX_ATTEMPTS, retryDelayMs } from '../../src/lib/domain/sending';
import { alex, ana, anInbound, aReceipt, aTarget, ben, DAY, policy } from '../fixtures/conversation';
import { World } from '../fixtures/world';

const T = Date.UTC(2026, 10, 22, 12);
const target = aTarget();
const ID = '00000000-0000-4000-8000-000000000001';
let world: World;

beforeEach(() => {
  world = new World(policy);
  world.run({ type: 'receive', target, event: anInbound() }, T);
  world.run({ type: 'claim', agent: ana }, T);
});

const send = (fields: Partial<Extract<Command, { type: 'send' }>> = {}, at = T) =>
  world.run({ type: 'send', agent: ana, messageId: ID, epoch: 1, seenSeq: 9, text: 'On it', force: false, ...fields }, at);
const reasonOf = (result: ReturnType<World['run']>) => (result.ok ? 'accepted' : result.error.reason);
const delivery = () => world.byId(ID)?.delivery;
const answer = (result: SendResult, attempt = 1, at = T + 10) => {
  world.run({ type: 'sendStarted', messageId: ID }, at);
  return world.run({ type: 'sendResult', messageId: ID, result, attempt, jitter: 0 }, at);
};
const receipt = (status: 'sent' | 'delivered' | 'read' | 'failed', at = T + 20) =>
  world.run({ type: 'receive', target, event: aReceipt({ providerMessageId: 'wamid.out', status }) }, at);

describe('a send', () => {
  test('is queued with its outbox row, answers the customer and clears unread', () => {
    send();
    expect(delivery()?.status).toBe('queued');
    expect([...world.outbox.keys()]).toContain(`deliver ${ID}`);
    expect(world.conversation).toMatchObject({
      unanswered: false,
      unread: 0,
      lastMessage: { text: 'On it', direction: 'outbound' },
    });
  });

  test('twice is once, even after the lock is lost', () => {
    send();
    world.run({ type: 'takeOver', agent: alex }, T + 1);
    expect(reasonOf(send({}, T + 2))).toBe('accepted');
    expect(world.messages.filter((message) => message.id === ID)).toHaveLength(1);
  });

  test.each([
    ['by a colleague who copied the epoch', { agent: ben, epoch: 1 }, 'locked'],
    ['by a colleague with no epoch', { agent: ben, epoch: 0 }, 'locked'],
    ['with an epoch of the future', { epoch: 2 }, 'stale_epoch'],
  ])('%s is refused', (_, fields, reason) => {
    expect(reasonOf(send(fields))).toBe(reason);
    expect(world.outbox.has(`deliver ${ID}`)).toBe(false);
  });

  test('with the epoch from before a take-over is refused', () => {
    world.run({ type: 'takeOver', agent: alex }, T + 1);
    expect(reasonOf(send({ epoch: 1 }, T + 2))).toBe('stale_epoch');
  });

  test('on a lease that ran out is refused although nobody else came', () => {
    expect(reasonOf(send({}, T + 60_000))).toBe('stale_epoch');
  });

  test('stops when the customer has written since, says what is new, and goes out when forced', () => {
    const seenSeq = world.conversation?.seq ?? 0;
    world.run({ type: 'receive', target, event: anInbound({ eventId: 'wamid.2', text: 'Wait!' }) }, T + 1);
    const refused = send({ seenSeq }, T + 2);
    expect(refused).toMatchObject({ ok: false, error: { reason: 'unseen_messages', unseen: [{ text: 'Wait!' }] } });
    expect(reasonOf(send({ seenSeq, force: true }, T + 3))).toBe('accepted');
  });

  test("does not stop for one's own messages, activities or the campaign card", () => {
    send({ messageId: '00000000-0000-4000-8000-000000000002' }, T + 1);
    world.run({ type: 'setTicketStatus', agent: ana, ticketStatus: 'pending' }, T + 2);
    expect(reasonOf(send({ seenSeq: 1 }, T + 3))).toBe('accepted');
  });

  test("a colleague's message that was not seen stops it too", () => {
    send();
    world.run({ type: 'takeOver', agent: alex }, T + 1);
    const id = '00000000-0000-4000-8000-000000000003';
    expect(reasonOf(send({ agent: alex, messageId: id, epoch: 2, seenSeq: 1 }, T + 2))).toBe('unseen_messages');
  });
});

describe("the channel's send window", () => {
  const at = (afterMs: number, fields: Parameters<typeof aTarget>[0] = {}) => {
    const fresh = new World(policy);
    const where = aTarget(fields);
    fresh.run({ type: 'receive', target: where, event: anInbound() }, T);
    fresh.run({ type: 'claim', agent: ana }, T + afterMs);
    const message = { messageId: ID, epoch: 1, seenSeq: 9, text: 'Hi', force: false };
    return reasonOf(fresh.run({ type: 'send', agent: ana, ...message }, T + afterMs));
  };

  test.each([
    ['whatsapp', DAY - 1, 'accepted'],
    ['whatsapp', DAY, 'window_closed'],
    ['messenger', DAY, 'window_closed'],
    ['telegram', 14 * DAY, 'accepted'],
    ['webhook', 14 * DAY, 'accepted'],
  ] as const)('%s after %i ms: %s', (provider, afterMs, outcome) => {
    expect(at(afterMs, { provider })).toBe(outcome);
  });

  test('opens again with a reaction, of whose time the provider is told, while the Active clock stays', () => {
    const reaction = {
      type: 'reaction',
      eventId: 'r-1',
      targetId: 'wamid.1',
      address: target.address,
      at: T + DAY,
      emoji: '👍',
    } as const;
    const before = world.conversation?.lastInboundAt;
    world.run({ type: 'receive', target, event: reaction }, T + DAY);
    expect(world.conversation).toMatchObject({ lastInboundAt: before, lastReactionAt: T + DAY, sendWindowUntil: T + 2 * DAY });
  });

  test('closes at once when the provider says so, and opens with the next message', () => {
    send();
    answer({ status: 'failed', failure: { code: '131047', reason: 'Over 24 h', retryable: false }, windowClosed: true });
    const next = { messageId: '00000000-0000-4000-8000-000000000002' };
    expect(reasonOf(send(next, T + 20))).toBe('window_closed');
    world.run({ type: 'receive', target, event: anInbound({ eventId: 'wamid.2' }) }, T + 30);
    expect(reasonOf(send({ ...next, seenSeq: 99 }, T + 40))).toBe('accepted');
  });
});

describe("the provider's answer", () => {
  beforeEach(() => void send());

  test.each<[string, SendResult, string, boolean]>([
    ['sent', { status: 'sent', providerMessageId: 'wamid.out' }, 'sent', false],
    ['final refusal', { status: 'failed', failure: { code: '131026', reason: 'No', retryable: true } }, 'failed', false],
    ['surely not taken', { status: 'retry', afterMs: null, reason: 'Busy', code: '429' }, 'queued', true],
    ['in doubt', { status: 'unknown', reason: 'No answer' }, 'unknown', false],
  ])('%s', (_, result, status, waits) => {
    answer(result);
    expect(delivery()?.status).toBe(status);
    expect(world.outbox.has(`deliver ${ID}`)).toBe(waits);
  });

  test('is retried no earlier than the provider asks, and given up after the last try', () => {
    answer({ status: 'retry', afterMs: 45_000, reason: 'Slow down', code: '429' });
    expect(world.outbox.get(`deliver ${ID}`)).toMatchObject({ at: T + 10 + 45_000 });
    answer({ status: 'retry', afterMs: null, reason: 'Slow down', code: '429' }, MAX_ATTEMPTS, T + 99);
    expect(delivery()).toMatchObject({ status: 'failed', reason: expect.stringContaining('Slow down'), retryable: true });
  });

  test('waits longer from try to try, up to five minutes', () => {
    const waits = Array.from({ length: 12 }, (_, index) => retryDelayMs(index + 1, null, 0));
    expect(waits.slice(0, 4)).toEqual([2_000, 4_000, 8_000, 16_000]);
    expect(Math.max(...waits)).toBe(300_000);
    expect(retryDelayMs(1, null, 0.999)).toBeGreaterThan(2_900);
  });

  test('a receipt that beats it is not undone by it', () => {
    world.run({ type: 'sendStarted', messageId: ID }, T + 1);
    world.run(
      { type: 'receive', target, event: aReceipt({ messageId: ID, providerMessageId: 'wamid.out', status: 'delivered' }) },
      T + 2,
    );
    answer({ status: 'unknown', reason: 'No answer' });
    expect(delivery()?.status).toBe('delivered');
    expect(world.outbox.has(`deliver ${ID}`)).toBe(false);
  });

  test("receipts that came before we knew the provider's id are waiting for it", () => {
    receipt('read', T + 1);
    answer({ status: 'sent', providerMessageId: 'wamid.out' });
    expect(delivery()?.status).toBe('read');
  });

  test.each([
    [['delivered', 'sent'], 'delivered'],
    [['read', 'delivered', 'sent'], 'read'],
    [['failed', 'sent'], 'failed'],
    [['failed', 'delivered'], 'delivered'],
    [['delivered', 'failed'], 'delivered'],
  ] as const)('receipts %j end as %s', (statuses, end) => {
    answer({ status: 'sent', providerMessageId: 'wamid.out' });
    for (const status of statuses) receipt(status);
    expect(delivery()?.status).toBe(end);
  });

  test('a doubtful send is settled by a receipt that carries our id', () => {
    answer({ status: 'unknown', reason: 'No answer' });
    world.run({ type: 'receive', target, event: aReceipt({ messageId: ID, status: 'sent' }) }, T + 30);
    expect(delivery()?.status).toBe('sent');
  });
});

describe('retry', () => {
  beforeEach(() => {
    send();
    answer({ status: 'failed', failure: { code: '131026', reason: 'No', retryable: true } });
  });

  const retry = (epoch = 1, at = T + 50) => world.run({ type: 'retry', agent: ana, messageId: ID, epoch }, at);

  test('really queues it again, once for two clicks', () => {
    retry();
    retry(1, T + 51);
    expect(delivery()?.status).toBe('queued');
    expect(world.outbox.has(`deliver ${ID}`)).toBe(true);
  });

  test('needs the lock', () => {
    world.run({ type: 'takeOver', agent: alex }, T + 40);
    expect(reasonOf(retry())).toBe('stale_epoch');
  });

  test('is refused for what has arrived and for what can never work', () => {
    retry();
    answer({ status: 'sent', providerMessageId: 'wamid.out' }, 1, T + 60);
    receipt('delivered', T + 70);
    expect(reasonOf(retry(1, T + 80))).toBe('not_retryable');
  });
});

describe('a receipt of an attempt before the present one', () => {
  const ofAttempt = (providerMessageId: string, status: 'sent' | 'delivered' | 'failed', at: number) =>
    world.run({ type: 'receive', target, event: aReceipt({ messageId: ID, providerMessageId, status }) }, at);
  const retry = () => world.run({ type: 'retry', agent: ana, messageId: ID, epoch: 1 }, T + 50);

  beforeEach(() => {
    send();
    answer({ status: 'sent', providerMessageId: 'wamid.first' });
    ofAttempt('wamid.first', 'failed', T + 20);
    retry();
  });

  test.each(['failed', 'sent'] as const)('“%s” neither calls off the next one nor speaks for it', (status) => {
    ofAttempt('wamid.first', status, T + 60);
    expect([delivery()?.status, world.outbox.has(`deliver ${ID}`)]).toEqual(['queued', true]);
    answer({ status: 'sent', providerMessageId: 'wamid.second' }, 1, T + 70);
    ofAttempt('wamid.first', status, T + 80);
    expect([delivery()?.status, world.byId(ID)?.providerMessageId]).toEqual(['sent', 'wamid.second']);
  });

  test('“delivered” means that it has arrived: nothing is sent again', () => {
    ofAttempt('wamid.first', 'delivered', T + 60);
    expect([delivery()?.status, world.outbox.has(`deliver ${ID}`)]).toEqual(['delivered', false]);
  });
});

test('a failure of an attempt in doubt, told while the next one is under way, does not outlive its answer', () => {
  send();
  answer({ status: 'unknown', reason: 'No answer' });
  world.run({ type: 'retry', agent: ana, messageId: ID, epoch: 1 }, T + 50);
  const failed = aReceipt({ messageId: ID, providerMessageId: 'wamid.first', status: 'failed' });
  world.run({ type: 'receive', target, event: failed }, T + 60);
  expect(delivery()?.status).toBe('queued');
  world.run({ type: 'sendStarted', messageId: ID }, T + 70);
  world.run({ type: 'receive', target, event: failed }, T + 80);
  const sent = { status: 'sent', providerMessageId: 'wamid.second' } as const;
  world.run({ type: 'sendResult', messageId: ID, result: sent, attempt: 1, jitter: 0 }, T + 90);
  expect([delivery()?.status, world.byId(ID)?.providerMessageId]).toEqual(['sent', 'wamid.second']);
  world.run({ type: 'receive', target, event: failed }, T + 95);
  expect(delivery()?.status).toBe('sent');
});

describe('what a provider has no form for', () => {
  const voice = { kind: 'audio' as const, key: 'c/u', mime: 'audio/ogg', fileName: 'voice.ogg', size: 4 };

  test('words on a file that carries none are refused, and lost by nobody', () => {
    expect(reasonOf(send({ media: voice }))).toBe('no_caption');
    expect(reasonOf(send({ media: voice, text: ' ' }))).toBe('accepted');
  });

  test('a template where there are none is refused, window or not', () => {
    const telegram = new World(policy);
    telegram.run({ type: 'receive', target: aTarget({ provider: 'telegram' }), event: anInbound() }, T);
    telegram.run({ type: 'claim', agent: ana }, T);
    const template = { name: 'hello', language: 'en', header: [], body: [] };
    const command = { type: 'send' as const, agent: ana, messageId: ID, epoch: 1, seenSeq: 9, text: 'Hello', force: false };
    expect(reasonOf(telegram.run({ ...command, template }, T))).toBe('bad_template');
  });

  test('a template goes out when free text does not', () => {
    const later = T + 3 * DAY;
    const template = { name: 'hello', language: 'en', header: [], body: [] };
    world.run({ type: 'claim', agent: ana }, later);
    const epoch = world.conversation?.epoch ?? 0;
    expect(reasonOf(send({ epoch }, later))).toBe('window_closed');
    expect(reasonOf(send({ epoch, template }, later))).toBe('accepted');
    expect(world.byId(ID)).toMatchObject({ kind: 'template', template: { name: 'hello' } });
  });
});

describe('a channel that was stopped', () => {
  test('keeps the message waiting in words, tries again without counting, and lets it go when it works', () => {
    send();
    for (let n = 0; n < 50; n++) answer({ status: 'stopped', reason: 'The token has expired.', code: '190' }, 1, T + n);
    expect(delivery()).toMatchObject({ status: 'queued', reason: 'The token has expired.', held: true });
    expect(world.outbox.get(`deliver ${ID}`)).toMatchObject({ at: T + 49 + 30_000 });
    answer({ status: 'sent', providerMessageId: 'wamid.out' }, 1, T + 99_000);
    expect(delivery()?.status).toBe('sent');
  });

  test('that says the same again is no news to anybody', () => {
    send();
    answer({ status: 'stopped', reason: 'The token has expired.', code: '190' });
    const { version } = world.conversation ?? {};
    const stopped = { status: 'stopped', reason: 'The token has expired.', code: '190' } as const;
    world.run({ type: 'sendResult', messageId: ID, result: stopped, attempt: 1, jitter: 0 }, T + 30_000);
    expect(world.conversation?.version).toBe(version);
  });
});
