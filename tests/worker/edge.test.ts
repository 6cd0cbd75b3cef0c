import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { beforeAll, describe, expect, test } from 'vitest';
import { Role } from '../../src/lib/domain/role';
import { authOf, userOf } from '../../src/lib/server/auth/auth';
import { DEMO_PASSWORD, demoUsers, seedDemoUsers } from '../../src/lib/server/auth/demo-users';
import { hashPassword, verifyPassword } from '../../src/lib/server/auth/password';
import { appRouter } from '../../src/lib/server/trpc/router';
import { handle } from '../../src/hooks.server';
import { edge } from '../../workers/edge';
import type { Env } from '../../workers/env';
import { anInbound } from '../fixtures/conversation';
import { aConversation, openShop } from './conversation-world';
import { auth, call, cookieOf, ORIGIN, signIn } from './front-door';

const cookies = new Map<Role, string>();
let conversationId = '';

beforeAll(async () => {
  await openShop();
  await seedDemoUsers(env, ORIGIN);
  for (const { email, role } of demoUsers) cookies.set(role, cookieOf(await signIn(email, DEMO_PASSWORD)));
  const { target, stub } = await aConversation();
  await stub.receive(target, [anInbound()]);
  conversationId = target.id;
});

describe('sign-in', () => {
  test("gives a session that lives in its object, ends on sign-out, and is nobody's afterwards", async () => {
    const cookie = cookieOf(await signIn('ana@parley.test', DEMO_PASSWORD));
    const request = () => new Request(`${ORIGIN}/`, { headers: { cookie } });
    expect(await userOf(env, request())).toMatchObject({ name: 'Ana Lima', role: 'agent' });
    expect((await auth('/sign-out', {}, cookie)).status).toBe(200);
    expect(await userOf(env, request())).toBeNull();
  });

  test('answers a wrong password and an unknown user alike', async () => {
    const [wrong, unknown] = await Promise.all([signIn('ana@parley.test', 'nope-nope'), signIn('who@parley.test', 'nope-nope')]);
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(await wrong.text()).toBe(await unknown.text());
  });

  test('cannot be made by signing up', async () => {
    const body = { email: 'eve@parley.test', password: 'long-enough-1', name: 'Eve', role: 'admin' };
    expect((await auth('/sign-up/email', body)).status).toBe(404);
    const { handler } = await authOf(env, ORIGIN);
    const headers = { 'content-type': 'application/json', origin: ORIGIN };
    const request = new Request(`${ORIGIN}/api/auth/sign-up/email`, { method: 'POST', body: JSON.stringify(body), headers });
    expect((await handler(request)).status, 'nor behind the list').toBe(400);
    expect((await signIn('eve@parley.test', 'long-enough-1')).status).toBe(401);
  });

  test('keeps passwords as scrypt 2^15/8/3 with a salt of their own', async () => {
    const [one, two] = await Promise.all([hashPassword('same'), hashPassword('same')]);
    expect(one).toMatch(/^scrypt\$32768\$8\$3\$[A-Za-z0-9+/]{22}==\$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword({ hash: one, password: 'same' })).toBe(true);
    expect(await verifyPassword({ hash: one, password: 'other' })).toBe(false);
    expect(await verifyPassword({ hash: 'plain', password: 'plain' })).toBe(false);
  });

  test("cookies are out of scripts' reach and travel over TLS only", async () => {
    const [cookie] = (await signIn('ben@parley.test', DEMO_PASSWORD)).headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-parley\.session_token=/);
    expect(cookie).toMatch(/Path=\/(;|$)/);
    expect(cookie).not.toMatch(/Domain=/i);
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    expect(cookie).toMatch(/Secure/i);
  });
});

describe('live sockets', () => {
  const upgrade = (path: string, headers: Record<string, string>) =>
    call(path, { headers: { upgrade: 'websocket', ...headers } });
  const paths = () => ['/live/inbox', `/live/conversations/${conversationId}`];

  test.each(Role.options)('%s is let in or kept out as the table says', async (role) => {
    const expected = role === 'admin' || role === 'agent' ? 101 : 403;
    for (const path of paths()) {
      const response = await upgrade(path, { origin: ORIGIN, cookie: cookies.get(role) ?? '' });
      expect(response.status, path).toBe(expected);
      response.webSocket?.accept();
      response.webSocket?.close();
    }
  });

  test.each([
    ['nobody', {}, 401],
    ['a forged cookie', { cookie: '__Host-parley.session_token=abc.def' }, 401],
  ])('%s is kept out', async (_, headers, status) => {
    for (const path of paths()) expect((await upgrade(path, { origin: ORIGIN, ...headers })).status).toBe(status);
  });

  test.each(['https://evil.test', 'null', 'https://parley.test.evil.test', 'http://parley.test', ''])(
    'an upgrade from the origin "%s" is refused before anything wakes',
    async (origin) => {
      const headers: Record<string, string> = { cookie: cookies.get('agent') ?? '' };
      if (origin !== '') headers.origin = origin;
      for (const path of paths()) expect((await upgrade(path, headers)).status).toBe(403);
    },
  );

  test("identity headers of the client's own are overwritten", async () => {
    const headers = { origin: ORIGIN, cookie: cookies.get('agent') ?? '', 'x-parley-agent-id': 'root', 'x-parley-role': 'admin' };
    const { webSocket } = await upgrade('/live/inbox', headers);
    const frames: string[] = [];
    webSocket?.addEventListener('message', ({ data }) => frames.push(String(data)));
    webSocket?.accept();
    await expect.poll(() => frames.join()).toContain('hello');
    expect(frames.join()).not.toContain('root');
    webSocket?.close();
  });

  test('no upgrade: 426; no such conversation: 404', async () => {
    expect((await call('/live/inbox', { headers: { cookie: cookies.get('agent') ?? '' } })).status).toBe(426);
    const headers = { origin: ORIGIN, cookie: cookies.get('agent') ?? '' };
    expect((await upgrade('/live/conversations/nonsense', headers)).status).toBe(404);
  });
});

