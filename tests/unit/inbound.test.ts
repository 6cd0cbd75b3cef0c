import { beforeEach, describe, expect, test } from 'vitest';
import { nextTickAt, summaryOf } from '../../src/lib/domain/conversation';
import { clampProviderTime, tabAt } from '../../src/lib/domain/window';
import { ana, anInbound, aTarget, DAY, policy } from '../fixtures/conversation';
import { World } from '../fixtures/world';

const T = Date.UTC(2026, 10, 22, 12);
const target = aTarget();
let world: World;
const receive = (event: Parameters<typeof anInbound>[0], at = T) =>
  world.run({ type: 'receive', target, event: anInbound(event) }, at);
const amend = (type: 'reaction' | 'edit' | 'revoke', fields: Record<string, unknown>, at = T + 5) => {
  const base = { eventId: `x.${type}.${JSON.stringify(fields)}`, address: target.address, at, targetId: 'wamid.1' };
  const whole =
    type === 'reaction'
      ? { ...base, type, emoji: '👍' }
      : type === 'edit'
        ? { ...base, type, text: 'edited' }
        : { ...base, type };
  return world.run({ type: 'receive', target, event: { ...whole, ...fields } }, at);
};

beforeEach(() => {
  world = new World(policy);
});

describe('the first reply', () => {
  test('makes the conversation: New, Active, unread, unanswered', () => {
    receive({ text: 'Book it', at: T - 1_000 });
    const { conversation } = world;
    expect(conversation && summaryOf(conversation, policy, T)).toMatchObject({
      version: 1,
      ticketStatus: 'new',
      tab: 'active',
      unread: 1,
      unanswered: true,
      lastMessage: { text: 'Book it', direction: 'inbound', at: T - 1_000 },
      activeUntil: T - 1_000 + DAY,
      contact: { name: 'Aanya Rao', address: '16505551234' },
      lock: null,
    });
  });

  test('shows the address while there is no name, and the name once it comes', () => {
    world.run({ type: 'receive', target: aTarget({ name: null }), event: anInbound({ name: null }) }, T);
    expect(world.conversation?.contact.name).toBe('16505551234');
    receive({ eventId: 'wamid.2', name: 'Aanya' }, T + 1);
    expect(world.conversation?.contact.name).toBe('Aanya');
  });

  test('asks for its campaign once, and again only when it refers to something or comes back', () => {
    receive({ replyTo: 'wamid.campaign' });
    expect(world.outbox.size).toBe(1);
    const found = { id: 'k1', name: 'Monsoon getaway', labels: ['travel'], match: 'exact' as const };
    const send = { id: 's1', providerMessageId: 'wamid.campaign', text: 'Hi', buttons: ['Book it'], at: T - 9_000 };
    const reply = world.messages[0];
    world.run({ type: 'attribute', messageId: reply?.id ?? '', opens: true, attribution: { campaign: found, send } }, T + 1);
    expect(world.conversation?.campaign).toEqual(found);
    expect(world.messages[1]).toMatchObject({ kind: 'campaign', at: T - 9_000, campaign: { labels: ['travel'] } });
    expect(world.messages[0]?.quotedId).toBe(world.messages[1]?.id);
    const again = structuredClone(world.conversation);
    world.run({ type: 'attribute', messageId: reply?.id ?? '', opens: true, attribution: { campaign: found, send } }, T + 2);
    expect(world.conversation, 'a repeated look-up changes nothing').toEqual(again);
    world.outbox.clear();
    receive({ eventId: 'wamid.2' }, T + 3);
    expect(world.outbox.size, 'a plain message in a running conversation needs no look-up').toBe(0);
  });
});

test('a guess for the next message does not replace the campaign that the first one surely answers', () => {
  const at = T - 9_000;
  const attributionTo = (id: string, match: 'exact' | 'inferred') => ({
    campaign: { id, name: id, labels: [], match },
    send: { id: `send-${id}`, providerMessageId: null, text: 'Hi', buttons: [], at },
  });
  receive({ replyTo: 'wamid.campaign' });
  receive({ eventId: 'wamid.2', replyTo: 'wamid.unknown' });
  const waiting = [...world.outbox.values()].flatMap((effect) => (effect.type === 'attribute' ? [effect] : []));
  expect(waiting.map(({ opens }) => opens)).toEqual([true, false]);
  const [first, second] = waiting;
  const attribute = (effect: typeof first, found: ReturnType<typeof attributionTo>) =>
    effect && world.run({ type: 'attribute', messageId: effect.messageId, opens: effect.opens, attribution: found }, T + 1);
  attribute(first, attributionTo('monsoon', 'exact'));
  attribute(second, attributionTo('diwali', 'inferred'));
  expect(world.conversation?.campaign).toMatchObject({ id: 'monsoon', match: 'exact' });
});

