import { beforeEach, describe, expect, test } from 'vitest';
import { provenUntil } from '../../src/lib/domain/lock';
import type { TicketStatus } from '../../src/lib/domain/ticket';
import { alex, ana, anInbound, aTarget, ben, mia, policy } from '../fixtures/conversation';
import { World } from '../fixtures/world';

const T = Date.UTC(2026, 10, 22, 12);
const target = aTarget();
const again = anInbound({ eventId: 'wamid.2' });
const NOTE = '00000000-0000-4000-8000-000000000001';
let world: World;

beforeEach(() => {
  world = new World(policy);
  world.run({ type: 'receive', target, event: anInbound() }, T);
});

const lock = () => world.conversation?.lock ?? null;
const claim = (agent = ana, at = T) => world.run({ type: 'claim', agent }, at);
const reasonOf = (result: ReturnType<World['run']>) => (result.ok ? 'accepted' : result.error.reason);
const activities = () => world.messages.flatMap((message) => (message.activity ? [message.activity.type] : []));

describe('the first-agent lock', () => {
  test('goes to the first who opens, and the second changes nothing', () => {
    claim(ana);
    const before = structuredClone(world.conversation);
    claim(ben, T + 1);
    expect(world.conversation).toEqual(before);
    expect(lock()).toMatchObject({ agentId: 'ana', epoch: 1, since: T });
  });

  test('opening it again as the holder keeps the epoch and leaves no second record', () => {
    claim(ana);
    claim(ana, T + 5_000);
    expect(lock()).toMatchObject({ epoch: 1, since: T });
    expect(activities()).toEqual(['claimed']);
  });

  test('raises the epoch with every grant', () => {
    claim(ana);
    world.run({ type: 'release', agent: ana, epoch: 1 }, T + 1);
    claim(ben, T + 2);
    expect(lock()).toMatchObject({ agentId: 'ben', epoch: 2 });
  });

  test.each([
    [59_999, 'ana'],
    [60_000, 'ben'],
  ])('%i ms after the last sign of life a colleague who opens gets: %s', (afterMs, holder) => {
    claim(ana);
    claim(ben, T + afterMs);
    expect(lock()?.agentId).toBe(holder);
  });

  test('idles out after 10 min although the connection lives', () => {
    claim(ana);
    for (let at = T; at < T + 600_000; at += 15_000) {
      world.run({ type: 'presence', agentId: 'ana', connected: true, seenAt: at }, at);
    }
    world.run({ type: 'tick' }, T + 599_999);
    expect(lock()?.agentId).toBe('ana');
    world.run({ type: 'tick' }, T + 600_000);
    expect(lock()).toBeNull();
    expect(world.messages.at(-1)?.activity).toMatchObject({ type: 'released', why: 'idle' });
  });

  test('activity starts the idle clock again', () => {
    claim(ana);
    const at = T + 550_000;
    world.run({ type: 'presence', agentId: 'ana', connected: true, seenAt: T + 59_000 }, T + 59_000);
    world.run({ type: 'presence', agentId: 'ana', connected: true, seenAt: at }, at);
    world.run({ type: 'touch', agentId: 'ana' }, at);
    world.run({ type: 'presence', agentId: 'ana', connected: true, seenAt: T + 1_000_000 }, T + 1_000_000);
    world.run({ type: 'tick' }, T + 1_000_000);
    expect(lock()?.agentId).toBe('ana');
  });

  test('a connection that comes back within the grace keeps the lock, one that comes later does not revive it', () => {
    claim(ana);
    world.run({ type: 'presence', agentId: 'ana', connected: false, seenAt: T + 1_000 }, T + 1_000);
    world.run({ type: 'presence', agentId: 'ana', connected: true, seenAt: T + 31_000 }, T + 31_000);
    expect(lock()).toMatchObject({ agentId: 'ana', connected: true });
    world.run({ type: 'presence', agentId: 'ana', connected: false, seenAt: T + 40_000 }, T + 40_000);
    world.run({ type: 'presence', agentId: 'ana', connected: true, seenAt: T + 100_000 }, T + 100_000);
    expect(lock()).toBeNull();
  });

  test("a colleague's presence says nothing about the holder", () => {
    claim(ana);
    world.run({ type: 'presence', agentId: 'ben', connected: false, seenAt: T + 1 }, T + 1);
    expect(lock()).toMatchObject({ agentId: 'ana', seenAt: T });
  });

  test('an Admin takes over, which is recorded with from whom; an Agent may not', () => {
    claim(ana);
    expect(reasonOf(world.run({ type: 'takeOver', agent: ben }, T + 1))).toBe('forbidden');
    world.run({ type: 'takeOver', agent: alex }, T + 2);
    expect(lock()).toMatchObject({ agentId: 'alex', epoch: 2 });
    expect(world.messages.at(-1)).toMatchObject({ author: { id: 'alex' }, activity: { type: 'takenOver', from: { id: 'ana' } } });
  });

  test('nobody without the permission can hold it, whatever they call', () => {
    expect(reasonOf(claim(mia))).toBe('forbidden');
    expect(lock()).toBeNull();
  });
});

