import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import type { Milestone } from '../../src/lib/domain/milestone';
import { ana, anInbound, aTarget, DAY, HOUR, policy } from '../fixtures/conversation';
import { lives } from '../fixtures/steps';
import { World } from '../fixtures/world';

const T = Date.UTC(2026, 10, 22, 12);
/** Less than a hold without a connection lasts. */
const SOON = 10_000;
const target = aTarget();
let world: World;
let milestones: Milestone[];
/** The version of the row that has been counted for. */
let counted = 0;
let n = 0;

beforeEach(() => {
  world = new World(policy);
  milestones = [];
  counted = 0;
});

function run(command: Parameters<World['run']>[0], at: number): void {
  const result = world.run(command, at);
  const { version, milestones: kept = [] } = world.conversation ?? { version: 0 };
  const fresh = result.ok && version > counted ? kept.filter((one) => one.version > counted) : [];
  counted = Math.max(counted, version);
  milestones.push(...fresh.map(({ version: _, ...milestone }) => milestone));
}

const hear = (at: number, fields: Parameters<typeof anInbound>[0] = {}, now = at) =>
  run({ type: 'receive', target, event: anInbound({ eventId: `wamid.${(n += 1)}`, at, ...fields }) }, now);
const claim = (at: number) => run({ type: 'claim', agent: ana }, at);
const send = (at: number) => {
  const { epoch = 0, seq = 0 } = world.conversation ?? {};
  run({ type: 'send', agent: ana, messageId: `sent-${(n += 1)}`, epoch, seenSeq: seq, text: 'On it', force: false }, at);
};
const set = (ticketStatus: 'new' | 'pending' | 'closed', at: number) =>
  run({ type: 'setTicketStatus', agent: ana, ticketStatus }, at);
const told = () => milestones.map(({ kind, ms, agentId }) => [kind, ms, agentId].filter((value) => value !== null).join(' '));

test('an enquiry is opened by the first message, answered once, and closed', () => {
  hear(T);
  hear(T + SOON);
  claim(T + 2 * SOON);
  send(T + 3 * SOON);
  send(T + 4 * SOON);
  set('pending', T + 5 * SOON);
  set('closed', T + HOUR);
  expect(told()).toEqual(['opened', `answered ${3 * SOON} ana`, `closed ${HOUR} ana`]);
});

test('who writes after the ticket was closed opens it again; the day after, it is a new one', () => {
  hear(T);
  claim(T);
  set('closed', T + HOUR);
  hear(T + 2 * HOUR);
  set('closed', T + 3 * HOUR);
  hear(T + 2 * HOUR + DAY);
  expect(told()).toEqual(['opened', `closed ${HOUR} ana`, 'reopened', `closed ${HOUR} ana`, 'opened']);
});

test('a ticket that was closed and set to Pending again is reopened by the customer all the same', () => {
  hear(T);
  claim(T);
  set('closed', T + SOON);
  set('pending', T + 2 * SOON);
  hear(T + 3 * SOON);
  expect(told()).toEqual(['opened', `closed ${SOON} ana`, 'reopened']);
});

test('messages that come days late are one enquiry, as they were when they were written', () => {
  for (const at of [T, T + SOON, T + 2 * SOON]) hear(at, { at }, T + 2 * DAY);
  expect(told()).toEqual(['opened', 'missed']);
  hear(T + 2 * DAY);
  expect(told()).toEqual(['opened', 'missed', 'opened']);
});

test('what was missed long ago is still to be counted when something new is reached', () => {
  hear(T - 5 * DAY, { at: T - 5 * DAY }, T);
  hear(T);
  expect(world.conversation?.milestones?.map(({ kind }) => kind)).toEqual(['opened', 'missed', 'opened']);
});

test('a talk from before anything was noted goes on; its next ticket is counted', () => {
  hear(T);
  claim(T);
  const { enquiry: _, milestones: __, ...old } = world.conversation ?? {};
  world.conversation = old as never;
  milestones = [];
  hear(T + SOON);
  send(T + 2 * SOON);
  expect(told()).toEqual([]);
  set('closed', T + 3 * SOON);
  hear(T + 4 * SOON);
  expect(told()).toEqual([`closed ${2 * SOON} ana`, 'reopened']);
});

test('what an agent makes of a closed ticket afterwards is counted no more', () => {
  hear(T);
  claim(T);
  set('closed', T + SOON);
  set('pending', T + 2 * SOON);
  send(T + 3 * SOON);
  set('closed', T + 4 * SOON);
  expect(told()).toEqual(['opened', `closed ${SOON} ana`]);
});

