import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { MAX_FETCHES } from '../../src/lib/domain/media';
import { ana, anInbound } from '../fixtures/conversation';
import { accepted, aConversation, onDisk, openShop } from './conversation-world';

const PNG = Uint8Array.from(
  atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
  (c) => c.charCodeAt(0),
);
const HOST = 'https://provider.test';

beforeAll(openShop);
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** WhatsApp's servers: the address of a file by its id, and the file. */
function mediaServer(file: () => Response): { urls: string[]; bodies: unknown[] } {
  const seen = { urls: new Array<string>(), bodies: new Array<unknown>() };
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    seen.urls.push(`${request.method} ${url.origin}${url.pathname}`);
    if (url.pathname === '/v24.0/media-1') {
      return Response.json({ url: `${HOST}/files/1`, mime_type: 'image/jpeg', file_size: PNG.length, id: 'media-1' });
    }
    if (url.pathname.endsWith('/media')) return Response.json({ id: 'uploaded-1' });
    if (url.pathname.endsWith('/messages')) {
      seen.bodies.push(await request.json());
      return accepted('wamid.out');
    }
    return file();
  });
  return seen;
}

const photo = (eventId: string) =>
  anInbound({ eventId, kind: 'image', text: '', media: { providerMediaId: 'media-1', mime: 'image/jpeg' } });
const mediaOf = async (stub: Awaited<ReturnType<typeof aConversation>>['stub']) =>
  (await onDisk(stub)).messages.find(({ kind }) => kind === 'image')?.media;

describe('an attachment of the end user', () => {
  test('is read at once, stored under its conversation, and typed by its bytes', async () => {
    const server = mediaServer(() => new Response(PNG, { headers: { 'content-length': String(PNG.length) } }));
    const { target, stub } = await aConversation();
    await stub.receive(target, [photo('wamid.p1')]);
    await expect.poll(() => mediaOf(stub)).toMatchObject({ state: 'stored', mime: 'image/png', size: PNG.length });
    const key = (await mediaOf(stub))?.key ?? '';
    expect(key.startsWith(`${target.id}/`)).toBe(true);
    expect(new Uint8Array((await (await env.MEDIA.get(key))?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(PNG);
    expect(server.urls).toEqual([`GET ${HOST}/v24.0/media-1`, `GET ${HOST}/files/1`]);
    expect((await onDisk(stub)).outbox).toEqual([]);
  });

  test('that cannot be read now is tried again by the object itself', async () => {
    let broken = true;
    mediaServer(() => (broken ? new Response('no', { status: 503 }) : new Response(PNG)));
    const { target, stub } = await aConversation();
    await stub.receive(target, [photo('wamid.p2')]);
    await expect.poll(() => mediaOf(stub)).toMatchObject({ state: 'waiting', reason: expect.any(String) });
    broken = false;
    vi.setSystemTime(Date.now() + 60_000);
    await expect
      .poll(async () => {
        await runDurableObjectAlarm(stub);
        return mediaOf(stub);
      })
      .toMatchObject({ state: 'stored' });
  });

  test('that cannot be read does not keep the next one', async () => {
    let isFirst = true;
    mediaServer(() => {
      const answer = isFirst ? new Response('no', { status: 503 }) : new Response(PNG);
      isFirst = false;
      return answer;
    });
    const { target, stub } = await aConversation();
    await stub.receive(target, [photo('wamid.p8'), photo('wamid.p9')]);
    const states = async () => (await onDisk(stub)).messages.map(({ media }) => media?.state);
    await expect.poll(states).toEqual(['waiting', 'stored']);
  });

  test('that is gone says so, and is asked for again when an agent wants it', async () => {
    let gone = true;
    mediaServer(() => (gone ? new Response('no', { status: 404 }) : new Response(PNG)));
    const { target, stub } = await aConversation();
    await stub.receive(target, [photo('wamid.p3')]);
    await expect.poll(() => mediaOf(stub)).toMatchObject({ state: 'failed', reason: expect.any(String) });
    gone = false;
    const { messages } = await onDisk(stub);
    const id = messages.find(({ kind }) => kind === 'image')?.id ?? '';
    expect((await stub.fetchMedia(ana, id)).ok).toBe(true);
    await expect.poll(() => mediaOf(stub)).toMatchObject({ state: 'stored' });
  });

  test('never holds up an answer', async () => {
    const server = mediaServer(() => new Response('no', { status: 503 }));
    const { target, stub } = await aConversation();
    await stub.receive(target, [photo('wamid.p4')]);
    const claim = await stub.claim(ana);
    if (!claim.ok || !claim.value.granted) throw new Error('not granted');
    const { epoch } = claim.value;
    await stub.send(ana, { messageId: crypto.randomUUID(), epoch, seenSeq: 99, text: 'Nice', force: false });
    await expect.poll(() => server.bodies).toHaveLength(1);
    expect(MAX_FETCHES).toBeGreaterThan(1);
  });
});

test('a file of an agent is uploaded to the provider and sent by its id, with its caption', async () => {
  const server = mediaServer(() => new Response(PNG));
  const { target, stub } = await aConversation();
  await stub.receive(target, [anInbound({ eventId: 'wamid.t1' })]);
  const claim = await stub.claim(ana);
  if (!claim.ok || !claim.value.granted) throw new Error('not granted');
  const key = `${target.id}/upload-1`;
  await env.MEDIA.put(key, PNG);
  const media = { kind: 'image' as const, key, mime: 'image/png', fileName: 'map.png', size: PNG.length };
  const { epoch } = claim.value;
  const messageId = crypto.randomUUID();
  await stub.send(ana, { messageId, epoch, seenSeq: 99, text: 'Here', force: false, media, origin: 'https://parley.test' });
  await expect.poll(() => server.bodies).toHaveLength(1);
  expect(server.bodies[0]).toMatchObject({
    type: 'image',
    image: { id: 'uploaded-1', caption: 'Here' },
    biz_opaque_callback_data: messageId,
  });
  await expect.poll(async () => (await onDisk(stub)).messages.at(-1)?.delivery?.status).toBe('sent');
});
