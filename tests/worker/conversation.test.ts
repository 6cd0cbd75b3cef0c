import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { database } from '../../src/lib/server/db/client';
import { recordSends } from '../../src/lib/server/db/campaign-sends';
import * as campaigns from '../../src/lib/server/db/campaigns';
import * as conversations from '../../src/lib/server/db/conversations';
import { alex, ana, anInbound, aReceipt, ben, DAY, mia } from '../fixtures/conversation';
import { channelOf, keepChannel } from '../../workers/channels';
import { gateOf } from '../../workers/env';
import { accepted, aConversation, CHANNEL, onDisk, openShop, provider, stored, watch } from './conversation-world';

const realHub = env.INBOX;

beforeAll(async () => {
  await openShop();
  // The test tools look up the bindings once, at their first use; some tests replace one for a while.
  await onDisk((await aConversation()).stub);
});
beforeEach(() => void provider(({ messageId }) => accepted(`wamid.${messageId}`)));
afterEach(() => {
  Object.assign(env, { INBOX: realHub });
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const uuid = () => crypto.randomUUID();
const eventually = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 5_000, interval: 20 });

async function aHeldConversation() {
  const { target, stub } = await aConversation();
  await stub.receive(target, [anInbound({ eventId: uuid() })]);
  const claim = await stub.claim(ana);
  if (!claim.ok || !claim.value.granted) throw new Error('not granted');
  return { target, stub, epoch: claim.value.epoch };
}

const message = (epoch: number, fields = {}) => ({
  messageId: uuid(),
  epoch,
  seenSeq: 99,
  text: 'On it',
  force: false,
  ...fields,
});