test('the pop-up closes it as well, and its repeat nothing more', () => {
  hear(T);
  claim(T);
  const close = { type: 'close', agent: ana, epoch: 1, ticketStatus: 'closed' } as const;
  run(close, T + SOON);
  run(close, T + SOON);
  expect(told()).toEqual(['opened', `closed ${SOON} ana`]);
});

test.each([
  ['the alarm at the edge', () => run({ type: 'tick' }, T + DAY)],
  ['the alarm an hour late', () => run({ type: 'tick' }, T + DAY + HOUR)],
  ['the customer, before any alarm', () => hear(T + DAY + HOUR)],
  ['an agent, before any alarm', () => claim(T + DAY + HOUR)],
  ['a reaction, before any alarm', () => run({ type: 'named', name: 'Aanya' }, T + DAY + HOUR)],
])(
  'an active window that ends with the customer’s message is missed, at its edge and once, whoever notices: %s',
  (_, notices) => {
    hear(T);
    notices();
    run({ type: 'tick' }, T + DAY + 2 * HOUR);
    run({ type: 'tick' }, T + 15 * DAY);
    const before = milestones.slice(0, milestones.findLastIndex(({ kind }) => kind === 'opened') || undefined);
    expect(before).toEqual([
      { kind: 'opened', at: T, ms: null, agentId: null },
      { kind: 'missed', at: T + DAY, ms: null, agentId: null },
    ]);
  },
);

test('a window that ends after our answer is not missed, one in which the customer wrote last is, although it had been answered', () => {
  hear(T);
  claim(T);
  send(T + SOON);
  run({ type: 'tick' }, T + DAY);
  hear(T + 2 * DAY);
  claim(T + 2 * DAY);
  send(T + 2 * DAY + SOON);
  hear(T + 2 * DAY + HOUR);
  run({ type: 'tick' }, T + 3 * DAY + HOUR);
  expect(told()).toEqual(['opened', `answered ${SOON} ana`, 'opened', `answered ${SOON} ana`, 'missed']);
});

test('an answer at the edge itself is too late, and an answer all the same', () => {
  hear(T, {});
  claim(T + DAY);
  run(
    { type: 'send', agent: ana, messageId: 'late', epoch: 1, seenSeq: 99, text: 'Late', force: true, template: { name: 'hello', language: 'en', values: {} } as never },
    T + DAY,
  ); // prettier-ignore
  expect(told()).toEqual(['opened', 'missed', `answered ${DAY} ana`]);
});

test('an answer by another way than ours is one, by nobody', () => {
  hear(T);
  const echo = { type: 'echo', eventId: 'wamid.echo', address: target.address, at: T + SOON, kind: 'text', text: 'Hi', media: null, details: null, messageId: null, origin: 'app' }; // prettier-ignore
  run({ type: 'receive', target, event: echo as never }, T + 2 * SOON);
  expect(told()).toEqual(['opened', `answered ${SOON}`]);
});

test('a provider’s notice, a repeat and a conversation from before this was noted open nothing', () => {
  hear(T, { kind: 'system', ref: 'link' });
  expect(told()).toEqual([]);
  hear(T, { eventId: 'wamid.same' });
  hear(T, { eventId: 'wamid.same' });
  expect(told()).toEqual(['opened']);
});

test('in every life of a conversation: opened before answered, closed or missed, each once for each time it was opened', () => {
  fc.assert(
    fc.property(lives(60), (steps) => {
      world = new World(policy);
      milestones = [];
      counted = 0;
      let now = T;
      for (const step of steps) {
        now += step.advanceMs;
        run(step.command(world.conversation, now, world.messages), now);
      }
      const enquiries: string[][] = [];
      for (const { kind, ms } of milestones) {
        if (kind === 'opened' || kind === 'reopened') enquiries.push([]);
        else enquiries.at(-1)?.push(kind);
        expect(ms === null || ms >= 0).toBe(true);
      }
      expect(milestones.length === 0 || enquiries.length > 0).toBe(true);
      for (const kinds of enquiries) {
        expect(new Set(kinds).size).toBe(kinds.length);
        expect(kinds.includes('closed') ? kinds.at(-1) : 'closed').toBe('closed');
      }
    }),
    { numRuns: 300 },
  );
});