describe('writes', () => {
  const post = (path: string, headers: Record<string, string>) => call(path, { method: 'POST', body: '{}', headers });

  test.each([
    ['a foreign origin', { origin: 'https://evil.test', 'content-type': 'application/json' }, 403],
    ['the origin null', { origin: 'null', 'content-type': 'application/json' }, 403],
    ['no origin', { 'content-type': 'application/json' }, 403],
    ['a form', { origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['a multipart form', { origin: ORIGIN, 'content-type': 'multipart/form-data; boundary=x' }, 415],
    ['plain text', { origin: ORIGIN, 'content-type': 'text/plain' }, 415],
    ['our own origin and JSON', { origin: ORIGIN, 'content-type': 'application/json' }, 200],
  ])('a mutation with %s: %i', async (_, headers, status) => {
    expect((await post('/api/trpc/conversations.claim', headers)).status).toBe(status);
  });

  test('a program without a cookie may sign in without an origin, one with a cookie may not', async () => {
    expect((await post('/api/auth/sign-in/email', {})).status).toBe(400);
    expect((await post('/api/auth/sign-in/email', { cookie: 'a=b' })).status).toBe(403);
  });

  test('the demo cannot be seeded through a public host', async () => {
    expect((await post('/demo/seed', { origin: ORIGIN })).status).toBe(404);
  });

  test('the simulator does not exist while it is off', async () => {
    for (const path of ['/simulator/api/phones', '/simulator/api/provider/messages']) {
      expect((await call(path, { headers: { cookie: cookies.get('admin') ?? '' } })).status).toBe(404);
    }
  });
});

describe('answers', () => {
  test('carry the headers that keep a page from being framed or sniffed', async () => {
    const { headers } = await call('/conversations');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    // Agents record voice messages; nothing else of the machine is ours.
    expect(headers.get('permissions-policy')).toBe('camera=(), microphone=(self), geolocation=()');
    expect(headers.get('strict-transport-security')).toContain('max-age=31536000');
  });

  test('are kept by no cache and on no disk, unless they say so themselves', async () => {
    for (const path of ['/conversations', '/api/trpc/conversations.list?input={}', '/api/auth/nothing'])
      expect((await call(path)).headers.get('cache-control'), path).toBe('no-store');
    const headers = { 'cache-control': 'public, max-age=3600' };
    const worker = edge({ fetch: () => new Response('the same for all', { headers }) });
    const response = await worker(new Request(`${ORIGIN}/api/openapi.json`), env, createExecutionContext());
    expect(response.headers.get('cache-control')).toBe('public, max-age=3600');
  });

  test('/healthz says that the database answers and which migration it is at', async () => {
    const response = await call('/healthz');
    expect(await response.json()).toEqual({ ok: true, schema: env.TEST_MIGRATIONS.length });
  });
});

describe('refusals over tRPC', () => {
  test('are a reason with its facts beside it, and nothing of the inside', async () => {
    const { target, stub } = await aConversation();
    await stub.receive(target, [anInbound({ eventId: 'wamid.wire' })]);
    await stub.claim({ id: 'ana', name: 'Ana Lima', role: 'agent' });
    const body = JSON.stringify({ id: target.id, messageId: crypto.randomUUID(), epoch: 1, seenSeq: 9, text: 'secret words' });
    const req = new Request(`${ORIGIN}/api/trpc/conversations.send`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    const user = { id: 'ben', name: 'Ben Okafor', email: 'ben@parley.test', role: 'agent' as const, sessionId: 's' };
    const response = await fetchRequestHandler({
      endpoint: '/api/trpc',
      req,
      router: appRouter,
      createContext: () => ({ env, user, origin: ORIGIN }),
    });
    const text = await response.text();
    expect(response.status).toBe(409);
    expect(JSON.parse(text).error.data).toEqual({
      code: 'CONFLICT',
      httpStatus: 409,
      path: 'conversations.send',
      reason: 'locked',
      lock: { agentId: 'ana', agentName: 'Ana Lima', since: expect.any(Number) },
    });
    expect(text).not.toContain('secret words');
  });

  const ana = { id: 'ana', name: 'Ana Lima', email: 'ana@parley.test', role: 'agent' as const, sessionId: 's' };
  const ben = { ...ana, id: 'ben', name: 'Ben Okafor' };

  test('carry the code that the reason stands for', async () => {
    const { target, stub } = await aConversation();
    await stub.receive(target, [anInbound({ eventId: 'wamid.trpc' })]);
    const as = (user: typeof ana) => appRouter.createCaller({ env, user, origin: ORIGIN }).conversations;
    const { id } = target;
    expect(await as(ana).claim({ id })).toEqual({ granted: true, epoch: 1 });
    expect(await as(ben).claim({ id })).toMatchObject({ granted: false, lock: { agentId: 'ana', agentName: 'Ana Lima' } });
    const message = { id, messageId: crypto.randomUUID(), epoch: 1, seenSeq: 9, text: 'Hi' };
    await expect(as(ben).send(message)).rejects.toMatchObject({ code: 'CONFLICT', cause: { rejection: { reason: 'locked' } } });
    await expect(as(ana).send({ ...message, epoch: 7 })).rejects.toMatchObject({
      cause: { rejection: { reason: 'stale_epoch' } },
    });
    await expect(as(ana).send({ ...message, text: '   ' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(as(ana).get({ id: 'f'.repeat(40) })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(as(ana).list({ tab: 'active', cursor: 'forged' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('while the objects of sessions do not answer', () => {
  /** The real bindings, but that a session's object fails at these calls. */
  const failing = (...calls: string[]): Env => {
    const SESSION = new Proxy(env.SESSION, {
      get(namespace, key) {
        const own: unknown = Reflect.get(namespace, key);
        if (key !== 'get') return typeof own === 'function' ? own.bind(namespace) : own;
        return (id: DurableObjectId) =>
          new Proxy(namespace.get(id), {
            get(stub, method) {
              const call: unknown = Reflect.get(stub, method);
              if (typeof call !== 'function') return call;
              const overloaded = Object.assign(new Error('Durable Object is overloaded.'), { overloaded: true });
              return (...given: unknown[]): unknown =>
                calls.includes(String(method)) ? Promise.reject(overloaded) : Reflect.apply(call, stub, given);
            },
          });
      },
    });
    return { ...env, SESSION };
  };
  /** The front door with SvelteKit's hook behind it, as it is served. */
  async function ask(over: Env, path: string, init: RequestInit = {}): Promise<Response> {
    const ctx = createExecutionContext();
    const app = edge({
      fetch: async (request) => {
        const event = {
          request,
          url: new URL(request.url),
          platform: { env: over, ctx },
          locals: {},
          cookies: { get: () => undefined },
        };
        return handle(Object({ event, resolve: () => new Response('the app') }));
      },
    });
    const cookie = cookies.get('agent') ?? '';
    const response = await app(new Request(ORIGIN + path, { ...init, headers: { cookie, origin: ORIGIN, ...init.headers } }), over, ctx); // prettier-ignore
    await waitOnExecutionContext(ctx);
    return response;
  }
  const upgrade = { headers: { upgrade: 'websocket' } };
  const json = { 'content-type': 'application/json' };

  test.each<[string, RequestInit]>([
    ['/conversations', { headers: { accept: 'text/html' } }],
    ['/conversations/__data.json', {}],
    ['/live/inbox', upgrade],
    ['/media/x/y', {}],
    ['/simulator/api/phones', {}],
    ['/api/trpc/conversations.list', {}],
    ['/api/trpc/conversations.claim', { method: 'POST', body: '{}', headers: json }],
    ['/api/auth/two-factor/verify-totp', { method: 'POST', body: '{"code":"000000"}', headers: json }],
    ['/api/auth/two-factor/enable', { method: 'POST', body: '{"password":"x"}', headers: json }],
  ])('%s is 503, says when to come again, and is neither anonymous nor an error', async (path, init) => {
    const response = await ask({ ...failing('read'), SIMULATOR: 'on' }, path, init);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await response.text()).toContain('Try again shortly.');
    expect(response.headers.getSetCookie()).toEqual([]);
    expect((await ask({ ...env, SIMULATOR: 'on' }, path, init)).status).not.toBe(503);
  });

  test('a procedure says so in the way of procedures, alone and in a batch', async () => {
    const facts = { code: 'SERVICE_UNAVAILABLE', httpStatus: 503, reason: 'unavailable', retryAfterMs: 2_000 };
    const one = await (await ask(failing('read'), '/api/trpc/conversations.list')).json();
    expect(one).toMatchObject({ error: { data: facts } });
    const both = await (await ask(failing('read'), '/api/trpc/conversations.list,conversations.counts?batch=1&input={}')).json();
    expect(both).toMatchObject([{ error: { data: facts } }, { error: { data: facts } }]);
  });

  test('a socket that a session cannot note is 503 too', async () => {
    const response = await ask(failing('enter'), '/live/inbox', upgrade);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
  });
});
