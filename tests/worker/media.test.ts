import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { ProviderName } from '../../src/lib/domain/provider-rules';
import type { Role } from '../../src/lib/domain/role';
import { DEMO_PASSWORD, demoUsers, seedDemoUsers } from '../../src/lib/server/auth/demo-users';
import { keyOf, readUpload } from '../../src/lib/server/media';
import { LINK_MS, sharedUrl } from '../../workers/media/link';
import { conversationOf } from '../../workers/env';
import { storeInbound } from '../../workers/media/store';
import { anInbound } from '../fixtures/conversation';
import { aConversation, openShop } from './conversation-world';
import { call, cookieOf, ORIGIN, signIn } from './front-door';

const MB = 1024 * 1024;
const latin = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (char) => char.charCodeAt(0));
const PNG = latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR and some pixels');
const OGG = latin(`OggS\0\x02${'\0'.repeat(20)}\x01\x13OpusHead`);
const Uploaded = z.object({ uploadId: z.uuid(), kind: z.string(), mime: z.string(), fileName: z.string(), size: z.number() });
const Refused = z.object({ reason: z.string(), message: z.string().min(1) });

const cookies = new Map<Role, string>();
const cookie = () => cookies.get('agent') ?? '';
let shop = '';

/** A conversation on an app, which somebody has begun. */
async function conversationOn(provider: ProviderName): Promise<string> {
  const { target, stub } = await aConversation();
  await stub.receive({ ...target, provider }, [anInbound({ eventId: crypto.randomUUID() })]);
  return target.id;
}

beforeAll(async () => {
  await openShop();
  await seedDemoUsers(env, ORIGIN);
  for (const { email, role } of demoUsers) {
    if (!cookies.has(role)) cookies.set(role, cookieOf(await signIn(email, DEMO_PASSWORD)));
  }
  shop = await conversationOn('whatsapp');
});

