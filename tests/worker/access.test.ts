import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import { Role } from '../../src/lib/domain/role';
import { DEMO_PASSWORD, demoUsers, seedDemoUsers } from '../../src/lib/server/auth/demo-users';
import { routePaths } from '../../workers/edge';
import { livePlaces } from '../../workers/live-places';
import { granted, routes, sockets, type Access } from '../fixtures/access';
import { openShop } from './conversation-world';
import { call, cookieOf, ORIGIN, signIn } from './front-door';

const everybody = [...Role.options, null] as const;
type Visitor = (typeof everybody)[number];
const cookies = new Map<Visitor, string>();
/** Of no conversation: what is refused must not even say whether there is one. */
const ID = 'f'.repeat(40);
const CAMPAIGN_ID = '00000000-0000-4000-8000-000000000000';

beforeAll(async () => {
  await openShop();
  Object.assign(env, { SIMULATOR: 'on' });
  await seedDemoUsers(env, ORIGIN);
  for (const { email, role } of demoUsers) cookies.set(role, cookieOf(await signIn(email, DEMO_PASSWORD)));
});

/** The status that this access has for this visitor when it is refused; null when it is not. */
function refusalOf(access: Access, visitor: Visitor): number | null {
  if (typeof access === 'object') return null;
  if (visitor === null) return 401;
  return access === 'signed in' || granted[access].includes(visitor) ? null : 403;
}
const cookieHeader = (visitor: Visitor): Record<string, string> => ({ cookie: cookies.get(visitor) ?? '' });
const rows = async () => {
  const counts = ['audit', 'users', 'channels', 'campaigns', 'conversations'].map((table) =>
    env.DB.prepare(`SELECT count(*) n FROM ${table}`).first('n'),
  );
  return [...(await Promise.all(counts)), (await env.MEDIA.list()).objects.length];
};

test('every socket and every route of the entry has its line in the table, and the table names no others', () => {
  expect(livePlaces.map(({ path }) => path).sort()).toEqual(Object.keys(sockets).sort());
  expect([...routePaths].sort()).toEqual(Object.keys(routes).sort());
});

describe.each(Object.entries(sockets))('the socket %s', (path, access) => {
  test.each(everybody)('for %s', async (visitor) => {
    const headers = { upgrade: 'websocket', origin: ORIGIN, ...cookieHeader(visitor) };
    const response = await call(path.replace('{id}', path.includes('campaigns') ? CAMPAIGN_ID : ID), { headers });
    expect(response.status).toBe(refusalOf(access, visitor) ?? 101);
    response.webSocket?.accept();
    response.webSocket?.close();
  });
});

const guarded = Object.entries(routes).filter(([, access]) => typeof access !== 'object');
describe.each(guarded)('the route %s', (path, access) => {
  test.each(everybody)('for %s', async (visitor) => {
    const before = await rows();
    for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
      const body = method === 'GET' ? null : '{}';
      const headers = { origin: ORIGIN, ...cookieHeader(visitor) };
      const { status } = await call(path.replace('*', ID), { method, body, headers });
      const refusal = refusalOf(access, visitor);
      if (refusal !== null) expect(status, method).toBe(refusal);
      else expect([401, 403], method).not.toContain(status);
    }
    expect(await rows(), 'nothing has happened').toEqual(before);
  });
});

test.each([
  ['/webhooks/shop-whatsapp', 'POST', 401],
  ['/media/shared/1.x/f/f', 'GET', 403],
  ['/demo/seed', 'POST', 404],
  ['/api/auth/get-session', 'GET', 404],
])('%s lets nobody in without what it asks for', async (path, method, status) => {
  for (const visitor of everybody) {
    const headers = { origin: ORIGIN, ...cookieHeader(visitor) };
    expect((await call(path, { method, headers, ...(method === 'POST' && { body: '{}' }) })).status).toBe(status);
  }
});
