import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Channel, OutboundMessage, SendDeps, SendResult } from '../../src/lib/domain/provider';
import { whatsapp } from '../../src/lib/providers/whatsapp/server';
import { startProviderServer, type ProviderServer, type Reply } from './provider-server';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const channel: Channel = {
  id: 'shop',
  provider: 'whatsapp',
  name: 'Shop',
  accountId: '106540352242922',
  settings: {},
  secrets: { accessToken: 'token-1' },
};
const message: OutboundMessage = {
  id: '3f0e6f0e-9a57-4c0e-9a43-3c1b1d6d5a10',
  address: '16505551234',
  text: 'Héllo 👋 "quoted"\nline',
  replyTo: null,
  media: null,
  template: null,
  lastActionAt: now,
};
const taken = JSON.stringify({
  messaging_product: 'whatsapp',
  contacts: [{ input: '16505551234', wa_id: '16505551234' }],
  messages: [{ id: 'wamid.OUT1' }],
});

let server: ProviderServer;
beforeAll(async () => void (server = await startProviderServer()));
beforeEach(() => {
  server.received.length = 0;
  server.reply = { status: 200, body: taken };
});
afterAll(() => server.close());

const deps = (signal = AbortSignal.timeout(5_000)): SendDeps => ({ fetch, apiBase: server.base, now, signal });

function send(reply: Reply, change: Partial<OutboundMessage> = {}): Promise<SendResult> {
  server.reply = reply;
  return whatsapp.send({ ...message, ...change }, channel, deps());
}
const errorAnswer = (status: number, code: number): Reply => ({
  status,
  body: JSON.stringify({ error: { message: `(#${code}) told`, type: 'OAuthException', code, fbtrace_id: 'A1' } }),
});

describe('what goes out', () => {
  test('is the documented call, with our id as callback data', async () => {
    expect(await send({ status: 200, body: taken })).toEqual({ status: 'sent', providerMessageId: 'wamid.OUT1' });
    expect(server.received).toHaveLength(1);
    const [call] = server.received;
    expect(call).toMatchObject({ method: 'POST', path: '/v24.0/106540352242922/messages' });
    expect(call?.headers).toMatchObject({ authorization: 'Bearer token-1', 'content-type': 'application/json' });
    expect(JSON.parse(call?.body ?? '')).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '16505551234',
      type: 'text',
      text: { body: 'Héllo 👋 "quoted"\nline', preview_url: false },
      biz_opaque_callback_data: '3f0e6f0e-9a57-4c0e-9a43-3c1b1d6d5a10',
    });
  });

  test('quotes the message that it answers', async () => {
    await send({ status: 200, body: taken }, { replyTo: 'wamid.IN1' });
    expect(JSON.parse(server.received[0]?.body ?? '')).toMatchObject({ context: { message_id: 'wamid.IN1' } });
  });

  test('names a user who hides the number by the scoped id, and by nothing else', async () => {
    await send({ status: 200, body: taken }, { address: 'US.13491208655302741918' });
    const body: unknown = JSON.parse(server.received[0]?.body ?? '');
    expect(body).toMatchObject({ recipient: 'US.13491208655302741918' });
    expect(body).not.toHaveProperty('to');
  });

  test('goes to the same path when the base ends in a slash', async () => {
    await whatsapp.send(message, channel, { ...deps(), apiBase: `${server.base}/` });
    expect(server.received[0]?.path).toBe('/v24.0/106540352242922/messages');
  });

  test.each([
    ['4,096 characters', 'x'.repeat(4_096)],
    ['4,096 emoji', '👋'.repeat(4_096)],
  ])('may have %s', async (_about, text) => {
    expect(await send({ status: 200, body: taken }, { text })).toMatchObject({ status: 'sent' });
  });

  test.each([
    ['too long', { text: 'x'.repeat(4_097) }, 'too_long'],
    ['empty', { text: ' \n' }, 'empty'],
  ])('is refused here when it is %s, with a reason and no call', async (_about, change, code) => {
    const result = await send({ status: 200, body: taken }, change);
    expect(result).toMatchObject({ status: 'failed', failure: { code, retryable: false } });
    expect(server.received).toEqual([]);
  });

  test('is refused without a call when the channel has no token, or no address to call', async () => {
    const unset = { status: 'failed', failure: { code: 'not_configured', retryable: true } };
    expect(await whatsapp.send(message, { ...channel, secrets: {} }, deps())).toMatchObject(unset);
    expect(await whatsapp.send(message, channel, { ...deps(), apiBase: '' })).toMatchObject(unset);
    expect(server.received).toEqual([]);
  });
});

