import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { userOf } from '../../src/lib/server/auth/auth';
import { DEMO_PASSWORD, seedDemoUsers } from '../../src/lib/server/auth/demo-users';
import { BY_ITSELF } from '../../src/lib/domain/protocol';
import { appRouter } from '../../src/lib/server/trpc/router';
import { accountOf, conversationOf, sessionOf } from '../../workers/env';
import { IDLE_MS } from '../../workers/session/session';
import { anInbound } from '../fixtures/conversation';
import { aConversation, openShop } from './conversation-world';
import { auth, call, cookieOf, ORIGIN, signIn } from './front-door';

const HOUR_MS = 3_600_000;

beforeAll(async () => {
  await openShop();
  await seedDemoUsers(env, ORIGIN);
});
afterEach(() => void vi.useRealTimers());

const visitor = (cookie: string) => userOf(env, new Request(`${ORIGIN}/`, { headers: { cookie } }));

type Open = { path: string; closed: Promise<number>; isClosed: () => boolean };

async function openSocket(path: string, cookie: string): Promise<Open> {
  const { webSocket, status } = await call(path, { headers: { upgrade: 'websocket', origin: ORIGIN, cookie } });
  if (!webSocket) throw new Error(`No socket: ${status}`);
  let isClosed = false;
  const closed = new Promise<number>((resolve) =>
    webSocket.addEventListener('close', ({ code }) => {
      isClosed = true;
      resolve(code);
    }),
  );
  webSocket.accept();
  return { path, closed, isClosed: () => isClosed };
}

/** Somebody at work: signed in, with the inbox and a conversation open that they hold. */
async function atWork(email = 'ana@parley.test') {
  const cookie = cookieOf(await signIn(email, DEMO_PASSWORD));
  const user = await visitor(cookie);
  if (!user) throw new Error('not signed in');
  const { target, stub } = await aConversation();
  await stub.receive(target, [anInbound({ eventId: crypto.randomUUID() })]);
  const caller = appRouter.createCaller({ env, user, origin: ORIGIN });
  expect(await caller.conversations.claim({ id: target.id })).toMatchObject({ granted: true });
  const sockets = await Promise.all(['/live/inbox', `/live/conversations/${target.id}`].map((path) => openSocket(path, cookie)));
  return { cookie, user, id: target.id, sockets };
}

const lockOf = async (id: string) => {
  const thread = await conversationOf(env, id).get();
  return thread.ok ? thread.value.conversation.lock : undefined;
};

test('signing out closes what the sign-in had open and lets go what it held, at once', async () => {
  const { cookie, id, sockets } = await atWork();
  expect(await lockOf(id)).toMatchObject({ agentName: 'Ana Lima' });
  expect((await auth('/sign-out', {}, cookie)).status).toBe(200);
  expect(await visitor(cookie)).toBeNull();
  expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([1008, 1008]);
  await vi.waitFor(async () => expect(await lockOf(id)).toBeNull());
});

test('ending all sign-ins of a user ends every one of theirs, and nobody else’s', async () => {
  const [one, two, ben] = [await atWork(), await atWork(), await atWork('ben@parley.test')];
  expect(await accountOf(env, one.user.id).list()).toHaveLength(2);
  expect(await accountOf(env, one.user.id).end()).toBe(2);
  expect([await visitor(one.cookie), await visitor(two.cookie)]).toEqual([null, null]);
  expect(await visitor(ben.cookie)).not.toBeNull();
  await Promise.all([...one.sockets, ...two.sockets].map(({ closed }) => closed));
  await vi.waitFor(async () => expect([await lockOf(one.id), await lockOf(two.id)]).toEqual([null, null]));
  expect(ben.sockets.some(({ isClosed }) => isClosed())).toBe(false);
  expect(await lockOf(ben.id)).toMatchObject({ agentName: 'Ben Okafor' });
  await vi.waitFor(async () => expect(await accountOf(env, one.user.id).list()).toEqual([]));
  expect(await accountOf(env, one.user.id).end(), 'twice = once').toBe(0);
});

test('what was claimed without a connection is let go as well', async () => {
  const cookie = cookieOf(await signIn('ana@parley.test', DEMO_PASSWORD));
  const user = await visitor(cookie);
  const { target, stub } = await aConversation();
  await stub.receive(target, [anInbound({ eventId: crypto.randomUUID() })]);
  await appRouter.createCaller({ env, user, origin: ORIGIN }).conversations.claim({ id: target.id });
  await auth('/sign-out', {}, cookie);
  await vi.waitFor(async () => expect(await lockOf(target.id)).toBeNull());
});

test('a hold that another sign-in of the same user looks at stays', async () => {
  const one = await atWork();
  const other = cookieOf(await signIn('ana@parley.test', DEMO_PASSWORD));
  const socket = await openSocket(`/live/conversations/${one.id}`, other);
  await auth('/sign-out', {}, one.cookie);
  await Promise.all(one.sockets.map(({ closed }) => closed));
  expect(await lockOf(one.id)).toMatchObject({ agentName: 'Ana Lima' });
  expect(socket.isClosed()).toBe(false);
  await auth('/sign-out', {}, other);
  await socket.closed;
  await vi.waitFor(async () => expect(await lockOf(one.id)).toBeNull());
});

