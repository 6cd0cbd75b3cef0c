import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AttachmentKind } from '../../src/lib/domain/provider-rules';
import type { Channel, OutboundMedia, OutboundMessage, SendDeps, SendResult } from '../../src/lib/domain/provider';
import { webhook } from '../../src/lib/providers/webhook/server';
import { startProviderServer, type ProviderServer, type Reply } from './provider-server';

const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const key = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const channel: Channel = {
  id: 'app',
  provider: 'webhook',
  name: 'App',
  accountId: 'app',
  settings: {},
  secrets: { webhookSecret: `whsec_${key}` },
};
const message: OutboundMessage = {
  id: '3f0e6f0e-9a57-4c0e-9a43-3c1b1d6d5a10',
  address: 'user-7',
  text: 'Hello 👋',
  replyTo: null,
  media: null,
  template: null,
  lastActionAt: now,
};

const fileUrl = 'https://parley.example/media/1?until=2&signature=3';
const photo: OutboundMedia = {
  kind: 'image',
  mime: 'image/png',
  fileName: 'a "b" ☂.png',
  size: 3,
  read: () => Promise.resolve(new Blob(['png'])),
  url: () => Promise.resolve(fileUrl),
};

let server: ProviderServer;
beforeAll(async () => void (server = await startProviderServer()));
beforeEach(() => void (server.received.length = 0));
afterAll(() => server.close());

const deps = (signal = AbortSignal.timeout(5_000)): SendDeps => ({ fetch, apiBase: server.base, now, signal });

function send(reply: Reply, change: Partial<OutboundMessage> = {}, over: Channel = channel): Promise<SendResult> {
  server.reply = reply;
  return webhook.send({ ...message, ...change }, over, deps());
}

/** The receiving app's own check, written without the code under test. */
function signatureOf(secret: string, signed: string): string {
  return `v1,${createHmac('sha256', Buffer.from(secret, 'base64')).update(signed).digest('base64')}`;
}

describe('what goes out', () => {
  test('is the contract’s call, signed over id, time and the very body', async () => {
    expect(await send({ status: 200, body: '{"id":"out-1"}' })).toEqual({ status: 'sent', providerMessageId: 'out-1' });
    expect(server.received).toHaveLength(1);
    const [call] = server.received;
    expect(call).toMatchObject({ method: 'POST', path: '/messages' });
    expect(call?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': message.id,
      'webhook-timestamp': '1767323045',
      'webhook-signature': signatureOf(key, `${message.id}.1767323045.${call?.body}`),
    });
    expect(JSON.parse(call?.body ?? '')).toEqual({
      type: 'message.send',
      timestamp: '2026-01-02T03:04:05.678Z',
      data: { user: { id: 'user-7' }, message: { type: 'text', text: 'Hello 👋' }, idempotencyKey: message.id },
    });
  });

  test('quotes the message that it answers', async () => {
    await send({ status: 200, body: '{"id":"out-1"}' }, { replyTo: 'in-1' });
    expect(JSON.parse(server.received[0]?.body ?? '')).toMatchObject({ data: { message: { replyTo: 'in-1' } } });
  });

  test('carries a signature of each secret while one is being rotated', async () => {
    const other = Buffer.from('another secret of this very length').toString('base64');
    const rotating = { ...channel, secrets: { webhookSecret: `whsec_${other}, whsec_${key}` } };
    await send({ status: 200, body: '{"id":"out-1"}' }, {}, rotating);
    const [call] = server.received;
    const signed = `${message.id}.1767323045.${call?.body}`;
    expect(call?.headers['webhook-signature']).toBe(`${signatureOf(other, signed)} ${signatureOf(key, signed)}`);
  });

  test('carries a file as an address, its type and its name, with the text as its caption', async () => {
    await send({ status: 200, body: '{"id":"out-1"}' }, { media: photo, text: 'Your invoice' });
    expect(JSON.parse(server.received[0]?.body ?? '')).toMatchObject({
      data: {
        message: { type: 'image', text: 'Your invoice', media: { url: fileUrl, mime: 'image/png', fileName: 'a "b" ☂.png' } },
      },
    });
  });

  test.each<AttachmentKind>(['image', 'video', 'audio', 'document', 'sticker'])(
    'says that a file is of kind %s',
    async (kind) => {
      await send({ status: 200, body: '{"id":"out-1"}' }, { media: { ...photo, kind }, text: '' });
      const body: unknown = JSON.parse(server.received[0]?.body ?? '');
      expect(body).toMatchObject({ data: { message: { type: kind } } });
      expect(body).not.toHaveProperty('data.message.text');
    },
  );

  test('stays here when its file cannot be had', async () => {
    const lost = { ...photo, url: () => Promise.reject(new Error('gone')) };
    expect(await send({ status: 200 }, { media: lost })).toMatchObject({
      status: 'failed',
      failure: { code: 'file_gone', retryable: false },
    });
    expect(server.received).toEqual([]);
  });

  test.each([
    ['', '/messages'],
    ['/', '/messages'],
    ['/parley/in', '/parley/in/messages'],
    ['/parley/in//', '/parley/in/messages'],
    ['/in?app=7', '/in/messages?app=7'],
  ])('goes below the channel’s own address: %j → %s', async (path, expected) => {
    server.reply = { status: 200, body: '{"id":"out-1"}' };
    const own = { ...channel, settings: { sendUrl: `${server.base}${path}` } };
    const elsewhere = { ...deps(), apiBase: 'http://127.0.0.1:9' };
    expect(await webhook.send(message, own, elsewhere)).toMatchObject({ status: 'sent' });
    expect(server.received.map((call) => call.path)).toEqual([expected]);
  });

  test.each(['', 'not an address', 'ftp://files.example', 'javascript:alert(1)', 'file:///etc/passwd'])(
    'stays here when the only address is %j',
    async (apiBase) => {
      expect(await webhook.send(message, channel, { ...deps(), apiBase })).toMatchObject({
        status: 'failed',
        failure: { code: 'not_configured' },
      });
    },
  );

  test.each([{}, { webhookSecret: '' }, { webhookSecret: 'whsec_%%%' }])('stays here when the secret is %j', async (secrets) => {
    expect(await send({ status: 200 }, {}, { ...channel, secrets })).toMatchObject({
      status: 'failed',
      failure: { code: 'not_configured' },
    });
    expect(server.received).toEqual([]);
  });
});

