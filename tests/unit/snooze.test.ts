import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { nextTickAt, summaryOf, type Command } from '../../src/lib/domain/conversation';
import { matches } from '../../src/lib/domain/list';
import { latestSnooze } from '../../src/lib/domain/snooze';
import type { Summary } from '../../src/lib/domain/summary';
import { alex, ana, anInbound, aTarget, ben, DAY, HOUR, mia, policy } from '../fixtures/conversation';
import { aSummary } from '../fixtures/summaries';
import { World } from '../fixtures/world';

const T = Date.UTC(2026, 10, 27, 12);
const target = aTarget();
let world: World;

beforeEach(() => {
  world = new World(policy);
  world.run({ type: 'receive', target, event: anInbound() }, T);
});

const snooze = (until: number, { agent = ana, at = T, epoch }: { agent?: typeof ana; at?: number; epoch?: number } = {}) =>
  world.run({ type: 'snooze', agent, until, epoch }, at);
const tick = (at: number) => world.run({ type: 'tick' }, at);
const hear = (eventId: string, at: number) => world.run({ type: 'receive', target, event: anInbound({ eventId }) }, at);
const set = (ticketStatus: 'new' | 'pending' | 'closed', at: number, agent = ana) =>
  world.run({ type: 'setTicketStatus', agent, ticketStatus }, at);
const reasonOf = (result: ReturnType<World['run']>) => (result.ok ? 'accepted' : result.error.reason);
const row = (at = T) => world.conversation && summaryOf(world.conversation, policy, at);
const activities = () => world.messages.flatMap(({ activity, text }) => (activity ? [text] : []));
const acts = () => [...world.outbox.values()].flatMap((effect) => (effect.type === 'audit' ? [effect.act.action] : []));

describe('who may, and until when', () => {
  test.each<[string, { holder?: typeof ana; by?: typeof ana; epoch?: number }, string]>([
    ['anybody while nobody holds it', { by: ben }, 'accepted'],
    ['its holder', { holder: ana }, 'accepted'],
    ['its holder, giving it back', { holder: ana, epoch: 1 }, 'accepted'],
    ['a colleague', { holder: ana, by: ben }, 'locked'],
    ['an Admin', { holder: ana, by: alex }, 'locked'],
    ['a colleague with the number of the hold', { holder: ana, by: ben, epoch: 1 }, 'locked'],
    ['a holder with a number of the past', { holder: ana, epoch: 0 }, 'stale_epoch'],
    ['somebody with a number that was never given', { epoch: 1 }, 'stale_epoch'],
    ['somebody who may not open conversations', { by: mia }, 'forbidden'],
  ])('%s', (_, { holder, by = ana, epoch }, expected) => {
    if (holder) world.run({ type: 'claim', agent: holder }, T);
    expect(reasonOf(snooze(T + HOUR, { agent: by, epoch }))).toBe(expected);
    expect(row()?.ticketStatus).toBe(expected === 'accepted' ? 'pending' : 'new');
  });

  test.each([
    [-1, 'snooze_past'],
    [0, 'snooze_past'],
    [1, 'accepted'],
    [15 * DAY - 1, 'accepted'],
    [15 * DAY, 'snooze_too_late'],
  ])('%i ms from now: %s', (inMs, expected) => {
    expect(reasonOf(snooze(T + inMs))).toBe(expected);
  });

  test('it ends while the conversation is in a tab: what is old already can be set aside for less long, what has left them not at all', () => {
    const at = T + 10 * DAY;
    const refusal = snooze(at + 5 * DAY, { at });
    expect(refusal).toMatchObject({ ok: false, error: { reason: 'snooze_too_late', latest: T + 15 * DAY - 1 } });
    expect(reasonOf(snooze(T + 15 * DAY - 1, { at }))).toBe('accepted');
    tick(T + 15 * DAY - 1);
    expect(row(T + 15 * DAY - 1)).toMatchObject({ ticketStatus: 'new', tab: 'inactive' });
    expect(reasonOf(snooze(T + 20 * DAY, { at: T + 16 * DAY }))).toBe('snooze_too_late');
  });

  test('a provider whose clock is ahead allows nobody more', () => {
    expect(latestSnooze(T + 300_000, policy, T)).toBe(T + 15 * DAY - 1);
  });
});

