import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Role } from '../../src/lib/domain/role';
import { userOf } from '../../src/lib/server/auth/auth';
import { DEMO_PASSWORD, seedDemoUsers } from '../../src/lib/server/auth/demo-users';
import { hashOf } from '../../src/lib/server/auth/hash';
import { isSetupToken, lookUp } from '../../src/lib/server/auth/links';
import { hashPassword } from '../../src/lib/server/auth/password';
import { database } from '../../src/lib/server/db/client';
import { INVITE_MS, usable } from '../../src/lib/server/db/invites';
import { accept, setUp } from '../../src/lib/server/db/joining';
import * as passkeys from '../../src/lib/server/db/passkeys';
import * as resets from '../../src/lib/server/db/password-resets';
import * as changes from '../../src/lib/server/db/user-changes';
import { mailerOf } from '../../src/lib/server/mail';
import { appRouter } from '../../src/lib/server/trpc/router';
import * as resetting from '../../src/routes/reset/[token]/+page.server';
import { accountOf, type Env } from '../../workers/env';
import { anInbound } from '../fixtures/conversation';
import { aConversation, openShop } from './conversation-world';
import { call, cookieOf, ORIGIN, signIn } from './front-door';

let passwordHash = '';
const idOf = async (email: string) =>
  String(await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first('id'));
const actions = async () =>
  (await env.DB.prepare('SELECT action FROM audit ORDER BY rowid').all<{ action: string }>()).results.map(({ action }) => action);
const tokenOf = (link: string) => link.split('/').at(-1) ?? '';
const newcomer = (name = 'Nia Fox') => ({ id: crypto.randomUUID(), name, passwordHash });

async function as(role: Role, email = `${role === 'agent' ? 'ana' : role}@parley.test`) {
  const user = { id: await idOf(email), name: 'Alex Moreau', email, role, sessionId: 's' };
  return appRouter.createCaller({ env, user, origin: ORIGIN });
}

test('before there is any user the set-up makes the first Admin, once, of two at once one', async () => {
  passwordHash = await hashPassword('long enough');
  const both = await Promise.all([
    setUp(env.DB, 'first@parley.test', newcomer('First'), 1),
    setUp(env.DB, 'second@parley.test', newcomer('Second'), 1),
  ]);
  expect(both.filter(Boolean)).toHaveLength(1);
  expect(await setUp(env.DB, 'third@parley.test', newcomer('Third'), 1)).toBe(false);
  const { results } = await env.DB.prepare('SELECT role FROM users').all();
  expect(results).toEqual([{ role: 'admin' }]);
  expect(await actions()).toEqual(['user.joined']);
});

test.each([
  ['none', undefined, '', false],
  ['a short one', 'short', 'short', false],
  ['another', 'a'.repeat(32), 'b'.repeat(32), false],
  ['the right one', 'a'.repeat(32), 'a'.repeat(32), true],
])('with %s as the set-up token', async (_, SETUP_TOKEN, given, expected) => {
  expect(await isSetupToken({ SETUP_TOKEN }, given)).toBe(expected);
});