test.each([
  ['the usual grace covers the time between pings', 60_000, 30_000, 0],
  ['a short grace: the connection speaks for itself', 3_000, 10_000, 10_000],
  ['but not for ever', 3_000, 40_000, 17_000],
])('%s', (_, lockGraceMs, now, proven) => {
  expect(provenUntil(0, { ...policy, lockGraceMs }, now)).toBe(proven);
});

describe('release and close', () => {
  test('a second release, and one after the lease ran out, are harmless', () => {
    claim(ana);
    expect(reasonOf(world.run({ type: 'release', agent: ana, epoch: 1 }, T + 1))).toBe('accepted');
    const before = structuredClone(world.conversation);
    expect(reasonOf(world.run({ type: 'release', agent: ana, epoch: 1 }, T + 2))).toBe('accepted');
    expect(world.conversation).toEqual(before);
  });

  test("a release with a colleague's epoch, or an old one of one's own, frees nothing", () => {
    claim(ana);
    expect(reasonOf(world.run({ type: 'release', agent: ben, epoch: 1 }, T))).toBe('locked');
    world.run({ type: 'takeOver', agent: alex }, T + 1);
    expect(reasonOf(world.run({ type: 'release', agent: ana, epoch: 1 }, T + 2))).toBe('stale_epoch');
    expect(lock()?.agentId).toBe('alex');
  });

  test('the pop-up sets the status and frees the lock in one', () => {
    claim(ana);
    world.run({ type: 'close', agent: ana, epoch: 1, ticketStatus: 'closed' }, T + 1);
    expect(world.conversation).toMatchObject({ ticketStatus: 'closed', lock: null });
    expect(activities()).toEqual(['claimed', 'ticket', 'released']);
  });

  test('closing still sets the status when the lease ran out while the pop-up was open, but not over a colleague', () => {
    claim(ana);
    world.run({ type: 'close', agent: ana, epoch: 1, ticketStatus: 'pending' }, T + 61_000);
    expect(world.conversation?.ticketStatus).toBe('pending');
    claim(ben, T + 62_000);
    expect(reasonOf(world.run({ type: 'close', agent: ana, epoch: 1, ticketStatus: 'closed' }, T + 63_000))).toBe('stale_epoch');
    expect(world.conversation?.ticketStatus).toBe('pending');
  });
});

test.each([
  ['the end user has written since: it stays New', true, 'new'],
  ['nobody has: once more is the same', false, 'closed'],
] as const)('a close that is asked for again when %s', (_, hasWritten, status) => {
  claim(ana);
  world.run({ type: 'close', agent: ana, epoch: 1, ticketStatus: 'closed' }, T + 1);
  if (hasWritten) world.run({ type: 'receive', target, event: anInbound({ eventId: 'wamid.2' }) }, T + 2);
  expect(reasonOf(world.run({ type: 'close', agent: ana, epoch: 1, ticketStatus: 'closed' }, T + 3))).toBe('accepted');
  expect(world.conversation?.ticketStatus).toBe(status);
});

