import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Agent } from '../../src/lib/domain/role';
import type { TicketStatus } from '../../src/lib/domain/ticket';
import { MOST_TICKETS } from '../../src/lib/domain/ticket-changes';
import { TicketRun } from '../../src/lib/inbox/ticket-run';
import { walkMatching } from '../../src/lib/inbox/ticket-walk';
import { appRouter } from '../../src/lib/server/trpc/router';
import { ana, anInbound, ben } from '../fixtures/conversation';
import { aConversation, onDisk, openShop } from './conversation-world';
import { ORIGIN } from './front-door';

const callerOf = ({ id, name, role }: Agent) =>
  appRouter.createCaller({ env, user: { id, name, email: `${id}@parley.test`, role, sessionId: 's' }, origin: ORIGIN })
    .conversations;
const conversations = callerOf(ana);
const { setTicketStatuses } = conversations;

beforeAll(openShop);

let events = 0;
type World = Awaited<ReturnType<typeof aConversation>>;
const says = ({ stub, target }: World, text = 'Hello', at = Date.now()) =>
  stub.receive(target, [anInbound({ eventId: `t-${(events += 1)}`, address: target.address, text, at })]);
async function aTalk(text?: string, at?: number): Promise<World & { id: string }> {
  const world = await aConversation();
  await says(world, text, at);
  return { ...world, id: world.target.id };
}
const statusOf = async ({ stub }: World) => (await onDisk(stub)).conversation?.ticketStatus;
const set = (ticketStatus: TicketStatus, ...talks: { id: string }[]) =>
  setTicketStatuses({ tickets: talks.map(({ id }) => ({ id, ticketStatus })) });
/** What is answered of a ticket that was never snoozed. */
const was = (previous: TicketStatus, ticketStatus: TicketStatus) => ({ previous, ticketStatus, snoozedUntil: null });
const acts = async ({ stub }: World) => (await onDisk(stub)).messages.filter(({ activity }) => activity?.type === 'ticket');