describe('setting aside', () => {
  test('is Pending with its moment, who did it, and one line', () => {
    world.run({ type: 'claim', agent: ana }, T);
    snooze(T + HOUR, { at: T + 1 });
    expect(row()).toMatchObject({ ticketStatus: 'pending', ticketChangedAt: T + 1, snoozedUntil: T + HOUR, snoozedBy: 'ana' });
    expect(row()?.lock).toMatchObject({ agentId: 'ana' });
    expect(world.messages.at(-1)).toMatchObject({
      kind: 'activity',
      author: { id: 'ana', name: 'Ana Lima' },
      activity: { type: 'snoozed', until: T + HOUR },
    });
    expect(acts()).toEqual(['ticket.snoozed']);
  });

  test('with the number of the hold gives it back; twice is once, and what the customer has written since stays New', () => {
    world.run({ type: 'claim', agent: ana }, T);
    snooze(T + HOUR, { epoch: 1 });
    expect(row()).toMatchObject({ lock: null, ticketStatus: 'pending' });
    const once = structuredClone(world.messages);
    expect(reasonOf(snooze(T + HOUR, { epoch: 1, at: T + 1 }))).toBe('accepted');
    expect(world.messages).toEqual(once);
    hear('wamid.2', T + 2);
    expect(reasonOf(snooze(T + HOUR, { epoch: 1, at: T + 3 }))).toBe('accepted');
    expect(row()).toMatchObject({ ticketStatus: 'new', snoozedUntil: null });
  });

  test('again for another moment takes the place of the first, which then wakes nobody', () => {
    snooze(T + HOUR);
    snooze(T + 2 * HOUR, { agent: ben, at: T + 1 });
    expect(world.conversation && nextTickAt(world.conversation, policy)).toBe(T + 2 * HOUR);
    tick(T + HOUR);
    expect(row()).toMatchObject({ ticketStatus: 'pending', ticketChangedAt: T, snoozedUntil: T + 2 * HOUR, snoozedBy: 'ben' });
    tick(T + 2 * HOUR);
    expect(world.messages.at(-1)?.activity).toEqual({ type: 'woken', by: { id: 'ben', name: 'Ben Okafor' } });
  });
});

describe('coming back', () => {
  test('not before its moment; then New, once, with who had set it', () => {
    snooze(T + HOUR);
    tick(T + HOUR - 1);
    expect(row()?.ticketStatus).toBe('pending');
    tick(T + HOUR);
    const woken = { ticketStatus: 'new', ticketChangedAt: T + HOUR, snoozedUntil: null, snoozedBy: 'ana' };
    expect(row()).toMatchObject(woken);
    const { version } = world.conversation ?? {};
    tick(T + HOUR);
    tick(T + 2 * HOUR);
    expect(world.conversation?.version).toBe(version);
    expect(activities()).toEqual(['Ana Lima snoozed the conversation', 'Snooze ended · ticket is New']);
  });

  test('a late alarm comes after whoever opens it: they find it New, and it finds nothing to do', () => {
    snooze(T + HOUR);
    world.run({ type: 'claim', agent: ben }, T + 3 * HOUR);
    expect(row()).toMatchObject({ ticketStatus: 'new', ticketChangedAt: T + 3 * HOUR, lock: { agentId: 'ben' } });
    tick(T + 3 * HOUR + 1);
    expect(activities().filter((text) => text.startsWith('Snooze ended'))).toHaveLength(1);
  });

  test('is told to an open dashboard as one numbered change', () => {
    snooze(T + HOUR);
    const before = world.conversation?.version ?? 0;
    const result = tick(T + HOUR);
    expect(result.ok && result.value.conversation?.version).toBe(before + 1);
    expect(result.ok && result.value.messages.map(({ version }) => version)).toEqual([before + 1]);
  });

  test('is nobody’s once the ticket has been set again', () => {
    snooze(T + HOUR);
    tick(T + HOUR);
    set('new', T + HOUR + 1);
    expect(row()).toMatchObject({ ticketStatus: 'new', snoozedBy: null });
  });
});

