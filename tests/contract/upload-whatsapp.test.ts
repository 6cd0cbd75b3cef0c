import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AttachmentKind } from '../../src/lib/domain/provider-rules';
import type { Channel, OutboundMedia, OutboundMessage, SendDeps, SendResult } from '../../src/lib/domain/provider';
import { whatsapp } from '../../src/lib/providers/whatsapp/server';
import { formOf, jsonOf, startRoutedServer, type Answer, type RoutedServer } from './routed-server';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const channel: Channel = {
  id: 'shop',
  provider: 'whatsapp',
  name: 'Shop',
  accountId: '106540352242922',
  settings: {},
  secrets: { accessToken: 'token-1' },
};
const bytes = Uint8Array.from({ length: 1_000 }, (_, i) => i % 256);
const photo: OutboundMedia = {
  kind: 'image',
  mime: 'image/png',
  fileName: 'a "b"\r\n☂.png',
  size: bytes.length,
  read: () => Promise.resolve(new Blob([bytes])),
  url: () => Promise.reject(new Error('not asked for')),
};
const message: OutboundMessage = {
  id: '3f0e6f0e-9a57-4c0e-9a43-3c1b1d6d5a10',
  address: '16505551234',
  text: 'Look at this',
  replyTo: null,
  media: photo,
  template: null,
  lastActionAt: now,
};
const UPLOAD = 'POST /v24.0/106540352242922/media';
const SEND = 'POST /v24.0/106540352242922/messages';

let server: RoutedServer;
beforeAll(async () => void (server = await startRoutedServer()));
beforeEach(() => {
  server.calls.length = 0;
  server.routes.clear();
  server.routes.set(UPLOAD, { status: 200, body: { id: '4490709327384033' } });
  server.routes.set(SEND, { status: 200, body: { messages: [{ id: 'wamid.OUT1' }] } });
});
afterAll(() => server.close());

const deps = (signal = AbortSignal.timeout(5_000)): SendDeps => ({ fetch, apiBase: server.base, now, signal });
const send = (change: Partial<OutboundMessage> = {}, signal?: AbortSignal): Promise<SendResult> =>
  whatsapp.send({ ...message, ...change }, channel, deps(signal));
const error = (status: number, code: number): Answer => ({ status, body: { error: { code, message: 'told' } } });

describe('a file that goes out', () => {
  test('is uploaded byte by byte, then sent by its id with a caption', async () => {
    expect(await send({ replyTo: 'wamid.IN1' })).toEqual({ status: 'sent', providerMessageId: 'wamid.OUT1' });
    expect(server.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([UPLOAD, SEND]);
    const [uploaded, sent] = server.calls;
    expect(uploaded?.headers.get('authorization')).toBe('Bearer token-1');
    const form = await formOf(uploaded);
    expect(form.get('messaging_product')).toBe('whatsapp');
    expect(form.get('type')).toBe('image/png');
    const file = form.get('file');
    if (!(file instanceof File)) throw new Error('no file');
    expect(file.type).toBe('image/png');
    expect(file.name).toContain('☂.png');
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(bytes);
    expect(sent?.headers.get('authorization')).toBe('Bearer token-1');
    expect(jsonOf(sent)).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '16505551234',
      type: 'image',
      image: { id: '4490709327384033', caption: 'Look at this' },
      context: { message_id: 'wamid.IN1' },
      biz_opaque_callback_data: message.id,
    });
  });

  test.each<[AttachmentKind, string, object]>([
    ['image', 'x', { id: '4490709327384033', caption: 'x' }],
    ['image', ' ', { id: '4490709327384033' }],
    ['video', 'x', { id: '4490709327384033', caption: 'x' }],
    ['audio', 'x', { id: '4490709327384033' }],
    ['sticker', 'x', { id: '4490709327384033' }],
    ['document', 'x', { id: '4490709327384033', caption: 'x', filename: 'invoice.pdf' }],
    ['document', '', { id: '4490709327384033', filename: 'invoice.pdf' }],
  ])('as %s with the text %j is %j', async (kind, text, expected) => {
    await send({ text, media: { ...photo, kind, fileName: 'invoice.pdf' } });
    expect(jsonOf(server.calls[1])).toMatchObject({ type: kind, [kind]: expected });
    expect(jsonOf(server.calls[1])).toHaveProperty(kind, expected);
  });

  test('goes to a user who hides the number by the scoped id', async () => {
    await send({ address: 'US.13491208655302741918' });
    expect(jsonOf(server.calls[1])).toMatchObject({ recipient: 'US.13491208655302741918' });
    expect(jsonOf(server.calls[1])).not.toHaveProperty('to');
  });

  test('may have a caption of 1,024 characters and no more', async () => {
    expect(await send({ text: '👋'.repeat(1_024) })).toMatchObject({ status: 'sent' });
    server.calls.length = 0;
    const refusal = { status: 'failed', failure: { code: 'too_long', retryable: false } };
    expect(await send({ text: '👋'.repeat(1_025) })).toMatchObject(refusal);
    expect(server.calls).toEqual([]);
  });

  test('that is no longer here fails without a call', async () => {
    const lost = { ...photo, read: () => Promise.reject(new Error('gone')) };
    expect(await send({ media: lost })).toMatchObject({ status: 'failed', failure: { code: 'file_gone', retryable: false } });
    expect(server.calls).toEqual([]);
  });

  test('without a token is not even read', async () => {
    const read = vi.fn(photo.read);
    const result = await whatsapp.send({ ...message, media: { ...photo, read } }, { ...channel, secrets: {} }, deps());
    expect(result).toMatchObject({ status: 'failed', failure: { code: 'not_configured' } });
    expect(read).not.toHaveBeenCalled();
  });
});

