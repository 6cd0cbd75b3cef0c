import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Channel, Check } from '../../src/lib/domain/provider';
import { webhook } from '../../src/lib/providers/webhook/server';
import { startRoutedServer, type Answer, type RoutedServer } from './routed-server';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const channel: Channel = {
  id: 'app',
  provider: 'webhook',
  name: 'App',
  accountId: 'app',
  settings: {},
  secrets: { webhookSecret: secret },
};

let server: RoutedServer;
beforeAll(async () => void (server = await startRoutedServer()));
beforeEach(() => {
  server.calls.length = 0;
  server.routes.clear();
});
afterAll(() => server.close());

const check = (change: Partial<Channel> = {}, signal = AbortSignal.timeout(5_000), apiBase = server.base): Promise<Check[]> =>
  webhook.check({ ...channel, ...change }, { fetch, apiBase, now: 0, signal });
const good = [
  { name: 'Signing secret', ok: true, help: null },
  { name: 'Address', ok: true, help: null },
];

test.each([200, 204, 302, 401, 404, 405, 500])(
  'an app that answers HEAD with %i is there, and has got no message',
  async (status) => {
    server.routes.set('HEAD /messages', { status });
    expect(await check()).toEqual(good);
    expect(server.calls.map(({ method, path }) => `${method} ${path}`)).toEqual(['HEAD /messages']);
  },
);

test('the channel’s own address is the one that is looked at', async () => {
  expect(await check({ settings: { sendUrl: `${server.base}/in/` } }, undefined, '')).toEqual(good);
  expect(server.calls.map(({ path }) => path)).toEqual(['/in/messages']);
});

test.each<[string, Answer, RegExp]>([
  ['cuts the line', 'reset', /cannot be reached/],
  ['does not answer in time', 'silence', /within 5 seconds/],
])('an app that %s is told', async (_about, answer, help) => {
  server.routes.set('HEAD /messages', answer);
  const [, address] = await check({}, AbortSignal.timeout(200));
  expect(address).toEqual({ name: 'Address', ok: false, help: expect.stringMatching(help) });
});

test.each(['', 'app.example', 'ftp://app.example'])('no call is made to the address %j', async (apiBase) => {
  const [, address] = await check({}, undefined, apiBase);
  expect(address).toMatchObject({ ok: false, help: expect.stringContaining('https://') });
  expect(server.calls).toEqual([]);
});

test.each<[string, string, boolean]>([
  ['of 24 bytes', `whsec_${btoa('x'.repeat(24))}`, true],
  ['of 64 bytes', `whsec_${btoa('x'.repeat(64))}`, true],
  ['and another that is being rotated in', `${secret}, whsec_${btoa('y'.repeat(32))}`, true],
  ['of 23 bytes', `whsec_${btoa('x'.repeat(23))}`, false],
  ['of 65 bytes', `whsec_${btoa('x'.repeat(65))}`, false],
  ['without its prefix', btoa('x'.repeat(24)), false],
  ['that is not base64', 'whsec_%%%', false],
  ['that is empty', '', false],
  ['and another that is none', `${secret}, whsec_short`, false],
])('a secret %s', async (_about, webhookSecret, ok) => {
  const [signing] = await check({ secrets: { webhookSecret } });
  expect(signing).toMatchObject({ name: 'Signing secret', ok });
  if (!ok) expect(signing?.help).toContain('whsec_');
});