describe('order and time', () => {
  test('a late message with an old time is stored next, sets New, but moves neither the clock nor the preview', () => {
    receive({ text: 'newer', at: T });
    world.run({ type: 'setTicketStatus', agent: ana, ticketStatus: 'closed' }, T + 1);
    receive({ eventId: 'wamid.0', text: 'older', at: T - 60_000 }, T + 2);
    expect(world.conversation).toMatchObject({ lastInboundAt: T, ticketStatus: 'new', lastMessage: { text: 'newer' } });
    expect(world.messages.find((message) => message.text === 'older')?.seq).toBeGreaterThan(1);
  });

  test.each([
    [null, T],
    [Number.NaN, T],
    [T - 8 * DAY, T - 7 * DAY],
    [0, T - 7 * DAY],
    [T + DAY, T + 5 * 60_000],
    [T * 1_000, T + 5 * 60_000],
    [Math.trunc(T / 1_000), T - 7 * DAY],
    [T - 5, T - 5],
  ])('a provider time of %d counts as %d', (at, expected) => {
    expect(clampProviderTime(at, T)).toBe(expected);
  });

  test.each([
    [DAY - 1, 'active'],
    [DAY, 'inactive'],
    [15 * DAY - 1, 'inactive'],
    [15 * DAY, 'archived'],
  ])('%i ms after the last message the tab is %s', (age, tab) => {
    expect(tabAt(T - age, policy, T)).toBe(tab);
  });

  test('the clock is due at both edges, moves the tab once each, and then rests', () => {
    receive({ at: T });
    const due = () => world.conversation && nextTickAt(world.conversation, policy);
    expect(due()).toBe(T + DAY);
    world.run({ type: 'tick' }, T + DAY);
    expect(world.conversation?.tab).toBe('inactive');
    const version = world.conversation?.version;
    world.run({ type: 'tick' }, T + DAY + 1);
    expect(world.conversation?.version, 'an alarm that fires twice moves it once').toBe(version);
    expect(due()).toBe(T + 15 * DAY);
    world.run({ type: 'tick' }, T + 15 * DAY);
    expect(world.conversation?.tab).toBe('archived');
    expect(due()).toBeNull();
    receive({ eventId: 'wamid.2' }, T + 20 * DAY);
    expect(world.conversation?.tab, 'a later reply revives it').toBe('active');
  });
});

describe('reactions, edits, withdrawals', () => {
  test('wait for their message when they come first, then apply', () => {
    amend('edit', {});
    amend('revoke', {});
    receive({ text: 'original' }, T + 10);
    expect(world.messages[0]).toMatchObject({ text: 'edited', revokedAt: T + 5 });
  });

  test('an older reaction that comes later does not undo a newer one', () => {
    receive({});
    amend('reaction', { emoji: null, eventId: 'r2' }, T + 10);
    amend('reaction', { emoji: '👍', eventId: 'r1', at: T + 9 }, T + 11);
    expect(world.messages[0]?.reaction).toBeNull();
  });

  test("an edit renews the row's text, a withdrawal hides it there but keeps it in the record", () => {
    receive({ text: 'original' });
    amend('edit', { text: 'better' });
    expect(world.conversation?.lastMessage.text).toBe('better');
    amend('revoke', {}, T + 6);
    expect(world.conversation?.lastMessage.text).toBe('Message withdrawn');
    expect(world.messages[0]?.text).toBe('better');
  });

  test('do not touch what agents wrote', () => {
    receive({});
    world.run({ type: 'claim', agent: ana }, T);
    const id = '00000000-0000-4000-8000-000000000001';
    world.run({ type: 'send', agent: ana, messageId: id, epoch: 1, seenSeq: 9, text: 'Ours', force: false }, T + 1);
    world.run({ type: 'sendStarted', messageId: id }, T + 2);
    world.run(
      { type: 'sendResult', messageId: id, result: { status: 'sent', providerMessageId: 'wamid.out' }, attempt: 1, jitter: 0 },
      T + 3,
    );
    amend('edit', { targetId: 'wamid.out' }, T + 4);
    amend('revoke', { targetId: 'wamid.out' }, T + 5);
    expect(world.byId(id)).toMatchObject({ text: 'Ours', editedAt: null, revokedAt: null });
  });
});

describe('hostile text', () => {
  test.each([
    ['a NUL', 'a\u0000b', 'ab'],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['a facet marker', 'a\ue000s0', 'as0'],
    ['nothing but spaces', '   ', 'Empty message'],
  ])('%s is made harmless', (_, text, kept) => {
    receive({ text });
    expect(world.messages[0]?.text).toBe(kept);
  });

  test('64 KB and more is cut with a mark', () => {
    receive({ text: 'x'.repeat(100_000) });
    expect(world.messages[0]?.text.length).toBe(65_536);
    expect(world.messages[0]?.text.endsWith('[cut]')).toBe(true);
  });
});