describe('intake', () => {
  test('a redelivered, reordered batch has one visible effect', async () => {
    const { target, stub } = await aConversation();
    const events = ['a', 'b', 'c'].map((id) => anInbound({ eventId: `wamid.${target.id}.${id}`, text: id }));
    await stub.receive(target, events);
    await stub.receive(target, [...events].reverse());
    await Promise.all(events.map((event) => stub.receive(target, [event])));
    const { messages, conversation } = await onDisk(stub);
    expect(messages.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
    expect(conversation).toMatchObject({ unread: 3, version: 3 });
  });

  test('the same id with other content is kept out and reported', async () => {
    const { target, stub } = await aConversation();
    await stub.receive(target, [anInbound({ eventId: 'wamid.same', text: 'first' })]);
    expect(await stub.receive(target, [anInbound({ eventId: 'wamid.same', text: 'second' })])).toEqual({
      conflicts: ['wamid.same'],
      own: [],
    });
    expect((await onDisk(stub)).messages).toHaveLength(1);
  });

  test('a failure after any one statement leaves nothing half-written', async () => {
    const { target, stub } = await aConversation();
    await stub.receive(target, [anInbound({ eventId: 'wamid.first' })]);
    const writes = /^\s*(INSERT|UPDATE|DELETE)/;
    await runInDurableObject(stub, async (object, state) => {
      const { sql } = state.storage;
      const before = stored(state.storage);
      const exec = sql.exec.bind(sql);
      let failures = 0;
      for (let failAt = 1; ; failAt++) {
        let count = 0;
        const spy = vi.spyOn(sql, 'exec').mockImplementation((query: string, ...bindings: unknown[]) => {
          if (writes.test(query) && ++count === failAt) throw new Error('disk full');
          return exec(query, ...bindings);
        });
        const event = anInbound({ eventId: 'wamid.second', replyTo: 'wamid.campaign' });
        let threw = false;
        try {
          await object.receive(target, [event]);
        } catch {
          threw = true;
        }
        spy.mockRestore();
        if (!threw) break;
        failures += 1;
        expect(stored(state.storage)).toEqual(before);
      }
      expect(failures, 'there was more than one statement to fail').toBeGreaterThan(1);
      expect(stored(state.storage).messages.length).toBe(before.messages.length + 1);
    });
  });

  test('the row reaches the read model by itself', async () => {
    const { target, stub } = await aConversation();
    await stub.receive(target, [anInbound({ eventId: uuid(), text: 'Wo ist mein Fahrer?' })]);
    await eventually(async () => {
      const [row] = await conversations.find(database(env.DB), [target.id], { now: Date.now(), policy: settings });
      expect(row?.lastMessage.text).toBe('Wo ist mein Fahrer?');
    });
  });
});

const settings = { activeWindowMs: DAY, retentionMs: 15 * DAY, lockGraceMs: 60_000, lockIdleMs: 600_000 };

describe('the lock', () => {
  test('of a hundred agents that open it at once exactly one wins, and each of the others learns who', async () => {
    const { target, stub } = await aConversation();
    await stub.receive(target, [anInbound({ eventId: uuid() })]);
    const agents = Array.from({ length: 100 }, (_, i) => ({ id: `agent-${i}`, name: `Agent ${i}`, role: 'agent' as const }));
    const claims = await Promise.all(agents.map((agent) => stub.claim(agent)));
    const granted = claims.filter((claim) => claim.ok && claim.value.granted);
    expect(granted).toHaveLength(1);
    const holder = (await onDisk(stub)).conversation?.lock?.agentId;
    for (const claim of claims) {
      if (claim.ok && !claim.value.granted) expect(claim.value.lock.agentId).toBe(holder);
    }
  });

  test("lives as long as the holder's socket pings, and falls free a grace after it is gone", async () => {
    const { stub } = await aHeldConversation();
    const { socket } = await watch(stub, ana);
    await eventually(async () => expect((await onDisk(stub)).conversation?.lock?.connected).toBe(true));
    const start = Date.now();
    vi.setSystemTime(start + 50_000);
    socket.close(1000);
    await eventually(async () => expect((await onDisk(stub)).conversation?.lock?.connected).toBe(false));
    vi.setSystemTime(start + 109_000);
    await runDurableObjectAlarm(stub);
    expect((await onDisk(stub)).conversation?.lock?.agentId, '59 s after').toBe('ana');
    vi.setSystemTime(start + 111_000);
    await runDurableObjectAlarm(stub);
    expect((await onDisk(stub)).conversation?.lock, '61 s after').toBeNull();
  });

  test('is kept by an open connection also when a message comes in before anybody has looked at it again', async () => {
    const usual = env.LOCK_GRACE_MS;
    Object.assign(env, { LOCK_GRACE_MS: '1000' });
    const { target, stub } = await aHeldConversation();
    const { socket } = await watch(stub, ana);
    Object.assign(env, { LOCK_GRACE_MS: usual });
    await eventually(async () => expect((await onDisk(stub)).conversation?.lock?.connected).toBe(true));
    // As late as an alarm can be that waits for the one before.
    await runInDurableObject(stub, (_, { storage }) => storage.deleteAlarm());
    await scheduler.wait(1_200);
    await stub.receive(target, [anInbound({ eventId: uuid() })]);
    expect((await onDisk(stub)).conversation?.lock?.agentId).toBe('ana');
    socket.close(1000);
  });

  test('is kept by an open connection also where the grace is shorter than the time between two pings', async () => {
    const usual = env.LOCK_GRACE_MS;
    Object.assign(env, { LOCK_GRACE_MS: '3000' });
    const { stub } = await aHeldConversation();
    const { socket } = await watch(stub, ana);
    Object.assign(env, { LOCK_GRACE_MS: usual });
    const start = Date.now();
    for (const afterMs of [4_000, 8_000, 12_000]) {
      vi.setSystemTime(start + afterMs);
      await runDurableObjectAlarm(stub);
      expect((await onDisk(stub)).conversation?.lock?.agentId, `${afterMs} ms after`).toBe('ana');
    }
    socket.close(1000);
    await eventually(async () => expect((await onDisk(stub)).conversation?.lock?.connected).toBe(false));
    vi.setSystemTime(start + 16_000);
    await runDurableObjectAlarm(stub);
    expect((await onDisk(stub)).conversation?.lock).toBeNull();
  });

  test('a colleague who looks on does not keep it alive', async () => {
    const { stub } = await aHeldConversation();
    await watch(stub, ben);
    vi.setSystemTime(Date.now() + 61_000);
    const claim = await stub.claim(ben);
    expect(claim).toMatchObject({ ok: true, value: { granted: true, epoch: 2 } });
  });

  test('is refused to a role without the permission, in the object itself', async () => {
    const { stub } = await aHeldConversation();
    expect(await stub.takeOver(ben)).toMatchObject({ ok: false, error: { reason: 'forbidden' } });
    expect(await stub.claim(mia)).toMatchObject({ ok: false, error: { reason: 'forbidden' } });
    expect(await stub.send(mia, message(1))).toMatchObject({ ok: false, error: { reason: 'forbidden' } });
  });
});

describe('sending', () => {
  test('one send is one call, however often it is asked for', async () => {
    const calls = provider(({ messageId }) => accepted(`wamid.${messageId}`));
    const { stub, epoch } = await aHeldConversation();
    const answer = message(epoch);
    const results = await Promise.all(Array.from({ length: 10 }, () => stub.send(ana, answer)));
    expect(new Set(results.map((result) => (result.ok ? result.value.seq : null))).size).toBe(1);
    await eventually(async () => expect((await onDisk(stub)).messages.at(-1)?.delivery?.status).toBe('sent'));
    expect(calls).toHaveLength(1);
    expect(await onDisk(stub)).toMatchObject({ outbox: [] });
  });

  test('keeps the order: nothing overtakes a message that has to wait', async () => {
    let busy = 1;
    const calls = provider(({ messageId }) =>
      busy-- > 0 ? new Response('busy', { status: 503, headers: { 'retry-after': '1' } }) : accepted(`wamid.${messageId}`),
    );
    const { stub, epoch } = await aHeldConversation();
    for (const text of ['one', 'two', 'three']) await stub.send(ana, message(epoch, { text }));
    await eventually(() => expect(calls).toHaveLength(1));
    vi.setSystemTime(Date.now() + 10_000);
    await runDurableObjectAlarm(stub);
    await eventually(() => expect(calls.map(({ text }) => text)).toEqual(['one', 'one', 'two', 'three']));
  });

  test('a send that was cut off becomes unknown, is never repeated by itself, and a receipt settles it', async () => {
    const calls = provider(({ messageId }) => accepted(`wamid.${messageId}`));
    const { target, stub, epoch } = await aHeldConversation();
    const answer = message(epoch);
    // As the disk looks when the process dies between the call and its answer.
    await runInDurableObject(stub, (object) => {
      object.replay([
        { command: { type: 'send', agent: ana, ...answer }, at: Date.now() },
        { command: { type: 'sendStarted', messageId: answer.messageId }, at: Date.now() },
      ]);
    });
    await eventually(async () => expect((await onDisk(stub)).messages.at(-1)?.delivery?.status).toBe('unknown'));
    await stub.receive(target, [aReceipt({ messageId: answer.messageId, status: 'delivered' })]);
    expect((await onDisk(stub)).messages.at(-1)?.delivery?.status).toBe('delivered');
    expect(calls).toHaveLength(0);
  });

  test('what turns out to have arrived is not sent again, although an agent has just asked for it', async () => {
    const calls = provider(({ messageId }) => accepted(`wamid.${messageId}`));
    const { target, stub, epoch } = await aHeldConversation();
    const answer = message(epoch);
    await runInDurableObject(stub, (object) => {
      object.replay([
        { command: { type: 'send', agent: ana, ...answer }, at: Date.now() },
        { command: { type: 'sendStarted', messageId: answer.messageId }, at: Date.now() },
      ]);
    });
    await eventually(async () => expect((await onDisk(stub)).messages.at(-1)?.delivery?.status).toBe('unknown'));
    let open = () => {};
    const turn = new Promise<void>((come) => (open = come));
    const admit = async () => {
      await turn;
      return { status: 'open', waitMs: 0 };
    };
    const { CHANNEL_GATE } = env;
    Object.assign(env, { CHANNEL_GATE: { idFromName: () => null, get: () => ({ admit, settle: async () => undefined }) } });
    try {
      await stub.retry(ana, answer.messageId, epoch);
      await stub.receive(target, [aReceipt({ messageId: answer.messageId, status: 'delivered' })]);
    } finally {
      open();
      Object.assign(env, { CHANNEL_GATE });
    }
    await scheduler.wait(200);
    await eventually(async () => expect((await onDisk(stub)).outbox).toEqual([]));
    expect((await onDisk(stub)).messages.at(-1)?.delivery?.status).toBe('delivered');
    expect(calls).toHaveLength(0);
  });

  test.each([
    ['is not needed where the channel’s gate has its row', true],
    ['is waited for where nobody knows the channel: nothing has left, so nothing is in doubt', false],
  ])('a database that does not answer %s', async (_, isKept) => {
    const calls = provider(({ messageId }) => accepted(`wamid.${messageId}`));
    const { stub, epoch } = await aHeldConversation();
    if (isKept) {
      await channelOf(env, CHANNEL);
      await keepChannel(env, CHANNEL);
    } else await gateOf(env, CHANNEL).changed();
    const answer = message(epoch);
    const { DB } = env;
    // What this isolate knows of the channel is kept with the database it was read from.
    const down = () => Promise.reject(new Error('D1 is down'));
    Object.assign(env, { DB: { prepare: () => ({ bind: () => ({ all: down }) }), batch: down } });
    try {
      await stub.send(ana, answer);
      await scheduler.wait(500);
      const delivery = (await onDisk(stub)).messages.at(-1)?.delivery;
      if (isKept) expect(delivery).toMatchObject({ status: 'sent' });
      else expect(delivery).toMatchObject({ status: 'queued', held: true, reason: expect.stringContaining('cannot be read') });
    } finally {
      Object.assign(env, { DB });
    }
    vi.setSystemTime(Date.now() + 31_000);
    await runDurableObjectAlarm(stub);
    await eventually(async () => expect((await onDisk(stub)).messages.at(-1)?.delivery?.status).toBe('sent'));
    expect(calls).toHaveLength(1);
  });

  test('a take-over while the provider is thinking disturbs neither', async () => {
    let release = () => {};
    const gate = new Promise<void>((open) => (release = open));
    provider(async ({ messageId }) => {
      await gate;
      return accepted(`wamid.${messageId}`);
    });
    const { stub, epoch } = await aHeldConversation();
    await stub.send(ana, message(epoch));
    await stub.takeOver(alex);
    await stub.setTicketStatus(alex, 'pending');
    release();
    await eventually(async () => {
      const { messages, conversation } = await onDisk(stub);
      expect(messages.find(({ kind, direction }) => kind === 'text' && direction === 'outbound')?.delivery?.status).toBe('sent');
      expect(conversation).toMatchObject({ ticketStatus: 'pending', lock: { agentId: 'alex' } });
    });
  });
});

test('receipts about messages of the talk are said to be its own; those about a campaign’s, or nobody’s, are not', async () => {
  const { target, stub, epoch } = await aHeldConversation();
  const answer = message(epoch);
  await stub.send(ana, answer);
  await eventually(async () => expect((await onDisk(stub)).messages.at(-1)?.delivery?.status).toBe('sent'));
  const of = (providerMessageId: string) => aReceipt({ address: target.address, providerMessageId });
  const ofAnswer = of(`wamid.${answer.messageId}`);
  const text = anInbound({ eventId: uuid(), address: target.address });
  expect(await stub.receive(target, [text, of('wamid.nobody'), ofAnswer])).toEqual({ conflicts: [], own: [2] });
  expect(await stub.receive(target, [ofAnswer]), 'also when it moves nothing').toEqual({ conflicts: [], own: [0] });
  const read = aReceipt({ address: target.address, upTo: Date.now(), status: 'read' });
  expect(await stub.receive(target, [read])).toEqual({ conflicts: [], own: [0] });
  expect(await stub.receive(target, [read]), 'up to a time is about what it moves').toEqual({ conflicts: [], own: [] });

  const campaign = { id: 'own-or-not', name: 'Spring', labels: [], channelId: target.channelId };
  await campaigns.insert(env.DB, { ...campaign, template: 'Hi', status: 'running', ref: null, createdAt: 1 });
  const send = { id: 'own-or-not-1', campaignId: campaign.id, channelId: target.channelId, address: target.address };
  const sent = { ...send, providerMessageId: 'wamid.campaign-1', token: null, text: 'Hi', buttons: [], sentAt: Date.now() };
  await recordSends(env.DB, [sent]);
  await stub.receive(target, [anInbound({ eventId: uuid(), address: target.address, replyTo: 'wamid.campaign-1' })]);
  await eventually(async () => expect((await onDisk(stub)).messages.map(({ kind }) => kind)).toContain('campaign'));
  expect(await stub.receive(target, [of('wamid.campaign-1')])).toEqual({ conflicts: [], own: [] });
});

describe('the clock', () => {
  test('moves the tab at both edges, tells who looks on, and rests after the last', async () => {
    const { target, stub } = await aConversation();
    await stub.receive(target, [anInbound({ eventId: uuid() })]);
    const { frames } = await watch(stub, ana);
    const start = Date.now();
    for (const [afterMs, tab] of [
      [DAY, 'inactive'],
      [15 * DAY, 'archived'],
    ] as const) {
      vi.setSystemTime(start + afterMs + 1_000);
      await runDurableObjectAlarm(stub);
      await eventually(() => expect(frames.at(-1)).toMatchObject({ type: 'change', conversation: { tab } }));
    }
    await eventually(async () => {
      expect(await runInDurableObject(stub, (_, state) => state.storage.getAlarm())).toBeNull();
    });
  });

  test('an alarm that fires again after it is done changes nothing', async () => {
    const { target, stub } = await aConversation();
    await stub.receive(target, [anInbound({ eventId: uuid() })]);
    vi.setSystemTime(Date.now() + DAY + 1_000);
    await runDurableObjectAlarm(stub);
    const after = (await onDisk(stub)).conversation;
    await runInDurableObject(stub, (object) => object.alarm());
    expect((await onDisk(stub)).conversation).toEqual(after);
  });

  test('a hub that waits for its database does not keep later changes from the dashboards', async () => {
    const { target, stub } = await aConversation();
    const published: number[] = [];
    const publish = ({ id, version }: { id: string; version: number }) => {
      // Objects of tests before may still be at work.
      if (id === target.id) published.push(version);
      return new Promise<void>(() => {});
    };
    Object.assign(env, { INBOX: { idFromName: () => realHub.idFromName('inbox'), get: () => ({ publish }) } });
    await stub.receive(target, [anInbound({ eventId: uuid() })]);
    await eventually(() => expect(published).toEqual([1]));
    await stub.receive(target, [anInbound({ eventId: uuid() })]);
    await eventually(() => expect(published).toEqual([1, 2]));
  });

  test('while the hub refuses, replies are taken and the alarm stays armed; then the row arrives', async () => {
    const { target, stub } = await aConversation();
    const broken = {
      idFromName: () => realHub.idFromName('inbox'),
      get: () => ({ publish: () => Promise.reject(new Error('D1 is down')) }),
    };
    Object.assign(env, { INBOX: broken });
    await stub.receive(target, [anInbound({ eventId: uuid(), text: 'still there?' })]);
    await new Promise((wake) => setTimeout(wake, 300));
    expect((await stub.get()).ok).toBe(true);
    const alarm = () => runInDurableObject(stub, (_, state) => state.storage.getAlarm());
    expect(await alarm()).not.toBeNull();
    // The tries come less and less often; whoever is there for the last one need not have seen the first.
    for (let tries = 0; tries < 4; tries++) {
      vi.setSystemTime(Date.now() + 60_000);
      await runDurableObjectAlarm(stub);
      await new Promise((wake) => setTimeout(wake, 50));
    }
    expect(await alarm()).toBeGreaterThan(Date.now() + 6_000);
    await evictDurableObject(stub);
    expect((await stub.get()).ok).toBe(true);
    Object.assign(env, { INBOX: realHub });
    vi.setSystemTime(Date.now() + 60_000);
    await runDurableObjectAlarm(stub);
    await eventually(async () => {
      const rows = await conversations.find(database(env.DB), [target.id], { now: Date.now(), policy: settings });
      expect(rows).toHaveLength(1);
    });
  });
});

describe('a note', () => {
  test('stands in the thread for all who look on, and no provider ever hears of it', async () => {
    const called = vi.fn();
    provider((send) => {
      called(send.text);
      return accepted(`wamid.${send.messageId}`);
    });
    const { target, stub, epoch } = await aHeldConversation();
    const { frames } = await watch(stub, ana);
    const id = uuid();
    expect(await stub.note(ben, id, 'Do not promise a refund')).toMatchObject({ ok: true });
    expect(await stub.note(ben, id, 'Do not promise a refund')).toMatchObject({ ok: true });
    await eventually(() => expect(frames.flatMap((frame) => (frame.type === 'change' ? frame.messages : []))).toMatchObject([{ id, kind: 'note' }])); // prettier-ignore
    await stub.send(ana, message(epoch, { text: 'Let me see' }));
    await stub.receive(target, [anInbound({ eventId: uuid() })]);
    await evictDurableObject(stub);
    await runDurableObjectAlarm(stub);
    await eventually(async () => expect((await onDisk(stub)).outbox).toEqual([]));
    expect(called.mock.calls).toEqual([['Let me see']]);
    const [row] = await conversations.find(database(env.DB), [target.id], { now: Date.now(), policy: settings });
    expect(JSON.stringify(row)).not.toContain('refund');
  });
});

describe('live', () => {
  test('every viewer is told every change once, in one unbroken count', async () => {
    const { target, stub } = await aConversation();
    await stub.receive(target, [anInbound({ eventId: uuid() })]);
    const viewers = await Promise.all([watch(stub, ana), watch(stub, ben)]);
    await Promise.all(Array.from({ length: 50 }, () => stub.receive(target, [anInbound({ eventId: uuid() })])));
    for (const { frames } of viewers) {
      await eventually(() => {
        const versions = frames.flatMap((frame) => (frame.type === 'change' ? [frame.version] : []));
        expect(versions).toEqual(Array.from({ length: 50 }, (_, index) => index + 2));
      });
    }
  });

  test('a client that missed more than one frame should carry starts over', async () => {
    const { target, stub } = await aConversation();
    await stub.receive(target, [anInbound({ eventId: uuid() })]);
    const text = '長'.repeat(60_000);
    for (let n = 0; n < 60; n += 1) await stub.receive(target, [anInbound({ eventId: uuid(), text })]);
    const { frames } = await watch(stub, ana, 1);
    await eventually(() => expect(frames[0]?.type).toBe('reset'));
    const [frame] = frames;
    expect(frame?.type === 'reset' && frame.messages.length).toBe(50);
  });

  test('a client that was away gets exactly what it missed', async () => {
    const { target, stub, epoch } = await aHeldConversation();
    const missedSince = (await onDisk(stub)).conversation?.version ?? 0;
    await stub.receive(target, [anInbound({ eventId: uuid(), text: 'missed' })]);
    await stub.send(ana, message(epoch, { text: 'mine' }));
    await eventually(async () => expect((await onDisk(stub)).messages.at(-1)?.delivery?.status).toBe('sent'));
    const { frames } = await watch(stub, ana, missedSince);
    await eventually(() => expect(frames[0]?.type).toBe('catchUp'));
    const [frame] = frames;
    if (frame?.type !== 'catchUp') throw new Error('no catch-up');
    expect(frame.messages.map(({ text }) => text)).toEqual(['missed', 'mine']);
    expect(frame.version).toBe((await onDisk(stub)).conversation?.version);
  });

  test('a client that knows a future, or has missed too much, starts over', async () => {
    const { stub } = await aHeldConversation();
    const { frames } = await watch(stub, ana, 9_999);
    await eventually(() => expect(frames[0]).toMatchObject({ type: 'reset', hasMore: false }));
  });

  test('asking reaches the holder alone', async () => {
    const { stub } = await aHeldConversation();
    const [holder, other] = await Promise.all([watch(stub, ana), watch(stub, alex)]);
    await stub.ask(ben);
    await eventually(() => expect(holder.frames).toContainEqual({ type: 'asked', by: { id: 'ben', name: 'Ben Okafor' } }));
    expect(other.frames.some((frame) => frame.type === 'asked')).toBe(false);
  });

  test('who is here and who types is told to all', async () => {
    const { stub } = await aHeldConversation();
    const { frames } = await watch(stub, ben);
    const { say } = await watch(stub, ana);
    say({ type: 'typing', typing: true });
    await eventually(() => {
      const presence = frames.filter((frame) => frame.type === 'presence').at(-1);
      expect(presence?.viewers).toContainEqual({ id: 'ana', name: 'Ana Lima', typing: true });
    });
  });

  test('a frame that is none is answered, and the third closes the socket', async () => {
    const { stub } = await aHeldConversation();
    const { socket, frames, say } = await watch(stub, ana);
    const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)));
    socket.send('not JSON');
    say({ type: 'typing', typing: 'yes' });
    say({ type: 'launch' });
    expect(await closed).toBe(1008);
    expect(frames.filter((frame) => frame.type === 'error')).toHaveLength(3);
  });

  test('reading it as the holder clears the count, up to what was on screen', async () => {
    const { target, stub } = await aHeldConversation();
    const { say } = await watch(stub, ana);
    await stub.receive(target, [anInbound({ eventId: uuid() }), anInbound({ eventId: uuid() })]);
    const [first] = (await onDisk(stub)).messages.filter(({ seq }) => seq > 2);
    say({ type: 'read', seq: first?.seq ?? 0 });
    await eventually(async () => expect((await onDisk(stub)).conversation?.unread).toBe(1));
  });
});
