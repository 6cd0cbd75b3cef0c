import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Channel, Check, SendDeps } from '../../src/lib/domain/provider';
import { whatsapp } from '../../src/lib/providers/whatsapp/server';
import { startRoutedServer, type Answer, type RoutedServer } from './routed-server';

const channel: Channel = {
  id: 'shop',
  provider: 'whatsapp',
  name: 'Shop',
  accountId: '106540352242922',
  settings: { businessId: '102290129340398' },
  secrets: { accessToken: 'token-1', appSecret: 'secret', verifyToken: 'verify' },
};
const NUMBER = 'GET /v24.0/106540352242922';
const APPS = 'GET /v24.0/102290129340398/subscribed_apps';
const known = { display_phone_number: '+1 555-078-3881', verified_name: 'Shop', quality_rating: 'GREEN', id: '1' };

let server: RoutedServer;
beforeAll(async () => void (server = await startRoutedServer()));
beforeEach(() => {
  server.calls.length = 0;
  server.routes.clear();
  server.routes.set(NUMBER, { status: 200, body: known });
  server.routes.set(APPS, { status: 200, body: { data: [{ whatsapp_business_api_data: { id: '7', name: 'Parley' } }] } });
});
afterAll(() => server.close());

const check = (change: Partial<Channel> = {}, signal = AbortSignal.timeout(5_000)): Promise<Check[]> => {
  const deps: SendDeps = { fetch, apiBase: server.base, now: 0, signal };
  return whatsapp.check({ ...channel, ...change }, deps);
};
const failed = (checks: Check[]) => checks.filter(({ ok }) => !ok);
const error = (status: number, code: number): Answer => ({ status, body: { error: { code, message: 'told' } } });

test('a channel that is set up is good in every point, and shows which number it is', async () => {
  expect(await check()).toEqual([
    { name: 'Access token', ok: true, help: null },
    { name: 'Phone number +1 555-078-3881, Shop', ok: true, help: null },
    { name: 'Webhook subscription', ok: true, help: null },
    { name: 'App secret', ok: true, help: null },
    { name: 'Verify token', ok: true, help: null },
  ]);
  expect(server.calls.map(({ path }) => path).sort()).toEqual([
    '/v24.0/102290129340398/subscribed_apps',
    '/v24.0/106540352242922?fields=display_phone_number,verified_name,quality_rating',
  ]);
  expect(server.calls.every(({ headers }) => headers.get('authorization') === 'Bearer token-1')).toBe(true);
});

test.each<[string, Answer, string, RegExp]>([
  ['a revoked token', error(401, 190), 'Access token', /Make a new one/],
  ['a token without rights', error(403, 200), 'Access token', /whatsapp_business_messaging/],
  ['a number that is not known', error(400, 100), 'Phone number', /API set-up/],
  ['an answer that is no number', { status: 200, body: {} }, 'Phone number', /API set-up/],
  ['a service that is down', { status: 503 }, 'Phone number', /Try again/],
  ['a cut line', 'reset', 'Phone number', /Try again/],
  ['an unreadable answer', { status: 200, body: '<html>' }, 'Phone number', /Try again/],
  ['a number that many have reported', { status: 200, body: { ...known, quality_rating: 'RED' } }, 'Quality', /reported/],
])('%s is told with what to do', async (_about, answer, name, help) => {
  server.routes.set(NUMBER, answer);
  expect(failed(await check())).toEqual([{ name, ok: false, help: expect.stringMatching(help) }]);
});

test.each<[string, Answer, RegExp]>([
  ['nobody is subscribed', { status: 200, body: { data: [] } }, /subscribe yours/],
  ['the business account is not known', error(400, 100), /business account id/],
  ['the token may not look', error(403, 10), /whatsapp_business_management/],
  ['the service is down', { status: 500 }, /Try again/],
])('a subscription is not good when %s', async (_about, answer, help) => {
  server.routes.set(APPS, answer);
  expect(failed(await check())).toEqual([{ name: 'Webhook subscription', ok: false, help: expect.stringMatching(help) }]);
});

test('without a business account the subscription is not looked at', async () => {
  expect((await check({ settings: {} })).map(({ name }) => name)).not.toContain('Webhook subscription');
  expect(server.calls).toHaveLength(1);
});

test('what is missing here is told without asking anybody', async () => {
  expect(failed(await check({ secrets: {} })).map(({ name }) => name)).toEqual(['Access token', 'App secret', 'Verify token']);
  expect(server.calls).toEqual([]);
});

test('silence is told when the time is up', async () => {
  server.routes.set(NUMBER, 'silence');
  const checks = await check({}, AbortSignal.timeout(200));
  expect(failed(checks)).toEqual([{ name: 'Phone number', ok: false, help: expect.stringMatching(/in time.*Try again/) }]);
});