describe('what ends it before', () => {
  const ends: [string, (at: number) => unknown, string][] = [
    ['a message of the customer', (at) => hear('wamid.2', at), 'new'],
    ['New', (at) => set('new', at), 'new'],
    ['Pending', (at) => set('pending', at), 'pending'],
    ['Closed', (at) => set('closed', at), 'closed'],
    ['a close as Pending', (at) => {
      world.run({ type: 'claim', agent: ben }, at);
      world.run({ type: 'close', agent: ben, epoch: 1, ticketStatus: 'pending' }, at);
    }, 'pending'],
  ]; // prettier-ignore
  test.each(ends)('%s', (_, end, ticketStatus) => {
    snooze(T + HOUR);
    const lines = activities().length;
    end(T + 1);
    expect(row()).toMatchObject({ ticketStatus, snoozedUntil: null, snoozedBy: null });
    expect(activities().length, 'the history says so').toBeGreaterThan(lines);
    tick(T + 2 * HOUR);
    expect(row()).toMatchObject({ ticketStatus, snoozedBy: null });
    expect(activities()).not.toContain('Snooze ended · ticket is New');
  });

  test.each<[string, (at: number) => Command]>([
    ['opening it', () => ({ type: 'claim', agent: ben })],
    ['a note', () => ({ type: 'note', agent: ben, messageId: '00000000-0000-4000-8000-000000000001', text: 'Later' })],
    ['a notice of the provider', (at) => ({ type: 'receive', target, event: anInbound({ eventId: 'w.9', kind: 'system', at }) })],
    ['an edge of the clocks', () => ({ type: 'tick' })],
  ])('and what does not: %s', (_, command) => {
    snooze(T + 2 * DAY);
    world.run(command(T + DAY), T + DAY);
    expect(row()).toMatchObject({ ticketStatus: 'pending', snoozedUntil: T + 2 * DAY });
  });

  test('Pending again is written down as what it is', () => {
    snooze(T + HOUR);
    set('pending', T + 1);
    set('pending', T + 2);
    expect(acts()).toEqual(['ticket.snoozed', 'ticket.unsnoozed']);
    expect(row()?.ticketChangedAt, 'Pending since it was').toBe(T);
  });

  test('code from before snoozes may have set the ticket and left it behind: then it means nothing', () => {
    snooze(T + HOUR);
    if (world.conversation) world.conversation = { ...world.conversation, ticketStatus: 'closed' };
    expect(row()).toMatchObject({ snoozedUntil: null, snoozedBy: null });
    tick(T + HOUR);
    expect(row()?.ticketStatus).toBe('closed');
  });
});

describe('a ticket that is one of several', () => {
  const among = (ticketStatus: 'new' | 'pending' | 'closed', at: number, how = {}) =>
    world.run({ type: 'setTicketStatus', agent: ben, ticketStatus, among: how }, at);

  test('stays snoozed when all become Pending, which by itself ends a snooze', () => {
    snooze(T + HOUR);
    const before = structuredClone(world.conversation);
    expect(reasonOf(among('pending', T + 1))).toBe('accepted');
    expect(world.conversation).toEqual(before);
    set('pending', T + 2);
    expect(row()).toMatchObject({ ticketStatus: 'pending', snoozedUntil: null });
  });

  test('is set aside again when that is taken back, and comes back at its moment', () => {
    snooze(T + HOUR);
    among('closed', T + 1);
    const since = world.conversation?.seq;
    expect(reasonOf(among('pending', T + 2, { since, snoozedUntil: T + HOUR }))).toBe('accepted');
    expect(row()).toMatchObject({ ticketStatus: 'pending', snoozedUntil: T + HOUR, snoozedBy: 'ben' });
    tick(T + HOUR);
    expect(row()?.ticketStatus).toBe('new');
  });

  test('is New when the moment has passed before it is taken back', () => {
    snooze(T + HOUR);
    among('closed', T + 1);
    among('pending', T + HOUR, { since: world.conversation?.seq, snoozedUntil: T + HOUR });
    expect(row()).toMatchObject({ ticketStatus: 'new', snoozedUntil: null });
  });

  test.each(['new', 'pending'] as const)('is %s again when it is taken back that it was snoozed; twice is once', (before) => {
    set(before, T + 1);
    snooze(T + HOUR, { at: T + 2 });
    const since = world.conversation?.seq;
    expect(reasonOf(among(before, T + 3, { since }))).toBe('accepted');
    expect(row()).toMatchObject({ ticketStatus: before, snoozedUntil: null });
    const once = structuredClone(world.conversation);
    expect(reasonOf(among(before, T + 4, { since }))).toBe('accepted');
    expect(world.conversation).toEqual(once);
  });

  test('is set aside until the moment that it was before it was moved; twice is once', () => {
    snooze(T + HOUR);
    snooze(T + 2 * HOUR, { at: T + 1 });
    const since = world.conversation?.seq;
    expect(reasonOf(among('pending', T + 2, { since, snoozedUntil: T + HOUR }))).toBe('accepted');
    expect(row()?.snoozedUntil).toBe(T + HOUR);
    const once = structuredClone(world.conversation);
    expect(reasonOf(among('pending', T + 3, { since, snoozedUntil: T + HOUR }))).toBe('accepted');
    expect(world.conversation).toEqual(once);
  });

  test('cannot be set aside for longer than a snooze lasts', () => {
    set('closed', T + 1);
    expect(reasonOf(among('pending', T + 2, { snoozedUntil: T + 15 * DAY }))).toBe('snooze_too_late');
  });

  test.each(['snoozed', 'come back'])('is not taken back where it was %s meanwhile', (what) => {
    among('pending', T + 1);
    const since = world.conversation?.seq;
    snooze(T + HOUR, { at: T + 2 });
    if (what === 'come back') tick(T + HOUR);
    expect(reasonOf(among('closed', what === 'snoozed' ? T + 3 : T + HOUR, { since }))).toBe('gone_on');
  });
});