describe('an error answer', () => {
  test.each<[number, number, object]>([
    ...[131047].map((code): [number, number, object] => [
      code,
      400,
      { status: 'failed', windowClosed: true, failure: { code: '131047', retryable: false } },
    ]),
    ...[131026, 131051, 131049, 131050, 130472, 131064, 131062, 131008, 131009, 131021, 100].map(
      (code): [number, number, object] => [code, 400, { status: 'failed', failure: { code: String(code), retryable: false } }],
    ),
    ...[132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016].map((code): [number, number, object] => [
      code,
      400,
      { status: 'failed', failure: { code: String(code), retryable: false } },
    ]),
    ...[131052, 131053, 131048].map((code): [number, number, object] => [
      code,
      400,
      { status: 'failed', failure: { code: String(code), retryable: true } },
    ]),
    ...[0, 190, 3, 10, 200, 250, 299, 131005, 131031, 131042, 368].map((code): [number, number, object] => [
      code,
      401,
      { status: 'stopped', code: String(code) },
    ]),
    ...[130429, 80007, 4].map((code): [number, number, object] => [
      code,
      429,
      { status: 'retry', afterMs: null, code: String(code) },
    ]),
    [131056, 400, { status: 'retry', afterMs: 6_000, code: '131056' }],
    [131016, 500, { status: 'retry', code: '131016' }],
    // A code says more than the HTTP status: this one is not about the token.
    [131047, 401, { status: 'failed', windowClosed: true }],
    [190, 500, { status: 'stopped', code: '190' }],
    [10, 200, { status: 'stopped', code: '10' }],
    [2, 503, { status: 'retry', code: '2' }],
    [131000, 400, { status: 'retry', code: '131000' }],
    [131000, 503, { status: 'retry', code: '131000' }],
    // "Unknown error" in a server error says nothing about what became of the message.
    [131000, 500, { status: 'unknown' }],
    [1, 500, { status: 'unknown' }],
    [
      999999,
      400,
      { status: 'failed', failure: { code: '999999', reason: 'WhatsApp refused it (error 999999): (#999999) told.' } },
    ],
    [999999, 500, { status: 'unknown' }],
  ])('with code %i (HTTP %i) → %j', async (code, http, expected) => {
    const result = await send(errorAnswer(http, code));
    expect(result).toMatchObject(expected);
    expect(server.received).toHaveLength(1);
    if (result.status === 'failed') expect(result.failure.reason.length).toBeGreaterThan(20);
    if (result.status === 'stopped') expect(result.reason).toMatch(/Admin/);
  });

  test.each<[number, object]>([
    [302, { status: 'failed' }],
    [400, { status: 'failed', failure: { code: 'http_400', retryable: false } }],
    [401, { status: 'stopped', code: 'http_401' }],
    [403, { status: 'stopped', code: 'http_403' }],
    [404, { status: 'failed' }],
    [408, { status: 'unknown' }],
    [429, { status: 'retry', code: 'http_429' }],
    [500, { status: 'unknown' }],
    [502, { status: 'unknown' }],
    [503, { status: 'retry', code: 'http_503' }],
    [504, { status: 'unknown' }],
  ])('without a readable code, HTTP %i → %j', async (status, expected) => {
    for (const body of ['', '<html>busy</html>', '{"error":"no"}']) expect(await send({ status, body })).toMatchObject(expected);
  });

  test.each([
    ['7', 7_000],
    ['0', 0],
    [new Date(now + 42_000).toUTCString(), 42_000],
    [new Date(now - 42_000).toUTCString(), 0],
    ['99999999', 3_600_000],
    ['soon', null],
  ])('with Retry-After %j is tried again after %j ms', async (header, afterMs) => {
    expect(await send({ status: 429, headers: { 'retry-after': header } })).toMatchObject({ status: 'retry', afterMs });
  });

  test('with Retry-After and a code waits as long as the header says', async () => {
    const reply = { status: 429, headers: { 'retry-after': '30' }, body: JSON.stringify({ error: { code: 131056 } }) };
    expect(await send(reply)).toMatchObject({ status: 'retry', afterMs: 30_000 });
  });

  test('is not followed elsewhere', async () => {
    await send({ status: 307, headers: { location: `${server.base}/elsewhere` } });
    expect(server.received.map((call) => call.path)).toEqual(['/v24.0/106540352242922/messages']);
  });
});

describe('an answer that says too little', () => {
  test.each<[string, Reply, object]>([
    ['taken without an id is sent', { status: 200, body: '{"messages":[]}' }, { status: 'sent', providerMessageId: null }],
    ['an unreadable yes is in doubt', { status: 200, body: '<html>' }, { status: 'unknown' }],
    ['an empty yes is in doubt', { status: 200, body: '' }, { status: 'unknown' }],
    ['half a yes is in doubt', 'half', { status: 'unknown' }],
    ['a huge yes is in doubt', { status: 200, body: Buffer.alloc(100_000, ' ') }, { status: 'unknown' }],
    ['an error under HTTP 200 is an error', errorAnswer(200, 131026), { status: 'failed' }],
    ['a line cut after the request is in doubt', 'reset', { status: 'unknown' }],
  ])('%s', async (_about, reply, expected) => {
    expect(await send(reply)).toMatchObject(expected);
    expect(server.received).toHaveLength(1);
  });

  test('silence until the time is up is in doubt', async () => {
    server.reply = 'silence';
    expect(await whatsapp.send(message, channel, deps(AbortSignal.timeout(150)))).toMatchObject({ status: 'unknown' });
    expect(server.received).toHaveLength(1);
  });

  test('a send whose time is up before it began is tried again, because nothing went out', async () => {
    expect(await whatsapp.send(message, channel, deps(AbortSignal.abort()))).toMatchObject({ status: 'retry' });
    expect(server.received).toEqual([]);
  });

  test('a refused connection is in doubt, because the runtime reports it like a reset', async () => {
    const gone = await startProviderServer();
    await gone.close();
    expect(await whatsapp.send(message, channel, { ...deps(), apiBase: gone.base })).toMatchObject({ status: 'unknown' });
  });
});
