import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Media } from '../../src/lib/domain/message';
import type { Channel, MediaAnswer, SendDeps } from '../../src/lib/domain/provider';
import { whatsapp } from '../../src/lib/providers/whatsapp/server';
import { startRoutedServer, type Answer, type RoutedServer } from './routed-server';

const channel: Channel = {
  id: 'shop',
  provider: 'whatsapp',
  name: 'Shop',
  accountId: '106540352242922',
  settings: {},
  secrets: { accessToken: 'token-1' },
};
const bytes = Uint8Array.from({ length: 1_000 }, (_, i) => i % 256);

let server: RoutedServer;
beforeAll(async () => void (server = await startRoutedServer()));
beforeEach(() => {
  server.calls.length = 0;
  server.routes.clear();
});
afterAll(() => server.close());

const deps = (): SendDeps => ({ fetch, apiBase: server.base, now: 0, signal: AbortSignal.timeout(5_000) });
const error = (status: number, code: number): Answer => ({ status, body: { error: { code, message: 'told' } } });

describe('a file that came in', () => {
  const media: Media = { providerMediaId: '1003383421387256', mime: 'image/jpeg' };
  const LOOK = 'GET /v24.0/1003383421387256';
  const read = (over: Partial<Media> = {}, change: Partial<SendDeps> = {}, at: Channel = channel): Promise<MediaAnswer> => {
    if (!whatsapp.readMedia) throw new Error('reads no media');
    return whatsapp.readMedia({ ...media, ...over }, at, { ...deps(), ...change });
  };
  beforeEach(() => {
    server.routes.set(LOOK, () => ({ status: 200, body: { url: `${server.base}/file?x=1`, file_size: 1_000, id: '1' } }));
    server.routes.set('GET /file', { status: 200, headers: { 'content-type': 'image/jpeg' }, body: Buffer.from(bytes) });
  });

  test('is looked up by its id and read with the token', async () => {
    const answer = await read();
    if (answer.status !== 'found') throw new Error(answer.reason);
    expect(answer.mime).toBe('image/jpeg');
    expect(answer.size).toBe(1_000);
    expect(new Uint8Array(await new Response(answer.body).arrayBuffer())).toEqual(bytes);
    expect(server.calls.map(({ path }) => path)).toEqual(['/v24.0/1003383421387256', '/file?x=1']);
    expect(server.calls.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer token-1', 'Bearer token-1']);
    // Meta’s page on downloads names this header; the runtime does not send one by itself.
    expect(server.calls[1]?.headers.get('user-agent')).toBe('Parley');
  });

  test.each<[string, Answer, object]>([
    ['an id that is unknown', error(400, 100), { status: 'gone', reason: expect.stringContaining('7 days') }],
    ['an id that has run out', { status: 404 }, { status: 'gone', reason: expect.stringContaining('7 days') }],
    ['a revoked token', error(401, 190), { status: 'retry', reason: expect.stringContaining('Admin') }],
    ['a missing permission', error(400, 10), { status: 'retry', reason: expect.stringContaining('Admin') }],
    ['a speed limit', error(400, 80007), { status: 'retry' }],
    ['a failed fetch on WhatsApp’s side', error(400, 131052), { status: 'retry' }],
    ['a server error', { status: 500 }, { status: 'retry' }],
    ['an overloaded service', { status: 503 }, { status: 'retry' }],
    ['a cut line', 'reset', { status: 'retry' }],
    ['an answer without an address', { status: 200, body: { id: '1' } }, { status: 'retry' }],
    ['an unreadable answer', { status: 200, body: '<html>' }, { status: 'retry' }],
    ['a redirect', { status: 302, headers: { location: '/file' } }, { status: 'retry' }],
    [
      'more than any file may have',
      { status: 200, body: { url: 'https://lookaside.fbsbx.com/f', file_size: 104_857_601 } },
      { status: 'gone', reason: 'The file is larger than 100 MB.' },
    ],
    [
      'more than any file may have, in text',
      { status: 200, body: { url: 'https://lookaside.fbsbx.com/f', file_size: '104857601' } },
      { status: 'gone' },
    ],
  ])('%s', async (_about, answer, expected) => {
    server.routes.set(LOOK, answer);
    expect(await read()).toMatchObject(expected);
    expect(server.calls).toHaveLength(1);
  });

  test.each<[string, Answer, object]>([
    ['gone', { status: 404 }, { status: 'gone' }],
    ['not to be had now', { status: 502 }, { status: 'retry' }],
    ['cut off before it began', 'reset', { status: 'retry' }],
  ])('whose file is %s', async (_about, answer, expected) => {
    server.routes.set('GET /file', answer);
    expect(await read()).toMatchObject(expected);
  });

  test.each(['', '..', 'a/b', 'a?b=c', 'a#b', '%2e%2e', 'x'.repeat(256), 'é'])('with the id %j is not asked for', async (id) => {
    expect(await read({ providerMediaId: id })).toMatchObject({ status: 'gone' });
    expect(server.calls).toEqual([]);
  });

  test('without an id is not asked for, whatever address came with it', async () => {
    if (!whatsapp.readMedia) throw new Error('reads no media');
    expect(await whatsapp.readMedia({ url: `${server.base}/file` }, channel, deps())).toMatchObject({ status: 'gone' });
    expect(server.calls).toEqual([]);
  });

  test('is waited for while the channel has no token', async () => {
    expect(await read({}, {}, { ...channel, secrets: {} })).toMatchObject({ status: 'retry' });
    expect(server.calls).toEqual([]);
  });

  test('is read from Meta’s file host, with the token', async () => {
    const asked: [string, string | null][] = [];
    const answers = (url: string): Response =>
      url.startsWith('https://graph.facebook.com/v24.0/')
        ? Response.json({ url: 'https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&hash=2' })
        : new Response(bytes, { headers: { 'content-type': 'image/jpeg' } });
    const record: typeof fetch = (input, init) => {
      const request = new Request(input, init);
      asked.push([request.url, request.headers.get('authorization')]);
      return Promise.resolve(answers(request.url));
    };
    expect(await read({}, { fetch: record, apiBase: 'https://graph.facebook.com' })).toMatchObject({ status: 'found' });
    expect(asked).toEqual([
      ['https://graph.facebook.com/v24.0/1003383421387256', 'Bearer token-1'],
      ['https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&hash=2', 'Bearer token-1'],
    ]);
  });

  test.each([
    'http://lookaside.fbsbx.com/f',
    'https://lookaside.fbsbx.com:8443/f',
    'https://user@lookaside.fbsbx.com/f',
    'https://lookaside.fbsbx.com@evil.example/f',
    'https://lookaside.fbsbx.com.evil.example/f',
    'https://lookaside.fbsbx.com./f',
    'https://evil-lookaside.fbsbx.com/f',
    'https://scontent.fbsbx.com/f',
    'https://fbsbx.com/f',
    'https://evil.example/lookaside.fbsbx.com',
    'https://evil.example/#@lookaside.fbsbx.com/',
    'https://evil.example\\@lookaside.fbsbx.com/f',
    'http://127.0.0.1:9/f',
    'http://127.0.0.1/f',
    'http://localhost/f',
    'http://[::1]/f',
    'http://[::ffff:127.0.0.1]/f',
    'http://2130706433/f',
    'http://0x7f.1/f',
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    'ftp://lookaside.fbsbx.com/f',
    'javascript:alert(1)',
    'data:text/plain,hi',
    '//lookaside.fbsbx.com/f',
    '/f',
    'not an address',
    '',
  ])('is never asked for at %j, even when the look-up says so', async (url) => {
    server.routes.set(LOOK, { status: 200, body: { url } });
    const asked: string[] = [];
    const record: typeof fetch = (input, init) => {
      asked.push(input instanceof Request ? input.url : String(input));
      return fetch(input, init);
    };
    expect(await read({}, { fetch: record })).toMatchObject({ status: 'gone' });
    expect(asked).toEqual([`${server.base}/v24.0/1003383421387256`]);
  });

  test('does not follow a redirect away from Meta', async () => {
    server.routes.set('GET /file', { status: 302, headers: { location: 'http://localhost:9/f' } });
    expect(await read()).toMatchObject({ status: 'gone' });
    expect(server.calls).toHaveLength(2);
  });
});
