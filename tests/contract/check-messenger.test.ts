import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Channel, SendDeps } from '../../src/lib/domain/provider';
import { messenger } from '../../src/lib/providers/messenger/server';
import { startProviderServer, type ProviderServer, type Reply } from './provider-server';

const channel: Channel = {
  id: 'page',
  provider: 'messenger',
  name: 'Page',
  accountId: '1067280970047460',
  settings: {},
  secrets: { accessToken: 'token&1', appSecret: 's', verifyToken: 'v' },
};

let server: ProviderServer;
beforeAll(async () => void (server = await startProviderServer()));
beforeEach(() => void (server.received.length = 0));
afterAll(() => server.close());

const deps = (signal = AbortSignal.timeout(5_000)): SendDeps => ({ fetch, apiBase: server.base, now: 0, signal });
const errorAnswer = (status: number, code: number, subcode?: number): Reply => ({
  status,
  body: JSON.stringify({ error: { message: `(#${code}) told`, type: 'OAuthException', code, error_subcode: subcode } }),
});

const fields = [
  'messages', 'messaging_postbacks', 'messaging_referrals', 'message_deliveries', 'message_reads', 'message_reactions',
  'message_echoes', 'message_edits', 'standby',
]; // prettier-ignore
/** Both questions get the one reply; each reads its own part of it. */
const answers = (page: object, subscribed: string[] | null): Reply => ({
  status: 200,
  body: JSON.stringify({ ...page, data: subscribed === null ? [] : [{ id: '151', subscribed_fields: subscribed }] }),
});
const look = (reply: Reply, over = channel) => {
  server.reply = reply;
  return messenger.check(over, deps());
};
const page = { id: '1067280970047460', name: 'Page' };

test('asks for the page and its subscription, sends nothing, and finds all well', async () => {
  expect(await look(answers(page, fields))).toEqual([
    { name: 'App secret and verify token', ok: true, help: null },
    { name: 'Access token', ok: true, help: null },
    { name: 'Webhook subscription', ok: true, help: null },
  ]);
  expect(server.received.map(({ method, path: asked }) => `${method} ${asked}`).sort()).toEqual([
    'GET /v24.0/1067280970047460/subscribed_apps?access_token=token%261',
    'GET /v24.0/1067280970047460?fields=name&access_token=token%261',
  ]);
});

test.each<[string, Reply, RegExp | null, RegExp | null]>([
  ['a token of another page', answers({ id: '999' }, fields), /belongs to the page 999/, null],
  ['no subscription', answers(page, null), null, /Add the page/],
  ['a subscription that misses fields', answers(page, ['messages']), null, /messaging_postbacks, .*standby/],
  ['a token that has expired', errorAnswer(400, 190, 463), /Make a new one/, /Make a new one/],
  ['a missing permission', errorAnswer(403, 200), /pages_messaging/, /pages_messaging/],
  ['a page that is out of reach', errorAnswer(400, 100, 33), /page id/, /page id/],
  ['a limit', errorAnswer(400, 4), /Try again/, /Try again/],
  ['an unreadable yes', { status: 200, body: '<html>' }, /could not be read/, /could not be read/],
  ['a server error', { status: 502, body: '' }, /HTTP 502/, /HTTP 502/],
  ['a cut line', 'reset', /connection broke/, /connection broke/],
])('tells what to do about %s', async (_about, reply, token, subscription) => {
  const [, first, second] = await look(reply);
  for (const [found, help] of [
    [first, token],
    [second, subscription],
  ] as const) {
    expect(found?.ok).toBe(help === null);
    if (help) expect(found?.help).toMatch(help);
    expect(found?.help ?? '').not.toContain('token&1');
  }
});

test('asks nothing without a token, and says which settings are missing', async () => {
  const checks = await look({ status: 200 }, { ...channel, secrets: {} });
  expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
    ['App secret and verify token', false],
    ['Access token', false],
  ]);
  expect(server.received).toEqual([]);
  const [missing] = await look(answers(page, fields), { ...channel, secrets: { accessToken: 't', appSecret: 's' } });
  expect(missing).toMatchObject({ ok: false, help: expect.stringContaining('verify token') });
});

test('is over when its time is', async () => {
  server.reply = 'silence';
  const checks = await messenger.check(channel, deps(AbortSignal.timeout(150)));
  expect(checks.map(({ ok }) => ok)).toEqual([true, false, false]);
});
