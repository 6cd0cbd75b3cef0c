import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { database } from '../../src/lib/server/db/client';
import { find } from '../../src/lib/server/db/conversations';
import type { Inbox } from '../../workers/inbox/inbox';
import { Ledger } from '../../workers/inbox/ledger';
import { anInbound, DAY, policy } from '../fixtures/conversation';
import { aSummary, idOf } from '../fixtures/summaries';
import { aConversation, onDisk, openShop } from './conversation-world';

const real = { DB: env.DB, INBOX: env.INBOX };
let hubs = 0;
let hub: DurableObjectStub<Inbox>;

beforeAll(async () => {
  await openShop();
  await onDisk((await aConversation()).stub);
});
beforeEach(() => {
  hubs += 1;
  const id = real.INBOX.idFromName(`hub-${hubs}`);
  hub = real.INBOX.get(id);
  Object.assign(env, { INBOX: { idFromName: () => id, get: () => real.INBOX.get(id) } });
});
afterEach(() => {
  Object.assign(env, real);
  vi.useRealTimers();
});

/** The database, of which every batch waits for what is given. */
function databaseAfter(gate: () => Promise<unknown>): D1Database {
  return new Proxy(real.DB, {
    get(target, key) {
      if (key === 'batch') return async (...args: Parameters<D1Database['batch']>) => (await gate(), target.batch(...args));
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const never = () => new Promise<never>(() => {});
const heard = () => anInbound({ eventId: crypto.randomUUID() });
const shown = (id: string) => find(database(env.DB), [id], { now: Date.now(), policy });
const eventually = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 5_000, interval: 20 });

/** A conversation of somebody known, for which no alarm is set but that of its edge. */
async function aQuietConversation() {
  const talk = await aConversation();
  await talk.stub.receive(talk.target, [heard()]);
  await eventually(async () => expect((await onDisk(talk.stub)).outbox).toEqual([]));
  await runDurableObjectAlarm(talk.stub);
  return talk;
}

/** What the hub has on its disk: one list of ids a row. */
const noted = () =>
  runInDurableObject(hub, (_, { storage }) =>
    storage.sql
      .exec<{ ids: string }>('SELECT ids FROM unwritten ORDER BY no')
      .toArray()
      .map(({ ids }): string[] => JSON.parse(ids)),
  );
const alarmOf = (stub: DurableObjectStub) => runInDurableObject(stub, (_, { storage }) => storage.getAlarm());

/** The hub, rid of all that it had in memory and of what was under way, and later than anything is waited for. */
async function afterACrash(writing: PromiseWithResolvers<void>): Promise<void> {
  writing.reject(new Error('the machine was switched off'));
  await evictDurableObject(hub);
  Object.assign(env, { DB: real.DB });
  vi.setSystemTime(Date.now() + 60_000);
}

test('what the database takes at once is noted nowhere, and sets no alarm', async () => {
  const row = aSummary();
  await hub.take(row);
  expect(await shown(row.id)).toHaveLength(1);
  expect(await noted()).toEqual([]);
  expect(await alarmOf(hub)).toBeNull();
});

test('what nobody waits for is not noted, however slow the database is', async () => {
  Object.assign(env, { DB: databaseAfter(() => scheduler.wait(200)) });
  const row = aSummary({ id: idOf(8) });
  const published = hub.publish(row);
  await scheduler.wait(250);
  expect(await noted()).toEqual([]);
  await published;
  expect(await shown(row.id)).toHaveLength(1);
});

test('what the database is slow with is noted, all of a moment in one row, and asked for again after a crash', async () => {
  const talks = await Promise.all(Array.from({ length: 3 }, aQuietConversation));
  const ids = talks.map(({ target }) => target.id);
  const writing = Promise.withResolvers<void>();
  Object.assign(env, { DB: databaseAfter(() => writing.promise) });
  await Promise.all(talks.map(({ target, stub }) => stub.receive(target, [heard()])));
  await eventually(async () => expect(new Set((await noted()).flat())).toEqual(new Set(ids)));
  await Promise.all(talks.map(({ stub }) => evictDurableObject(stub)));
  expect(await alarmOf(hub)).not.toBeNull();

  await afterACrash(writing);
  expect(new Set(await hub.unwritten()), 'a comparison leaves them alone').toEqual(new Set(ids));
  await runDurableObjectAlarm(hub);
  for (const id of ids) expect(await shown(id)).toMatchObject([{ version: 2 }]);
  await eventually(async () => {
    await runDurableObjectAlarm(hub);
    expect(await noted()).toEqual([]);
    expect(await alarmOf(hub)).toBeNull();
  });
});

test('who comes after all others were written is noted no sooner than anybody', async () => {
  await runInDurableObject(hub, async (_, { storage }) => {
    const timers: (() => void)[] = [];
    const ledger = new Ledger({ sql: storage.sql, later: (run) => timers.push(run), now: Date.now, noted: () => {} });
    const written = Promise.withResolvers<void>();
    const first = ledger.safe({ id: 'a', version: 1 }, written.promise);
    written.resolve();
    ledger.written({ id: 'a', version: 1 });
    await first;
    const second = ledger.safe({ id: 'b', version: 1 }, never());
    timers[0]?.();
    expect(storage.sql.exec('SELECT ids FROM unwritten').toArray()).toEqual([]);
    timers[1]?.();
    await second;
    expect(storage.sql.exec('SELECT ids FROM unwritten').toArray()).toEqual([{ ids: '["b"]' }]);
  });
});

test('a note is written over when all of it is done', async () => {
  let gate = Promise.withResolvers<void>();
  Object.assign(env, { DB: databaseAfter(() => gate.promise) });
  await Promise.all([1, 2, 3].map((n) => hub.take(aSummary({ id: idOf(n) }))));
  expect(await noted()).toEqual([[idOf(1), idOf(2), idOf(3)]]);
  gate.resolve();
  await eventually(async () => expect(await shown(idOf(3))).toHaveLength(1));
  gate = Promise.withResolvers();
  await hub.take(aSummary({ id: idOf(4) }));
  expect(await noted()).toEqual([[idOf(4)]]);
  await hub.take(aSummary({ id: idOf(5) }));
  expect(await noted(), 'unless something of it is left').toEqual([[idOf(4)], [idOf(5)]]);
  await Promise.all([2, 3].map((version) => hub.take(aSummary({ id: idOf(4), version }))));
  expect(await noted(), 'and no id twice').toEqual([[idOf(4)], [idOf(5)]]);
  gate.resolve();
  await eventually(async () => expect(await hub.unwritten()).toEqual([]));
  expect(await shown(idOf(4))).toMatchObject([{ version: 3 }]);
});

test('a write that fails at once is the asker’s to repeat; one that fails after it was noted is the hub’s', async () => {
  let fails = true;
  const down = () => (fails ? Promise.reject(new Error('D1 is down')) : Promise.resolve());
  Object.assign(env, { DB: databaseAfter(down) });
  const row = aSummary({ id: idOf(7) });
  await expect(failureOf(hub.take(row))).resolves.toMatch('D1 is down');
  await scheduler.wait(100);
  expect(await noted()).toEqual([]);

  fails = false;
  const { target, stub } = await aQuietConversation();
  const known = await shown(target.id);
  fails = true;
  Object.assign(env, { DB: databaseAfter(() => scheduler.wait(200).then(down)) });
  await stub.receive(target, [heard()]);
  await eventually(async () => expect((await noted()).flat()).toContain(target.id));
  await scheduler.wait(400);
  expect(await shown(target.id)).toEqual(known);
  for (const isUp of [false, true]) {
    fails = !isUp;
    vi.setSystemTime(Date.now() + 60_000);
    await runDurableObjectAlarm(hub);
    expect(await shown(target.id)).toMatchObject([{ version: isUp ? 2 : 1 }]);
  }
});

test('who was erased meanwhile is not asked for again', async () => {
  const { target, stub } = await aQuietConversation();
  const writing = Promise.withResolvers<void>();
  Object.assign(env, { DB: databaseAfter(() => writing.promise) });
  await stub.receive(target, [heard()]);
  await eventually(async () => expect((await noted()).flat()).toEqual([target.id]));
  // The hub is not told, as it would wait for the database.
  await stub.erase(Date.now());
  await afterACrash(writing);
  await runDurableObjectAlarm(hub);
  expect(await shown(target.id), 'what was there before is the erasure’s to take away').toMatchObject([{ version: 1 }]);
  expect(await noted()).toEqual([]);
});

test('a message that the hub has taken sets no alarm but that of its edge', async () => {
  const { target, stub } = await aQuietConversation();
  const edge = await alarmOf(stub);
  expect(edge).toBeGreaterThan(Date.now() + DAY / 2);
  await stub.receive(target, [heard()]);
  expect(await alarmOf(stub)).toBe(edge);
});

test('a provider’s answer waits for the hub, and when that does not answer, for the alarm', async () => {
  const { target, stub } = await aQuietConversation();
  Object.assign(env, { INBOX: { idFromName: () => 'x', get: () => ({ take: never, publish: never }) } });
  await stub.receive(target, [heard()]);
  expect(await alarmOf(stub)).toBeLessThan(Date.now() + 10_000);
});

test('what died before its answer is delivered again, and then the list has it', async () => {
  const { target, stub } = await aQuietConversation();
  const working = env.INBOX;
  Object.assign(env, { INBOX: { idFromName: () => 'x', get: () => ({ take: never, publish: never }) } });
  const event = heard();
  await stub.receive(target, [event]);
  // As it is on the disk while the answer is waited for.
  await runInDurableObject(stub, (_, { storage }) => storage.setAlarm(Date.now() + DAY));
  await evictDurableObject(stub);
  Object.assign(env, { INBOX: working });
  const version = (await onDisk(stub)).conversation?.version;
  expect(await shown(target.id)).not.toMatchObject([{ version }]);
  await stub.receive(target, [event]);
  await eventually(async () => expect(await shown(target.id)).toMatchObject([{ version }]));
});

test('a note is kept until the version that came last is written', async () => {
  let isUp = true;
  const first = Promise.withResolvers<void>();
  const gate = () => first.promise.then(() => (isUp ? undefined : Promise.reject(new Error('D1 is down'))));
  const { target, stub } = await aQuietConversation();
  Object.assign(env, { DB: databaseAfter(gate) });
  await stub.receive(target, [heard()]);
  await eventually(async () => expect((await noted()).flat()).toEqual([target.id]));
  await stub.receive(target, [heard()]);
  // Until the hub has been told of that too.
  await scheduler.wait(200);
  first.resolve();
  await eventually(async () => expect(await find(database(real.DB), [target.id], { now: Date.now(), policy })).toHaveLength(1));
  isUp = false;
  await scheduler.wait(300);
  vi.setSystemTime(Date.now() + 60_000);
  await runDurableObjectAlarm(hub);
  expect(await noted()).toEqual([[target.id]]);
});

async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'none';
  } catch (error) {
    return String(error);
  }
}