const post = (id: string, body: BodyInit | null, headers: Record<string, string> = {}, name = 'a.png') =>
  call(`/media/${id}?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    body,
    headers: { origin: ORIGIN, cookie: cookie(), ...headers },
  });

/** As a browser uploads a file: with its length, and with the type that the system gives to the name. */
const upload = (id: string, bytes: Uint8Array<ArrayBuffer>, name?: string, type = 'application/octet-stream') =>
  post(id, bytes, { 'content-length': String(bytes.length), 'content-type': type }, name);

async function uploaded(id: string, bytes: Uint8Array<ArrayBuffer>, name?: string, type?: string) {
  const response = await upload(id, bytes, name, type);
  expect(response.status).toBe(200);
  return Uploaded.parse(await response.json());
}

async function refused(response: Response) {
  return { status: response.status, ...Refused.parse(await response.json()) };
}

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  call(path, { method, headers: { cookie: cookie(), ...headers } });

const filesOf = async (id: string) => (await env.MEDIA.list({ prefix: `${id}/` })).objects.map(({ key }) => key);

describe('an upload', () => {
  test('to somebody who is erased while it comes in is not kept', async () => {
    const id = await conversationOn('whatsapp');
    const rest = Promise.withResolvers<undefined>();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await rest.promise;
        controller.enqueue(PNG);
        controller.close();
      },
    });
    const length = { 'content-length': String(PNG.length), 'content-type': 'image/png' };
    const answer = post(id, body, length);
    const stub = conversationOf(env, id);
    await scheduler.wait(100);
    await stub.erase(Date.now());
    rest.resolve(undefined);
    expect((await answer).status).toBe(404);
    expect(await filesOf(id)).toEqual([]);
  });

  test('comes back byte for byte, and only to be saved', async () => {
    const answer = await uploaded(shop, PNG, 'Zoë’s plan.png', 'image/png');
    expect(answer).toEqual({
      uploadId: expect.any(String),
      kind: 'image',
      mime: 'image/png',
      fileName: 'Zoë’s plan.png',
      size: PNG.length,
    });
    const response = await get(`/media/${shop}/${answer.uploadId}`);
    expect(response.status).toBe(200);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(PNG);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(PNG.length),
      'content-disposition': `attachment; filename="Zo__s plan.png"; filename*=UTF-8''Zo%C3%AB%E2%80%99s%20plan.png`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'private, max-age=31536000, immutable',
      'accept-ranges': 'bytes',
      etag: expect.stringMatching(/^"[^"]+"$/),
    });
  });

  test('can be read for sending, in its own conversation only', async () => {
    const { uploadId } = await uploaded(shop, PNG, 'plan.png');
    const key = `${shop}/${uploadId}`;
    expect(await readUpload(env, shop, uploadId)).toEqual({
      kind: 'image',
      key,
      mime: 'image/png',
      fileName: 'plan.png',
      size: PNG.length,
    });
    expect(await readUpload(env, await conversationOn('whatsapp'), uploadId)).toBeNull();
    expect(await readUpload(env, shop, crypto.randomUUID())).toBeNull();
  });

  test('of more than a part is stored whole', async () => {
    const bytes = new Uint8Array(11 * MB + 7);
    bytes.set(latin('%PDF-1.7\n'));
    for (let at = 16; at < bytes.length; at += 4_099) bytes[at] = at % 251;
    const { uploadId, kind, size } = await uploaded(shop, bytes, 'big.pdf');
    expect([kind, size]).toEqual(['document', bytes.length]);
    const served = new Uint8Array(await (await get(`/media/${shop}/${uploadId}`)).arrayBuffer());
    expect(served.length).toBe(bytes.length);
    expect(await crypto.subtle.digest('SHA-256', served)).toEqual(await crypto.subtle.digest('SHA-256', bytes));
  });

  test('of an Office document is known by its name when the browser does not know the type', async () => {
    const zip = latin('PK\x03\x04\x14\0\x06\0[Content_Types].xml');
    expect(await uploaded(shop, zip, 'Offer.docx', '')).toMatchObject({
      kind: 'document',
      mime: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      fileName: 'Offer.docx',
    });
  });

  test.each<[ProviderName, number, string]>([
    ['whatsapp', 415, 'bad_type'],
    ['messenger', 200, 'audio'],
    ['telegram', 200, 'document'],
    ['webhook', 200, 'audio'],
  ])("of a browser's recording on %s is decided by its rules: %i %s", async (provider, status, outcome) => {
    const recording = latin('\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm\x18\x53\x80\x67A_OPUS');
    const response = await upload(await conversationOn(provider), recording, 'voice.webm', 'audio/webm;codecs=opus');
    const answer = z.union([Refused, Uploaded]).parse(await response.json());
    expect([response.status, 'reason' in answer ? answer.reason : answer.kind]).toEqual([status, outcome]);
  });

  test('that the app does not take is refused in its words, and nothing is kept', async () => {
    const id = await conversationOn('whatsapp');
    const gif = latin('GIF89a\x01\0\x01\0');
    expect(await refused(await upload(id, gif, 'a.gif', 'image/gif'))).toEqual({
      status: 415,
      reason: 'bad_type',
      message: 'WhatsApp does not take files of this type.',
    });
    const large = new Uint8Array(5 * MB + 1);
    large.set(PNG);
    expect(await refused(await upload(id, large, 'a.png', 'image/png'))).toEqual({
      status: 413,
      reason: 'too_large',
      message: 'WhatsApp takes at most 5 MB of this type.',
    });
    expect(await refused(await upload(id, new Uint8Array()))).toMatchObject({ status: 400, reason: 'empty' });
    expect(await filesOf(id)).toEqual([]);
  });

  test('over the largest limit is refused by its announced length, before a byte is read', async () => {
    let pulls = 0;
    const endless = new ReadableStream({ pull: (controller) => void (pulls++, controller.enqueue(PNG)) }, { highWaterMark: 0 });
    const response = await post(await conversationOn('messenger'), endless, { 'content-length': String(25 * MB + 1) });
    expect(await refused(response)).toEqual({ status: 413, reason: 'too_large', message: 'Messenger takes at most 25 MB.' });
    expect(pulls).toBe(0);
  });

  test.each([
    ['less', PNG.length + 1],
    ['more', PNG.length - 1],
  ])('of which %s comes than announced fails and leaves nothing', async (_, announced) => {
    const id = await conversationOn('whatsapp');
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(PNG);
        controller.close();
      },
    });
    expect(await refused(await post(id, stream, { 'content-length': String(announced) }))).toMatchObject({
      status: 400,
      reason: 'bad_length',
    });
    expect(await filesOf(id)).toEqual([]);
  });

  test('that breaks off fails and leaves nothing', async () => {
    const id = await conversationOn('whatsapp');
    for (const chunk of [PNG, latin('%PDF-1.7 '.repeat(700_000))]) {
      const stream = new ReadableStream({
        start: (controller) => controller.enqueue(chunk),
        pull: (controller) => controller.error(new Error('reset')),
      });
      const response = await post(id, stream, { 'content-length': String(9 * MB) });
      expect(await refused(response)).toMatchObject({ status: 503, reason: 'unavailable' });
    }
    expect(await filesOf(id)).toEqual([]);
  });

  test.each<[string, Record<string, string>, number, string]>([
    ['without a length', {}, 411, 'no_length'],
    ['with a length that is none', { 'content-length': '1e3' }, 411, 'no_length'],
    ['as a form', { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '10' }, 415, 'bad_type'],
    ['as an encoded form', { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '10' }, 415, 'bad_type'],
  ])('%s is refused', async (_, headers, status, reason) => {
    expect(await refused(await post(shop, PNG, headers))).toMatchObject({ status, reason });
  });

  test('from a foreign page is refused, whatever its type', async () => {
    for (const origin of ['https://evil.test', 'null']) {
      for (const type of ['text/plain', 'image/png', 'multipart/form-data; boundary=x']) {
        const headers = { origin, 'content-type': type, 'content-length': String(PNG.length) };
        expect((await post(shop, PNG, headers)).status).toBe(403);
      }
    }
  });

  test('into no conversation is refused', async () => {
    for (const id of ['f'.repeat(40), 'nonsense', '..%2f..', `${shop}/${crypto.randomUUID()}`]) {
      expect([404, 405]).toContain((await upload(id, PNG)).status);
    }
    expect(await filesOf('f'.repeat(40))).toEqual([]);
  });
});

describe('hostile files', () => {
  test.each([
    ['a drawing with a script', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'x.svg', 'image/svg+xml'],
    ['a page', '<!DOCTYPE html><script>alert(document.domain)</script>', 'x.html', 'text/html'],
    ['a page that calls itself a photo', '<html><body onload=alert(1)>', 'x.png', 'image/png'],
    ['a script', 'alert(1)', 'x.js', 'text/javascript'],
    ['markup', '<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>', 'x.xml', 'text/xml'],
    ['a photo with a page inside', '\x89PNG\r\n\x1a\n<html><script>alert(1)</script>', 'x.html', 'text/html'],
    ['a PDF that is also a page', '%PDF-1.7\n<script>alert(1)</script>', 'x.pdf.html', 'text/html'],
    ['a picture that is also a script', 'GIF89a=1;alert(1)//', 'x.js', 'text/javascript'],
  ])('%s is served as nothing that runs', async (_, content, name, type) => {
    const id = await conversationOn('telegram');
    const { uploadId, mime, fileName } = await uploaded(id, latin(content), name, type);
    expect(mime).toMatch(/^(image\/(png|gif)|application\/pdf|text\/plain)$/);
    expect(fileName).not.toMatch(/\.(html?|svg|js|xml)$/);
    const { headers } = await get(`/media/${id}/${uploadId}`);
    expect(headers.get('content-type')?.split(';')[0]).toBe(mime);
    expect(headers.get('content-disposition')).toMatch(/^attachment; /);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
  });

  test.each([
    ['../../../etc/passwd.png', 'passwd.png'],
    ['..\\..\\boot.png', 'boot.png'],
    ['a.png\r\nSet-Cookie: parley=1\r\n\r\n<html>', 'a.png Set-Cookie_ parley=1 _html_.png'],
    ['a"; filename="b.html', 'a_; filename=_b.html.png'],
    [`${'n'.repeat(300)}.png`, `${'n'.repeat(116)}.png`],
    ['invoice\u202egnp.exe', 'invoicegnp.exe.png'],
    ["x'(1)*%0d%0a.png", "x'(1)_%0d%0a.png"],
    ['🎉'.repeat(100), `${'🎉'.repeat(58)}.png`],
  ])('the name %j stays in its place', async (raw, fileName) => {
    const { uploadId, fileName: told } = await uploaded(shop, PNG, raw, 'image/png');
    const { headers } = await get(`/media/${shop}/${uploadId}`);
    const match = /^attachment; filename="([\x20-\x7e]*)"; filename\*=UTF-8''([A-Za-z0-9%~._-]+)$/.exec(
      headers.get('content-disposition') ?? '',
    );
    expect(match?.[1]).not.toMatch(/["\\%]/);
    expect([told, decodeURIComponent(match?.[2] ?? '')]).toEqual([fileName, fileName]);
    expect(headers.has('set-cookie')).toBe(false);
  });
});

describe('a file is served', () => {
  const bytes = latin(`${String.fromCharCode(...OGG)}${'0123456789'.repeat(10)}`);
  let path = '';
  beforeAll(async () => {
    path = `/media/${shop}/${(await uploaded(shop, bytes, 'voice.ogg')).uploadId}`;
  });

  test.each([
    ['bytes=0-9', 0, 10],
    ['bytes=20-', 20, 0],
    ['bytes=-5', -5, 0],
    ['bytes=100-99999', 100, 0],
    ['bytes=-99999', 0, 0],
    ['bytes=0-0', 0, 1],
  ])('in part: %s', async (range, from, to) => {
    const response = await get(path, { range });
    const expected = bytes.slice(from, to === 0 ? undefined : to);
    const start = from < 0 ? bytes.length + from : from;
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${start}-${start + expected.length - 1}/${bytes.length}`);
    expect(response.headers.get('content-length')).toBe(String(expected.length));
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(expected);
  });

  test.each([`bytes=${bytes.length}-`, 'bytes=-0', 'bytes=99999-100000'])('416 for %s', async (range) => {
    const response = await get(path, { range });
    expect([response.status, response.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
  });

  test.each(['bytes=5-2', 'bytes=-', 'bytes=a-b', 'lines=0-1', 'bytes=0-1,4-5', 'bytes=1'])(
    'whole for the odd range %s',
    async (range) => {
      const response = await get(path, { range });
      expect(response.status).toBe(200);
      expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
    },
  );

  test('not again to who has it', async () => {
    const etag = (await get(path)).headers.get('etag') ?? '';
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await get(path, { 'if-none-match': known });
      expect([response.status, await response.text()]).toEqual([304, '']);
    }
    expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200);
    expect((await get(path, { range: 'bytes=0-1', 'if-range': etag })).status).toBe(206);
    expect((await get(path, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
  });

  test('by its headers alone to HEAD', async () => {
    const response = await get(path, {}, 'HEAD');
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([
      200,
      String(bytes.length),
      '',
    ]);
  });

  test('not when there is none', async () => {
    for (const none of [crypto.randomUUID(), 'nonsense', '..%2f..', `${crypto.randomUUID()}/x`, '']) {
      for (const range of ['', 'bytes=0-1'])
        expect((await get(`/media/${shop}/${none}`, range === '' ? {} : { range })).status).toBe(404);
    }
    expect((await get(`/media/${shop}`)).status).toBe(404);
  });

  test.each(['member', 'creator', 'approver'] as const)('neither to nor from a %s', async (role) => {
    const headers = { cookie: cookies.get(role) ?? '' };
    expect((await get(path, headers)).status).toBe(403);
    const before = await filesOf(shop);
    expect((await post(shop, PNG, { ...headers, 'content-length': String(PNG.length) })).status).toBe(403);
    expect(await filesOf(shop)).toEqual(before);
  });

  test('neither to nor from somebody who is not signed in', async () => {
    for (const forged of ['', '__Secure-parley.session_token=abc.def']) {
      expect((await get(path, { cookie: forged })).status).toBe(401);
      expect((await post(shop, PNG, { cookie: forged, 'content-length': String(PNG.length) })).status).toBe(401);
    }
  });
});

describe('a shared link', () => {
  const link = async (now: number, id = shop) => {
    const { uploadId } = await uploaded(id, PNG, 'plan.png');
    return new URL(await sharedUrl(env, ORIGIN, keyOf(id, uploadId), now));
  };
  const open = (path: string, init?: RequestInit) => call(path, init);

  test('gives the file to who has it, without a sign-in, for seven days', async () => {
    const { origin, pathname } = await link(Date.now());
    expect(origin).toBe(ORIGIN);
    const response = await open(pathname);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(PNG);
    expect((await open(pathname, { headers: { range: 'bytes=0-3' } })).status).toBe(206);
    expect((await open((await link(Date.now() - LINK_MS + 60_000)).pathname)).status).toBe(200);
  });

  test('is over after that', async () => {
    expect((await open((await link(Date.now() - LINK_MS - 1)).pathname)).status).toBe(403);
  });

  test('cannot be made longer, led elsewhere, or guessed', async () => {
    const { pathname } = await link(Date.now());
    const other = (await link(Date.now())).pathname.split('/').at(-1);
    const [, , , token = '', conversation = '', id = ''] = pathname.split('/');
    const [expiry = '', signature = ''] = token.split('.');
    const forged = [
      [`${Number(expiry) + 1}.${signature}`, conversation, id],
      [`${expiry}.${signature}`, conversation, other],
      [`${expiry}.${signature}`, 'f'.repeat(40), id],
      [`${expiry}.${signature.slice(0, -1)}${signature.endsWith('0') ? '1' : '0'}`, conversation, id],
      [`${expiry}.${signature.toUpperCase()}`, conversation, id],
      [`0${expiry}.${signature}`, conversation, id],
      [`${expiry}.${'0'.repeat(64)}`, conversation, id],
      [`${expiry}.`, conversation, id],
      [expiry, conversation, id],
    ].map((parts) => `/media/shared/${parts.join('/')}`);
    for (const path of [...forged, `${pathname}/x`, '/media/shared/', '/media/shared/x'])
      expect([path, (await open(path)).status]).toEqual([path, 403]);
  });

  test('takes nothing', async () => {
    const { pathname } = await link(Date.now());
    expect((await open(pathname, { method: 'POST', body: 'x', headers: { origin: ORIGIN } })).status).toBe(403);
    expect((await open(pathname, { method: 'DELETE', headers: { origin: ORIGIN } })).status).toBe(403);
  });

  test('cannot be made without saying where we are', async () => {
    await expect(sharedUrl(env, '', keyOf(shop, crypto.randomUUID()), Date.now())).rejects.toThrow(TypeError);
  });
});

describe('an inbound attachment', () => {
  const conversation = () => ({ id: shop, provider: 'whatsapp' as const });
  let messages = 0;
  const aMessage = (media: { mime?: string; fileName?: string } = {}) => ({
    id: `${shop.slice(0, 12)}-${++messages}`,
    at: Date.UTC(2026, 10, 26),
    kind: 'voice' as const,
    media,
  });
  const fileIdOf = ({ id, at }: { id: string; at: number }) => `${id}-${at.toString(36)}`;
  const streamOf = (...chunks: (Uint8Array | Error)[]) =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = chunks.shift();
        if (chunk instanceof Error) controller.error(chunk);
        else if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
    });
  const found = (body: ReadableStream<Uint8Array>, size: number | null, mime: string | null = null) => ({
    status: 'found' as const,
    body,
    size,
    mime,
  });
  const halves = () => [OGG.slice(0, 3), OGG.slice(3)];

  test.each([OGG.length, null])('of announced length %s is stored by what its bytes say, and served', async (size) => {
    const message = aMessage({ mime: 'text/html', fileName: 'x.html' });
    expect(await storeInbound(env, conversation(), message, found(streamOf(...halves()), size))).toEqual({
      status: 'stored',
      key: keyOf(shop, fileIdOf(message)),
      mime: 'audio/ogg',
      size: OGG.length,
    });
    const response = await get(`/media/${shop}/${fileIdOf(message)}`);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(OGG);
    expect(response.headers.get('content-disposition')).toContain('filename="x.html.ogg"');
  });

  test('without a name is called what it is', async () => {
    const message = aMessage();
    await storeInbound(env, conversation(), message, found(streamOf(OGG), null));
    expect((await get(`/media/${shop}/${fileIdOf(message)}`)).headers.get('content-disposition')).toContain(
      'filename="voice.ogg"',
    );
  });

  test('of somebody who was erased and writes again is never one that browsers have kept', async () => {
    const first = aMessage();
    const again = { ...first, at: first.at + 1 };
    const stored = await Promise.all(
      [first, again].map((message) => storeInbound(env, conversation(), message, found(streamOf(OGG), null))),
    );
    expect(new Set(stored.map((result) => (result.status === 'stored' ? result.key : null))).size).toBe(2);
  });

  test('cannot be sent on as an upload', async () => {
    const message = aMessage();
    await storeInbound(env, conversation(), message, found(streamOf(OGG), null));
    expect(await readUpload(env, shop, fileIdOf(message))).toBeNull();
  });

  const large = () => Array.from({ length: 26 }, () => new Uint8Array(MB));
  test.each<[string, () => ReadableStream<Uint8Array>, number | null, 'retry' | 'gone']>([
    ['shorter than announced', () => streamOf(...halves()), OGG.length + 1, 'retry'],
    ['longer than announced', () => streamOf(...halves()), OGG.length - 1, 'gone'],
    ['of many parts and shorter than announced', () => streamOf(...large().slice(0, 12)), 12 * MB + 1, 'retry'],
    ['of many parts and longer than announced', () => streamOf(...large().slice(0, 12)), 12 * MB - 1, 'gone'],
    ['that breaks off at once', () => streamOf(new Error('reset')), null, 'retry'],
    ['that breaks off', () => streamOf(OGG, new Error('reset')), 9_999, 'retry'],
    ['of many parts that breaks off', () => streamOf(...large().slice(0, 12), new Error('reset')), null, 'retry'],
    ['that is announced too large', () => streamOf(OGG), 26 * MB, 'gone'],
    ['that becomes too large', () => streamOf(...large()), null, 'gone'],
    ['that is empty', () => streamOf(), null, 'gone'],
    ['that is announced and does not come', () => streamOf(), 9_999, 'retry'],
  ])('%s leaves nothing', async (_, body, size, status) => {
    const message = aMessage();
    const app = { id: shop, provider: 'webhook' as const };
    expect(await storeInbound(env, app, message, found(body(), size))).toEqual({
      status,
      reason: expect.stringMatching(/^The file .*\.$/),
    });
    expect(await env.MEDIA.head(keyOf(shop, fileIdOf(message)))).toBeNull();
  });

  test('of many parts is stored whole without an announced length', async () => {
    const message = aMessage();
    const answer = found(streamOf(...large().slice(0, 11), OGG), null);
    expect(await storeInbound(env, conversation(), message, answer)).toMatchObject({
      status: 'stored',
      size: 11 * MB + OGG.length,
    });
    const range = { range: `bytes=-${OGG.length}` };
    expect(new Uint8Array(await (await get(`/media/${shop}/${fileIdOf(message)}`, range)).arrayBuffer())).toEqual(OGG);
  });
});