describe('a failed upload shows nothing to the customer, so it is never in doubt', () => {
  test.each<[string, Answer, object]>([
    ['an overloaded service', { status: 503 }, { status: 'retry' }],
    ['a server error', { status: 500 }, { status: 'retry', code: 'http_500' }],
    ['an unknown error', error(500, 131000), { status: 'retry', code: '131000' }],
    ['a gateway’s time-out', { status: 504 }, { status: 'retry', code: 'http_504' }],
    ['a cut line', 'reset', { status: 'retry', code: 'upload_lost' }],
    ['an answer without an id', { status: 200, body: {} }, { status: 'retry' }],
    ['an unreadable answer', { status: 200, body: '<html>' }, { status: 'retry' }],
    ['a speed limit', error(400, 130429), { status: 'retry', code: '130429' }],
    ['a file that WhatsApp does not take', error(400, 131053), { status: 'failed', failure: { retryable: true } }],
    ['a bad parameter', error(400, 100), { status: 'failed', failure: { code: '100', retryable: false } }],
    ['a type that is not supported', error(400, 131051), { status: 'failed' }],
    ['a file too large', { status: 413 }, { status: 'failed', failure: { code: 'http_413' } }],
    ['a revoked token', error(401, 190), { status: 'stopped', code: '190' }],
    ['a refusal without a code', { status: 403 }, { status: 'stopped', code: 'http_403' }],
  ])('%s', async (_about, answer, expected) => {
    server.routes.set(UPLOAD, answer);
    expect(await send()).toMatchObject(expected);
    expect(server.calls).toHaveLength(1);
  });

  test('silence until the time is up', async () => {
    server.routes.set(UPLOAD, 'silence');
    expect(await send({}, AbortSignal.timeout(150))).toMatchObject({ status: 'retry' });
  });
});

describe('once it is uploaded, the send is as any other', () => {
  test.each<[string, Answer, object]>([
    ['a cut line is in doubt', 'reset', { status: 'unknown' }],
    ['a server error is in doubt', { status: 500 }, { status: 'unknown' }],
    ['a closed window is told', error(400, 131047), { status: 'failed', windowClosed: true }],
    ['a revoked token stops the channel', error(401, 190), { status: 'stopped' }],
  ])('%s', async (_about, answer, expected) => {
    server.routes.set(SEND, answer);
    expect(await send()).toMatchObject(expected);
    expect(server.calls).toHaveLength(2);
  });
});