describe('several tickets', () => {
  test('are set each by itself: what one refuses is nothing to the others, and each says what it was', async () => {
    const [free, pending, held, mine] = [await aTalk(), await aTalk(), await aTalk(), await aTalk()];
    const nobody = (await aConversation()).target;
    await pending.stub.setTicketStatus(ben, 'pending');
    await held.stub.claim(ben);
    await mine.stub.claim(ana);
    expect(await set('closed', free, nobody, held, pending, mine)).toEqual([
      { id: free.id, done: true, ...was('new', 'closed'), seq: 2 },
      { id: nobody.id, done: false, reason: 'not_found' },
      {
        id: held.id,
        done: false,
        reason: 'locked',
        lock: { agentId: 'ben', agentName: 'Ben Okafor', since: expect.any(Number) },
      },
      { id: pending.id, done: true, ...was('pending', 'closed'), seq: 3 },
      { id: mine.id, done: true, ...was('new', 'closed'), seq: 3 },
    ]);
    expect(await Promise.all([free, held, pending, mine].map(statusOf))).toEqual(['closed', 'new', 'closed', 'closed']);
    expect((await onDisk(mine.stub)).conversation?.lock, 'the holder keeps it').toMatchObject({ agentId: 'ana' });
  });

  test('twice is once', async () => {
    const talk = await aTalk();
    await set('closed', talk);
    const before = await onDisk(talk.stub);
    expect(await set('closed', talk)).toEqual([{ id: talk.id, done: true, ...was('closed', 'closed'), seq: 2 }]);
    expect(await onDisk(talk.stub)).toEqual(before);
    expect((await set('pending', talk, talk)).map((answer) => answer.done && answer.previous)).toEqual(['closed', 'pending']);
    expect(await acts(talk)).toHaveLength(2);
  });

  test('a conversation that does not answer is said to be unavailable, and the others are set', async () => {
    const [talk, broken] = [await aTalk(), await aTalk()];
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const real = env.CONVERSATION;
    const get: typeof real.get = (id) => {
      if (id.equals(real.idFromName(broken.id))) throw new Error('overloaded');
      return real.get(id);
    };
    const CONVERSATION = new Proxy(real, { get: (of, key) => (key === 'get' ? get : Reflect.get(of, key).bind(of)) });
    const user = { ...ana, email: 'ana@parley.test', sessionId: 's' };
    const caller = appRouter.createCaller({ env: { ...env, CONVERSATION }, user, origin: ORIGIN });
    const tickets = [broken, talk].map(({ id }) => ({ id, ticketStatus: 'closed' as const }));
    expect(await caller.conversations.setTicketStatuses({ tickets })).toEqual([
      { id: broken.id, done: false, reason: 'unavailable', retryAfterMs: expect.any(Number) },
      { id: talk.id, done: true, ...was('new', 'closed'), seq: 2 },
    ]);
    expect(JSON.stringify(logged.mock.calls)).not.toContain('Hello');
    logged.mockRestore();
  });

  test.each([0, MOST_TICKETS + 1])('%i are refused', async (n) => {
    const { id } = (await aConversation()).target;
    const tickets = Array.from({ length: n }, () => ({ id, ticketStatus: 'closed' as const }));
    await expect(setTicketStatuses({ tickets })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('taking back', () => {
  /** Closes it, lets that happen, and takes it back. */
  async function takenBack(meanwhile: (talk: World) => unknown): Promise<[unknown, unknown]> {
    const talk = await aTalk();
    const [closed] = await set('closed', talk);
    if (!closed?.done) throw new Error('not closed');
    await meanwhile(talk);
    const [answer] = await setTicketStatuses({
      tickets: [{ id: talk.id, ticketStatus: closed.previous, since: closed.seq }],
    });
    return [answer?.done === false ? answer.reason : 'done', await statusOf(talk)];
  }

  test.each<[string, (talk: World) => unknown, string, TicketStatus]>([
    ['nothing has happened', () => undefined, 'done', 'new'],
    ['a colleague has looked', async ({ stub }) => (await stub.claim(ben), await stub.release(ben, 1)), 'done', 'new'],
    ['a colleague holds it', ({ stub }) => stub.claim(ben), 'locked', 'closed'],
    ['a colleague has set it', ({ stub }) => stub.setTicketStatus(ben, 'pending'), 'gone_on', 'pending'],
    ['the customer has written and it was closed again', async (talk) => (await says(talk), await talk.stub.setTicketStatus(ben, 'closed')), 'gone_on', 'closed'], // prettier-ignore
  ])('when %s', async (_, meanwhile, outcome, status) => {
    expect(await takenBack(meanwhile)).toEqual([outcome, status]);
  });

  test('at the very moment at which the customer writes: whoever is first, their message stays New', async () => {
    for (let n = 0; n < 8; n += 1) {
      const talk = await aTalk();
      await set('closed', talk);
      const [opened] = await set('new', talk);
      if (!opened?.done) throw new Error('not set');
      const undo = () => setTicketStatuses({ tickets: [{ id: talk.id, ticketStatus: 'closed', since: opened.seq }] });
      const both = n % 2 === 0 ? [undo(), says(talk)] : [says(talk), undo()];
      await Promise.all(both);
      expect(await statusOf(talk)).toBe('new');
      await undo();
      expect(await statusOf(talk), 'also of one that comes late').toBe('new');
    }
  });

  test('twice is once', async () => {
    const talk = await aTalk();
    const [closed] = await set('closed', talk);
    if (!closed?.done) throw new Error('not closed');
    const tickets = [{ id: talk.id, ticketStatus: closed.previous, since: closed.seq }];
    const [first] = await setTicketStatuses({ tickets });
    expect(await setTicketStatuses({ tickets })).toEqual([{ ...first, ...was('new', 'new') }]);
    expect(await acts(talk)).toHaveLength(2);
  });

  test('what was closed by its holder, by what the close has answered', async () => {
    const talk = await aTalk();
    const held = await conversations.claim({ id: talk.id });
    if (!held.granted) throw new Error('not granted');
    const { undo } = await conversations.close({ id: talk.id, epoch: held.epoch, ticketStatus: 'closed', undoable: true });
    expect(undo).toEqual({ ...was('new', 'closed'), seq: 4 });
    await setTicketStatuses({ tickets: [{ id: talk.id, ticketStatus: 'new', since: undo?.seq }] });
    expect(await statusOf(talk)).toBe('new');
    const again = await conversations.claim({ id: talk.id });
    if (!again.granted) throw new Error('not granted');
    const close = { id: talk.id, epoch: again.epoch, ticketStatus: 'closed' as const };
    expect(await conversations.close(close), 'nothing for whoever does not ask').toEqual({});
  });
});

test('snoozes among several: Pending leaves them be, and what is taken back is set aside again', async () => {
  const talk = await aTalk();
  const until = Date.now() + 3_600_000;
  await talk.stub.snooze(ana, until);
  expect(await set('pending', talk)).toEqual([
    { id: talk.id, done: true, ...was('pending', 'pending'), snoozedUntil: until, seq: 2 },
  ]);
  const [closed] = await set('closed', talk);
  if (!closed?.done) throw new Error('not closed');
  const { previous, snoozedUntil, seq } = closed;
  expect([previous, snoozedUntil]).toEqual(['pending', until]);
  await setTicketStatuses({ tickets: [{ id: talk.id, ticketStatus: 'pending', since: seq, snoozedUntil: until }] });
  expect((await onDisk(talk.stub)).conversation).toMatchObject({ ticketStatus: 'pending', snooze: { until } });
});

test('a walk over all that match a filter, which each leaves as it is set, meets each once and skips none', async () => {
  const word = 'kumquat';
  // The first are the oldest, and so of the second page.
  const since = Date.now() - 100_000;
  const talks = await Promise.all(Array.from({ length: 70 }, (_, n) => aTalk(`A ${word}, please`, since + n * 1_000)));
  const [held, writes] = talks;
  if (!held || !writes) throw new Error('no talks');
  await held.stub.claim(ben);
  const view = { tab: 'active', sort: 'oldest', search: word, ticketStatuses: ['new' as const] } as const;
  const query = { ...view, ticketStatuses: [...view.ticketStatuses], limit: 100 };
  await vi.waitFor(async () => expect((await conversations.list(query)).items).toHaveLength(70), { timeout: 10_000 });
  let calls = 0;
  const set = async (tickets: Parameters<typeof setTicketStatuses>[0]['tickets']) => {
    const answers = await setTicketStatuses({ tickets });
    // Before their ticket's turn.
    if ((calls += 1) === 1) await says(writes, `Another ${word}`);
    return answers;
  };
  const walk = walkMatching({ ...view, ticketStatuses: [...view.ticketStatuses] }, 'closed', (page) => conversations.list(page));
  const run = new TicketRun(walk, { set, wait: () => Promise.resolve(), onprogress: () => undefined });
  expect(await run.go()).toBe('done');
  expect(await statusOf(writes), 'who writes meanwhile is not closed').toBe('new');
  const others = talks.filter((talk) => talk !== held && talk !== writes);
  expect(new Set(await Promise.all(others.map(statusOf)))).toEqual(new Set(['closed']));
  expect(await Promise.all(others.map(async (talk) => (await acts(talk)).length))).toEqual(others.map(() => 1));
  expect(run.tally).toMatchObject({ held: 1, failed: 0, missing: 0 });
}, 60_000);