describe('a close that comes again', () => {
  test.each(['pending', 'closed'] as const)('as %s leaves what a colleague has snoozed since', (ticketStatus) => {
    world.run({ type: 'claim', agent: ana }, T);
    const close = (at: number) => world.run({ type: 'close', agent: ana, epoch: 1, ticketStatus }, at);
    close(T + 1);
    snooze(T + HOUR, { agent: ben, at: T + 2 });
    const before = structuredClone(world.conversation);
    expect(reasonOf(close(T + 3))).toBe('accepted');
    expect(world.conversation).toEqual(before);
  });

  test('leaves it also when the customer has written in between', () => {
    world.run({ type: 'claim', agent: ana }, T);
    const close = (at: number) => world.run({ type: 'close', agent: ana, epoch: 1, ticketStatus: 'closed' }, at);
    close(T + 1);
    hear('wamid.2', T + 2);
    snooze(T + HOUR, { agent: ben, at: T + 3 });
    const before = structuredClone(world.conversation);
    close(T + 4);
    expect(world.conversation).toEqual(before);
  });
});

test('a row of the version before, which knows of no snooze, is not among the snoozed', () => {
  const { snoozedUntil: _, ...old } = aSummary({ lastInboundAt: T });
  const facts = { now: T, policy, userId: 'ana' };
  expect(matches(old as Summary, { tab: 'active', snoozed: true }, facts)).toBe(false);
});

describe('reports', () => {
  const kinds = () => (world.conversation?.milestones ?? []).map(({ kind }) => kind);

  test('coming back opens nothing, and goes on with what is open', () => {
    snooze(T + HOUR);
    tick(T + HOUR);
    expect(kinds()).toEqual(['opened']);
    hear('wamid.2', T + HOUR + 1);
    expect(kinds()).toEqual(['opened']);
    set('closed', T + 2 * HOUR);
    expect(kinds()).toEqual(['opened', 'closed']);
  });

  test('what was closed and is snoozed and comes back is still closed, until the customer writes', () => {
    set('closed', T + 1);
    snooze(T + HOUR, { at: T + 2 });
    tick(T + HOUR);
    expect(row()?.ticketStatus).toBe('new');
    expect(kinds()).toEqual(['opened', 'closed']);
    set('closed', T + HOUR + 1);
    expect(kinds()).toEqual(['opened', 'closed']);
    hear('wamid.2', T + HOUR + 2);
    expect(kinds()).toEqual(['opened', 'closed', 'reopened']);
  });

  test('a window that ends over it is missed all the same: the customer has had no answer', () => {
    snooze(T + 2 * DAY);
    tick(T + DAY);
    tick(T + 2 * DAY);
    expect(kinds()).toEqual(['opened', 'missed']);
  });
});

test('in any order and at any time: it wakes only from a snooze, once each, and never what was set otherwise since', () => {
  const step = fc.record({
    afterMs: fc.constantFrom(0, 1, 10, 100),
    does: fc.oneof(
      fc.constantFrom(1, 10, 50).map((inMs) => ({ type: 'snooze' as const, inMs })),
      fc.constantFrom('new' as const, 'pending' as const, 'closed' as const).map((to) => ({ type: 'set' as const, to })),
      fc.constantFrom({ type: 'hear' as const }, { type: 'tick' as const }, { type: 'open' as const }),
    ),
  });
  let woken = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), (steps) => {
      world = new World(policy);
      hear('first', T);
      // What a person with paper would have: until when it is set aside, if it is.
      let until: number | null = null;
      let status = 'new';
      let wakes = 0;
      let now = T;
      steps.forEach(({ afterMs, does }, n) => {
        now += afterMs;
        if (until !== null && until <= now) [until, status, wakes] = [null, 'new', wakes + 1];
        if (does.type === 'snooze') {
          snooze(now + does.inMs, { at: now });
          [until, status] = [now + does.inMs, 'pending'];
        } else if (does.type === 'set') {
          set(does.to, now);
          [until, status] = [null, does.to];
        } else if (does.type === 'hear') {
          hear(`wamid.${n + 10}`, now);
          [until, status] = [null, 'new'];
        } else if (does.type === 'open') {
          world.run({ type: 'claim', agent: ana }, now);
        } else tick(now);
        expect(row(now)).toMatchObject({ ticketStatus: status, snoozedUntil: until });
        expect(world.messages.filter(({ activity }) => activity?.type === 'woken')).toHaveLength(wakes);
      });
      woken += wakes;
    }),
  );
  expect(woken).toBeGreaterThan(100);
});