describe('with people', () => {
  beforeAll(async () => {
    await openShop();
    await seedDemoUsers(env, ORIGIN);
    await env.DB.prepare(`UPDATE users SET disabled_at = 1 WHERE email IN ('first@parley.test', 'second@parley.test')`).run();
  });
  beforeEach(() => void vi.useRealTimers());

  test('an invite is used once, gives its role, and is recorded; its link is kept as a hash', async () => {
    const { users } = await as('admin');
    const { link } = await users.invite({ email: 'Nia@Parley.test', role: 'creator' });
    expect(link).toMatch(new RegExp(`^${ORIGIN}/invite/[\\w-]{43}$`));
    expect((await users.list()).invites).toMatchObject([{ email: 'nia@parley.test', role: 'creator' }]);
    const kept = JSON.stringify((await env.DB.prepare('SELECT * FROM invites').all()).results);
    expect(kept).not.toContain(tokenOf(link));
    await expect(users.invite({ email: 'nia@parley.test', role: 'agent' })).rejects.toMatchObject({ code: 'CONFLICT' });

    const hash = await hashOf(tokenOf(link));
    const both = await Promise.all([accept(env.DB, hash, newcomer(), 2), accept(env.DB, hash, newcomer(), 2)]);
    expect(both.toSorted()).toEqual(['gone', 'joined']);
    expect(await accept(env.DB, hash, newcomer(), 3)).toBe('gone');
    expect((await users.list()).invites).toEqual([]);
    expect((await users.list()).users).toContainEqual(expect.objectContaining({ email: 'nia@parley.test', role: 'creator' }));
    expect((await signIn('nia@parley.test', 'long enough')).status).toBe(200);
    expect((await actions()).filter((action) => action === 'user.joined')).toHaveLength(2);
    await expect(users.invite({ email: 'nia@parley.test', role: 'agent' })).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('a link that was taken back, replaced or has run out opens nothing', async () => {
    const { users } = await as('admin');
    const db = database(env.DB);
    const first = await users.invite({ email: 'kim@parley.test', role: 'agent' });
    const [invite] = (await users.list()).invites;
    const id = invite?.id ?? '';
    const second = await users.resendInvite({ id });
    const hashes = await Promise.all([first, second].map(({ link }) => hashOf(tokenOf(link))));
    expect(await accept(env.DB, hashes[0] ?? '', newcomer(), Date.now())).toBe('gone');
    expect(await usable(db, hashes[1] ?? '', Date.now() + INVITE_MS + 1_000)).toBeNull();
    expect(await accept(env.DB, hashes[1] ?? '', newcomer(), Date.now() + INVITE_MS + 1_000)).toBe('gone');
    await users.revokeInvite({ id });
    expect(await accept(env.DB, hashes[1] ?? '', newcomer(), Date.now())).toBe('gone');
    await expect(users.revokeInvite({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await actions()).filter((action) => action === 'user.invite_revoked')).toHaveLength(1);
    await users.invite({ email: 'kim@parley.test', role: 'agent' });
  });

  test('a new role takes effect at once: the next call is refused, the sockets close, the lock is free', async () => {
    const cookie = cookieOf(await signIn('ben@parley.test', DEMO_PASSWORD));
    const user = await userOf(env, new Request(`${ORIGIN}/`, { headers: { cookie } }));
    const { target, stub } = await aConversation();
    await stub.receive(target, [anInbound({ eventId: crypto.randomUUID() })]);
    await appRouter.createCaller({ env, user, origin: ORIGIN }).conversations.claim({ id: target.id });
    const sockets = await Promise.all(
      ['/live/inbox', `/live/conversations/${target.id}`].map(async (path) => {
        const { webSocket } = await call(path, { headers: { upgrade: 'websocket', origin: ORIGIN, cookie } });
        const closed = new Promise((resolve) => webSocket?.addEventListener('close', ({ code }) => resolve(code)));
        webSocket?.accept();
        return { closed };
      }),
    );
    const { users } = await as('admin');
    await users.setRole({ id: user?.id ?? '', role: 'member' });
    expect(await userOf(env, new Request(`${ORIGIN}/`, { headers: { cookie } }))).toBeNull();
    expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([1008, 1008]);
    await vi.waitFor(async () => expect(await stub.get()).toMatchObject({ value: { conversation: { lock: null } } }));
    const again = cookieOf(await signIn('ben@parley.test', DEMO_PASSWORD));
    expect((await call('/live/inbox', { headers: { upgrade: 'websocket', origin: ORIGIN, cookie: again } })).status).toBe(403);
    await users.setRole({ id: user?.id ?? '', role: 'agent' });
  });

  test('a disabled user is signed out and stays out, until they are enabled again', async () => {
    const cookie = cookieOf(await signIn('carl@parley.test', DEMO_PASSWORD));
    const id = await idOf('carl@parley.test');
    const { users } = await as('admin');
    await users.disable({ id });
    await users.disable({ id });
    expect(await userOf(env, new Request(`${ORIGIN}/`, { headers: { cookie } }))).toBeNull();
    expect((await signIn('carl@parley.test', DEMO_PASSWORD)).status).toBe(401);
    await users.enable({ id });
    expect((await signIn('carl@parley.test', DEMO_PASSWORD)).status).toBe(200);
    const all = await actions();
    expect(
      all.filter((action) => action === 'user.disabled'),
      'twice = once',
    ).toHaveLength(1);
    expect(all.filter((action) => action === 'user.enabled')).toHaveLength(1);
  });

  test('nobody locks themselves out, and the last Admin stays one, also when two are demoted at once', async () => {
    const [alex, vera] = [await idOf('admin@parley.test'), await idOf('vera@parley.test')];
    const { users } = await as('admin');
    await expect(users.disable({ id: alex })).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    await expect(users.setRole({ id: alex, role: 'agent' })).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    const byVera = { id: vera, name: 'Vera Novak', role: 'admin' as const };
    expect(await changes.setRole(env.DB, alex, 'agent', byVera, 5)).toBe('last_admin');
    expect(await changes.disable(env.DB, alex, byVera, 5)).toBe('last_admin');
    await users.setRole({ id: vera, role: 'admin' });
    const byAlex = { id: alex, name: 'Alex Moreau', role: 'admin' as const };
    const before = (await actions()).length;
    const both = await Promise.all([changes.setRole(env.DB, alex, 'agent', byVera, 6), changes.disable(env.DB, vera, byAlex, 6)]);
    expect(both.toSorted()).toEqual(['done', 'last_admin']);
    expect((await actions()).length - before, 'what did not happen is not recorded').toBe(1);
    const left = await env.DB.prepare(`SELECT count(*) n FROM users WHERE role = 'admin' AND disabled_at IS NULL`).first('n');
    expect(left).toBe(1);
    await env.DB.prepare(`UPDATE users SET role = 'admin', disabled_at = NULL WHERE id = ?`).bind(alex).run();
  });

  test('a password link works once, ends every sign-in, and the old password is over', async () => {
    const cookie = cookieOf(await signIn('mia@parley.test', DEMO_PASSWORD));
    const id = await idOf('mia@parley.test');
    const { users } = await as('admin');
    const first = await hashOf(tokenOf((await users.resetPassword({ id })).link));
    const second = await hashOf(tokenOf((await users.resetPassword({ id })).link));
    expect(await resets.use(env.DB, first, passwordHash, Date.now()), 'replaced').toBeNull();
    expect(await resets.use(env.DB, second, passwordHash, Date.now() + resets.RESET_MS), 'run out').toBeNull();
    expect((await signIn('mia@parley.test', DEMO_PASSWORD)).status, 'nothing has changed yet').toBe(200);
    const both = await Promise.all([1, 2].map(() => resets.use(env.DB, second, passwordHash, Date.now())));
    expect(both.filter((user) => user !== null)).toHaveLength(1);
    expect((await signIn('mia@parley.test', DEMO_PASSWORD)).status).toBe(401);
    expect((await signIn('mia@parley.test', 'long enough')).status).toBe(200);
    expect((await actions()).filter((action) => action === 'user.password_reset')).toHaveLength(1);
    await users.endSessions({ id });
    expect(await userOf(env, new Request(`${ORIGIN}/`, { headers: { cookie } }))).toBeNull();
  });

  test('one’s own password is changed with the old one only, and guessing that is slow', async () => {
    const cookie = cookieOf(await signIn('carl@parley.test', DEMO_PASSWORD));
    const user = await userOf(env, new Request(`${ORIGIN}/`, { headers: { cookie } }));
    const other = cookieOf(await signIn('carl@parley.test', DEMO_PASSWORD));
    const { account } = appRouter.createCaller({ env, user, origin: ORIGIN });
    await expect(account.changePassword({ current: 'wrong', next: 'another one' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    await expect(account.changePassword({ current: DEMO_PASSWORD, next: 'short' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    expect((await account.get()).sessions.length).toBeGreaterThanOrEqual(2);
    await account.changePassword({ current: DEMO_PASSWORD, next: 'another one' });
    expect(await userOf(env, new Request(`${ORIGIN}/`, { headers: { cookie: other } })), 'other sign-ins end').toBeNull();
    expect(await userOf(env, new Request(`${ORIGIN}/`, { headers: { cookie } })), 'this one goes on').not.toBeNull();
    vi.setSystemTime(Date.now());
    const codes = [];
    for (let n = 0; n < 6; n++) {
      const outcome = await account
        .changePassword({ current: `guess-${n}`, next: 'another two' })
        .catch((error: unknown) => error);
      codes.push(outcome instanceof Error && 'code' in outcome ? outcome.code : 'none');
    }
    expect(codes.at(-1)).toBe('TOO_MANY_REQUESTS');
  });
});

describe('whoever must not go on does not, also when the end of their sign-ins is lost after the change', () => {
  /** The real bindings, but that no account hears that its sign-ins are to end, until it is told to hear. */
  function deaf(): { over: Env; hear: () => void } {
    let isDeaf = true;
    const ACCOUNT = new Proxy(env.ACCOUNT, {
      get(namespace, key) {
        const own: unknown = Reflect.get(namespace, key);
        if (key !== 'get') return typeof own === 'function' ? own.bind(namespace) : own;
        return (id: DurableObjectId) =>
          new Proxy(namespace.get(id), {
            get(stub, method) {
              const call: unknown = Reflect.get(stub, method);
              if (typeof call !== 'function') return call;
              if (method !== 'end') return (...given: unknown[]): unknown => Reflect.apply(call, stub, given);
              return (...given: unknown[]): unknown =>
                isDeaf ? Promise.reject(new Error('the object was reset')) : Reflect.apply(call, stub, given);
            },
          });
      },
    });
    return { over: { ...env, ACCOUNT }, hear: () => void (isDeaf = false) };
  }
  let made = 0;
  /** Somebody new, who is signed in. */
  async function someone(role: Role = 'admin') {
    const email = `someone-${++made}@parley.test`;
    const id = crypto.randomUUID();
    const { users } = await as('admin');
    const { link } = await users.invite({ email, role });
    await accept(env.DB, await hashOf(tokenOf(link)), { id, name: 'Sam', passwordHash }, Date.now());
    const enter = async () => {
      const cookie = cookieOf(await signIn(email, 'long enough'));
      return { cookie, user: await userOf(env, new Request(`${ORIGIN}/`, { headers: { cookie } })) };
    };
    return { id, email, enter };
  }
  const isIn = async (cookie: string) => (await userOf(env, new Request(`${ORIGIN}/`, { headers: { cookie } }))) !== null;
  const callerIn = async (over: Env) =>
    appRouter.createCaller({
      env: over,
      user: {
        id: await idOf('admin@parley.test'),
        name: 'Alex Moreau',
        email: 'admin@parley.test',
        role: 'admin',
        sessionId: 's',
      },
      origin: ORIGIN,
    });

  test.each([
    ['setRole', (users, id) => users.setRole({ id, role: 'agent' })],
    ['disable', (users, id) => users.disable({ id })],
    ['resetSecondFactor', (users, id) => users.resetSecondFactor({ id })],
  ] satisfies [string, (users: Awaited<ReturnType<typeof callerIn>>['users'], id: string) => Promise<object>][])(
    '%s, said again, ends them; not said again, they end by themselves',
    async (_, change) => {
      for (const isRepeated of [true, false]) {
        const { id, enter } = await someone();
        const { cookie } = await enter();
        await passkeys.insert(env.DB, { id: `key-${id}`, name: 'Key', publicKey: '', counter: 0, transports: [] }, { id, name: 'Sam' }, 1); // prettier-ignore
        const { over, hear } = deaf();
        const { users } = await callerIn(over);
        await expect(change(users, id)).rejects.toThrow();
        expect(await isIn(cookie)).toBe(true);
        hear();
        if (isRepeated) await change(users, id);
        else expect(await runDurableObjectAlarm(accountOf(env, id))).toBe(true);
        expect(await isIn(cookie)).toBe(false);
        expect(await runDurableObjectAlarm(accountOf(env, id)), 'that is the end of it').toBe(false);
      }
    },
  );

  test('a new password by a link', async () => {
    const { id, enter } = await someone('agent');
    const { cookie } = await enter();
    const { users } = await as('admin');
    const token = tokenOf((await users.resetPassword({ id })).link);
    const request = new Request(`${ORIGIN}/reset/${token}`, { method: 'POST', body: new URLSearchParams({ password: 'another one' }) }); // prettier-ignore
    const action: unknown = Reflect.get(resetting.actions, 'default');
    if (typeof action !== 'function') throw new Error('there is no such action');
    await expect(action({ request, params: { token }, platform: { env: deaf().over } })).rejects.toThrow('reset');
    expect(await resets.usable(database(env.DB), await hashOf(token), Date.now()), 'the link is used up').toBeNull();
    await runDurableObjectAlarm(accountOf(env, id));
    expect(await isIn(cookie)).toBe(false);
  });

  test('a new password of their own, but for where they gave it', async () => {
    const { id, enter } = await someone('agent');
    const [mine, other] = [await enter(), await enter()];
    const { account } = appRouter.createCaller({ env: deaf().over, user: mine.user, origin: ORIGIN });
    await expect(account.changePassword({ current: 'long enough', next: 'another one' })).rejects.toThrow();
    await runDurableObjectAlarm(accountOf(env, id));
    expect([await isIn(mine.cookie), await isIn(other.cookie)]).toEqual([true, false]);
  });

  test('but who only should have lost their standing, and could not, goes on', async () => {
    const { users } = await as('admin', 'someone-1@parley.test');
    const alex = await idOf('admin@parley.test');
    const cookie = cookieOf(await signIn('admin@parley.test', DEMO_PASSWORD));
    await env.DB.prepare(`UPDATE users SET disabled_at = 1 WHERE role = 'admin' AND id <> ?`).bind(alex).run();
    await expect(users.setRole({ id: alex, role: 'agent' })).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    expect(await runDurableObjectAlarm(accountOf(env, alex))).toBe(false);
    expect(await isIn(cookie)).toBe(true);
  });
});

test('a passkey is its owner’s alone: nobody else renames it or takes it away, and a use is noted', async () => {
  const [ana, ben] = await Promise.all(['ana', 'ben'].map((name) => idOf(`${name}@parley.test`)));
  const [owner, other] = [ana, ben].map((id = '') => ({ id, name: id, role: 'agent' as const }));
  if (!owner || !other) throw new Error('nobody there');
  const db = database(env.DB);
  const key = { id: 'credential', publicKey: 'cose', counter: 0, transports: ['usb'], name: 'Blue key' };
  await passkeys.insert(env.DB, key, owner, 1);
  await expect(passkeys.insert(env.DB, key, other, 2)).rejects.toThrow();
  await passkeys.used(db, key.id, 7, 3);
  expect(await passkeys.find(db, key.id)).toMatchObject({ userId: owner.id, counter: 7 });
  expect(await passkeys.rename(db, key.id, other.id, 'Mine')).toBe(false);
  expect(await passkeys.rename(db, key.id, owner.id, 'Green key')).toBe(true);
  expect(await passkeys.list(db, owner.id)).toEqual([{ id: key.id, name: 'Green key', createdAt: 1, lastUsedAt: 3 }]);
  expect(await passkeys.remove(env.DB, key.id, other, 4)).toBe(false);
  expect(await passkeys.remove(env.DB, key.id, owner, 4)).toBe(true);
  expect(await passkeys.list(db, owner.id)).toEqual([]);
});

test('wrong links are slowed down by where they come from, right ones are not', async () => {
  vi.setSystemTime(Date.now());
  const request = new Request(`${ORIGIN}/invite/x`, { headers: { 'cf-connecting-ip': '203.0.113.9' } });
  for (let n = 0; n < 8; n++) expect(await lookUp(env, request, () => Promise.resolve('x'))).toEqual({ found: 'x', waitMs: 0 });
  const waits = [];
  for (let n = 0; n < 6; n++) waits.push((await lookUp(env, request, () => Promise.resolve(null))).waitMs > 0);
  expect(waits).toEqual([false, false, false, false, false, true]);
  vi.useRealTimers();
});

test('outside of the demo no address and no link gets into a log', async () => {
  const said = vi.spyOn(console, 'info').mockReturnValue();
  const mail = { kind: 'invite', to: 'nia@parley.test', about: 'invite-7', link: `${ORIGIN}/invite/secret` } as const;
  await mailerOf({ DEMO: 'off' })(mail);
  const deployed = JSON.stringify(said.mock.calls);
  expect(deployed).toContain('invite-7');
  expect(deployed).not.toMatch(/nia@|secret/);
  await mailerOf({ DEMO: 'on' })(mail);
  expect(JSON.stringify(said.mock.calls)).toContain('/invite/secret');
  said.mockRestore();
});