describe('the answer', () => {
  test.each<[number, string, object]>([
    [200, '{"id":"out-1"}', { status: 'sent', providerMessageId: 'out-1' }],
    [201, '{"id":42}', { status: 'sent', providerMessageId: '42' }],
    [202, '{}', { status: 'sent', providerMessageId: null }],
    [204, '', { status: 'sent', providerMessageId: null }],
    [200, '<html>', { status: 'unknown' }],
    [301, '', { status: 'failed', failure: { code: 'http_301', retryable: false } }],
    [304, '', { status: 'failed' }],
    [400, '{"error":"no such user"}', { status: 'failed', failure: { reason: 'The app refused it (HTTP 400): no such user.' } }],
    [401, '', { status: 'stopped', code: 'http_401' }],
    [403, '', { status: 'stopped', code: 'http_403' }],
    [404, '', { status: 'failed', failure: { retryable: false } }],
    [408, '', { status: 'unknown' }],
    // "Gone" ends the subscription, by the specification.
    [410, '', { status: 'stopped', code: 'http_410' }],
    [413, '{"message":"Too big"}', { status: 'failed', failure: { code: 'http_413', retryable: false } }],
    [429, '', { status: 'retry', afterMs: null, code: 'http_429' }],
    [500, '', { status: 'unknown' }],
    [502, '', { status: 'unknown' }],
    [503, '', { status: 'retry', code: 'http_503' }],
    [504, '', { status: 'unknown' }],
  ])('HTTP %i %j → %j', async (status, body, expected) => {
    expect(await send({ status, body })).toMatchObject(expected);
    expect(server.received).toHaveLength(1);
  });

  test('may say when to come back', async () => {
    expect(await send({ status: 503, headers: { 'retry-after': '12' } })).toMatchObject({ status: 'retry', afterMs: 12_000 });
  });

  test.each<[string, Reply, object]>([
    ['that breaks off before it comes leaves the send in doubt', 'reset', { status: 'unknown' }],
    ['that breaks off half-way leaves the send in doubt', 'half', { status: 'unknown' }],
    ['that sends us elsewhere is not followed', { status: 302, headers: { location: '/elsewhere' } }, { status: 'failed' }],
  ])('%s', async (_about, reply, expected) => {
    expect(await send(reply)).toMatchObject(expected);
    expect(server.received).toHaveLength(1);
  });

  test('that never comes leaves the send in doubt', async () => {
    server.reply = 'silence';
    expect(await webhook.send(message, channel, deps(AbortSignal.timeout(150)))).toMatchObject({ status: 'unknown' });
  });
});