describe('the ticket', () => {
  test.each(['new', 'pending', 'closed'] as const)("%s becomes New with the end user's next message", (status) => {
    world.run({ type: 'setTicketStatus', agent: ana, ticketStatus: status }, T + 1);
    world.run({ type: 'receive', target, event: anInbound({ eventId: 'wamid.2' }) }, T + 2);
    expect(world.conversation?.ticketStatus).toBe('new');
  });

  test.each(['reaction', 'edit', 'revoke', 'receipt'] as const)('%s leaves a closed ticket closed', (type) => {
    world.run({ type: 'setTicketStatus', agent: ana, ticketStatus: 'closed' }, T + 1);
    const base = { eventId: 'wamid.9', address: target.address, at: T + 2, targetId: 'wamid.1' };
    const event =
      type === 'reaction'
        ? { ...base, type, emoji: '👍' }
        : type === 'edit'
          ? { ...base, type, text: 'x' }
          : type === 'revoke'
            ? { ...base, type }
            : {
                type,
                address: null,
                at: null,
                providerMessageId: 'wamid.1',
                messageId: null,
                status: 'read' as const,
                failure: null,
              };
    world.run({ type: 'receive', target, event }, T + 2);
    expect(world.conversation?.ticketStatus).toBe('closed');
  });

  test("is anyone's to set while nobody holds the conversation, then the holder's alone", () => {
    expect(reasonOf(world.run({ type: 'setTicketStatus', agent: ben, ticketStatus: 'pending' }, T))).toBe('accepted');
    claim(ana);
    expect(reasonOf(world.run({ type: 'setTicketStatus', agent: ben, ticketStatus: 'closed' }, T))).toBe('locked');
    expect(reasonOf(world.run({ type: 'setTicketStatus', agent: ana, ticketStatus: 'closed' }, T))).toBe('accepted');
  });

  test('every change is kept with who, when and what it was before', () => {
    world.run({ type: 'setTicketStatus', agent: ben, ticketStatus: 'pending' }, T + 7);
    expect(world.messages.at(-1)).toMatchObject({
      author: { id: 'ben', name: 'Ben Okafor' },
      at: T + 7,
      activity: { type: 'ticket', from: 'new', to: 'pending' },
      text: 'Ben Okafor set the ticket to Pending',
    });
  });

  test('setting what is set already records nothing', () => {
    const before = structuredClone(world.conversation);
    world.run({ type: 'setTicketStatus', agent: ben, ticketStatus: 'new' }, T + 1);
    expect(world.conversation).toEqual(before);
  });
});

describe('a status that is taken back', () => {
  const set = (ticketStatus: TicketStatus, agent = ana, since?: number) =>
    world.run({ type: 'setTicketStatus', agent, ticketStatus, among: since === undefined ? undefined : { since } }, T + 9);
  const close = (): number => {
    set('closed');
    return world.conversation?.seq ?? 0;
  };
  const takeBack = (since: number, agent = ana) => reasonOf(set('new', agent, since));
  const status = () => world.conversation?.ticketStatus;

  test('is what it was, and once', () => {
    const since = close();
    expect(takeBack(since)).toBe('accepted');
    expect(status()).toBe('new');
    const before = structuredClone(world.conversation);
    expect(takeBack(since), 'again').toBe('accepted');
    expect(world.conversation).toEqual(before);
  });

  test.each<[string, () => void]>([
    ['somebody has only looked', () => void (claim(ben), world.run({ type: 'release', agent: ben, epoch: 1 }, T + 2))],
    ['the holder has left', () => void world.run({ type: 'release', agent: ana, epoch: 1 }, T + 2)],
    ['a colleague has left a note', () => void world.run({ type: 'note', agent: ben, messageId: NOTE, text: 'Hm' }, T + 2)],
  ])('also when %s', (_, meanwhile) => {
    const since = close();
    meanwhile();
    expect(takeBack(since)).toBe('accepted');
    expect(status()).toBe('new');
  });

  test.each<[string, () => void, TicketStatus]>([
    ['the customer has written', () => void world.run({ type: 'receive', target, event: again }, T + 2), 'new'],
    ['a colleague has set it', () => void set('pending', ben), 'pending'],
    ['a colleague has set it away and back', () => void (set('pending', ben), set('closed', ben)), 'closed'],
  ])('not when %s', (_, meanwhile, stays) => {
    set('pending');
    const since = close();
    meanwhile();
    expect(reasonOf(set('pending', ana, since))).toBe(stays === 'pending' ? 'accepted' : 'gone_on');
    expect(reasonOf(set(stays === 'new' ? 'closed' : 'new', ana, since))).toBe('gone_on');
    expect(status()).toBe(stays);
  });

  test('not when the customer’s message left the status as it was', () => {
    set('closed');
    set('new');
    const since = world.conversation?.seq ?? 0;
    world.run({ type: 'receive', target, event: again }, T + 10);
    expect(reasonOf(set('closed', ana, since))).toBe('gone_on');
    expect(status()).toBe('new');
  });

  test('not of somebody new under the same address, whose messages are counted anew', () => {
    expect(reasonOf(set('closed', ana, 50))).toBe('gone_on');
  });

  test('not while a colleague holds it', () => {
    const since = close();
    claim(ben);
    expect(takeBack(since)).toBe('locked');
    expect(status()).toBe('closed');
  });
});