test('an ended session opens no socket, stays ended whatever is written late, and tells a second time who was just opening', async () => {
  const { cookie, user } = await atWork();
  const session = sessionOf(env, user.sessionId);
  await session.end();
  expect((await call('/live/inbox', { headers: { upgrade: 'websocket', origin: ORIGIN, cookie } })).status).toBe(401);
  expect(await session.enter('/live/inbox')).toBe(false);
  await session.write('{"late":true}', HOUR_MS, { userId: user.id, id: user.sessionId });
  expect(await session.read()).toBeNull();
  expect(await runDurableObjectAlarm(session), 'the second time is due').toBe(true);
  expect(await runDurableObjectAlarm(session), 'and nothing after it').toBe(false);
});

test('a session that has opened more than one invocation may call for is ended everywhere, a part at a time, the latest first', async () => {
  const { user, cookie, sockets } = await atWork('ben@parley.test');
  const session = sessionOf(env, user.sessionId);
  const rounds: string[][] = [];
  const places = Array.from({ length: 2_500 }, (_, n) => `/live/conversations/${String(n).padStart(40, '0')}`);
  const isEmpty = () => runInDurableObject(session, async (_, { storage }) => (await storage.list()).size === 0);
  await runInDurableObject(session, async (instance, { storage }) => {
    for (let n = 0; n < places.length; n += 100)
      await storage.put(Object.fromEntries(places.slice(n, n + 100).map((path, i) => [`place:${path}`, 1 + n + i])));
    const CONVERSATION = {
      idFromName: (name: string) => name,
      get: (name: string) => ({ disconnect: () => Promise.resolve(void rounds.at(-1)?.push(name)) }),
    };
    Reflect.set(instance, 'env', { ...env, CONVERSATION });
    rounds.push([]);
    await instance.end();
  });
  expect(await visitor(cookie)).toBeNull();
  for (let n = 0; n < 30 && !(await isEmpty()); n++)
    await runInDurableObject(session, (instance) => {
      rounds.push([]);
      return instance.alarm();
    });
  expect(await isEmpty()).toBe(true);
  expect(Math.max(...rounds.map((told) => told.length))).toBeLessThan(1_000);
  const all = new Set(rounds.flat());
  expect(places.filter((path) => !all.has(path.slice('/live/conversations/'.length)))).toEqual([]);
  // What was opened last may be open still.
  expect(rounds[0]).toContain(places.at(-1)?.slice('/live/conversations/'.length));
  expect(await Promise.all(sockets.slice(0, 1).map(({ closed }) => closed))).toEqual([1008]);
});

describe('a session that is not used', () => {
  test('is over after an hour, closes its sockets, and is kept by use for as long', async () => {
    const begun = Date.now();
    const { cookie, user, sockets } = await atWork('ben@parley.test');
    vi.setSystemTime(begun + IDLE_MS - 120_000);
    expect(await visitor(cookie), 'used before the hour is over').not.toBeNull();
    vi.setSystemTime(begun + 2 * IDLE_MS - 240_000);
    await runDurableObjectAlarm(sessionOf(env, user.sessionId));
    expect(await visitor(cookie), 'an hour from that use').not.toBeNull();
    vi.setSystemTime(begun + 3 * IDLE_MS - 200_000);
    await runDurableObjectAlarm(sessionOf(env, user.sessionId));
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([1008, 1008]);
    expect(await visitor(cookie)).toBeNull();
  });

  test('is not kept by what its page does by itself: its socket, its pictures, calls that say so', async () => {
    const cookie = cookieOf(await signIn('ben@parley.test', DEMO_PASSWORD));
    const begun = Date.now();
    const byItself = async () => {
      const upgrade = { upgrade: 'websocket', origin: ORIGIN, cookie };
      const socket = await call('/live/inbox', { headers: upgrade });
      socket.webSocket?.accept();
      const asked = [
        new Request(`${ORIGIN}/media/some/picture`, { headers: { cookie } }),
        new Request(`${ORIGIN}/api/trpc/channels.list`, { headers: { cookie, [BY_ITSELF]: '1' } }),
      ];
      return [socket.status, ...(await Promise.all(asked.map(async (request) => (await userOf(env, request))?.name)))];
    };
    vi.setSystemTime(begun + IDLE_MS - 5_000);
    expect(await byItself()).toEqual([101, 'Ben Okafor', 'Ben Okafor']);
    vi.setSystemTime(begun + IDLE_MS + 1_000);
    expect(await byItself()).toEqual([401, undefined, undefined]);
  });

  test('is over by the clock, whether or not the alarm has fired', async () => {
    const cookie = cookieOf(await signIn('ben@parley.test', DEMO_PASSWORD));
    vi.setSystemTime(Date.now() + IDLE_MS);
    expect(await visitor(cookie)).toBeNull();
  });
});

test('a session is over after a day, however much it is used', async () => {
  const cookie = cookieOf(await signIn('ben@parley.test', DEMO_PASSWORD));
  const begun = Date.now();
  for (let at = 0.9; at < 24; at += 0.9) {
    vi.setSystemTime(begun + at * HOUR_MS);
    expect(await visitor(cookie), `after ${at} h`).not.toBeNull();
  }
  vi.setSystemTime(begun + 24 * HOUR_MS + 1_000);
  expect(await visitor(cookie)).toBeNull();
});

test('nothing on disk opens a session: the token is not kept', async () => {
  const cookie = cookieOf(await signIn('ben@parley.test', DEMO_PASSWORD));
  const token = /session_token=([^.;]+)/.exec(cookie)?.[1] ?? 'none';
  const user = await visitor(cookie);
  const stored = await sessionOf(env, user?.sessionId ?? '').read();
  expect(stored).toContain('Ben Okafor');
  expect(stored).not.toContain(token);
  expect(user?.sessionId).not.toContain(token);
});
