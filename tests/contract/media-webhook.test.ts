import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Channel, ChannelSettings, MediaAnswer, SendDeps } from '../../src/lib/domain/provider';
import { webhook } from '../../src/lib/providers/webhook/server';
import { startRoutedServer, type RoutedServer } from './routed-server';

const channelWith = (settings: ChannelSettings): Channel => ({
  id: 'app',
  provider: 'webhook',
  name: 'App',
  accountId: 'app',
  settings,
  secrets: { webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
});
const settings = { sendUrl: 'https://app.example/parley', mediaHosts: ['CDN.example', 'files.example:8443', ' spaced.example '] };
const photo = Buffer.from('the bytes of a photo');

let server: RoutedServer;
beforeAll(async () => void (server = await startRoutedServer()));
beforeEach(() => {
  server.calls.length = 0;
  server.routes.clear();
  server.routes.set('GET /a.jpg', { status: 200, headers: { 'content-type': 'image/jpeg' }, body: photo });
});
afterAll(() => server.close());

/** Reads `url`, and every address that was asked for on the way. */
async function read(
  url: string,
  { over = settings, apiBase = server.base, answer }: { over?: ChannelSettings; apiBase?: string; answer?: () => Response } = {},
): Promise<{ answer: MediaAnswer; asked: string[] }> {
  const asked: string[] = [];
  const record: typeof fetch = (input, init) => {
    asked.push(input instanceof Request ? input.url : String(input));
    return answer ? Promise.resolve(answer()) : fetch(input, init);
  };
  const deps: SendDeps = { fetch: record, apiBase, now: 0, signal: AbortSignal.timeout(5_000) };
  if (!webhook.readMedia) throw new Error('reads no media');
  return { answer: await webhook.readMedia({ url }, channelWith(over), deps), asked };
}

describe('a file of the app', () => {
  test('is read from the deployment’s own address', async () => {
    const { answer } = await read(`${server.base}/a.jpg`);
    if (answer.status !== 'found') throw new Error(answer.reason);
    expect(answer).toMatchObject({ mime: 'image/jpeg', size: photo.length });
    expect(Buffer.from(await new Response(answer.body).arrayBuffer())).toEqual(photo);
    // Nothing that would tell the host more than that somebody reads it.
    expect(server.calls[0]?.headers.get('authorization')).toBeNull();
    expect(server.calls[0]?.headers.get('webhook-signature')).toBeNull();
  });

  test.each([
    'https://app.example/a.jpg',
    'https://APP.example:443/a.jpg?x=1#y',
    'https://cdn.example/a.jpg',
    'https://files.example:8443/a.jpg',
    'https://spaced.example/a.jpg',
  ])('is read from the channel’s host: %s', async (url) => {
    const { answer, asked } = await read(url, { answer: () => new Response(photo) });
    expect(answer).toMatchObject({ status: 'found' });
    expect(asked).toHaveLength(1);
  });

  test('is read over https from the deployment’s host too', async () => {
    const { answer } = await read('https://apps.example/a.jpg', {
      apiBase: 'http://apps.example:80',
      answer: () => new Response(photo),
    });
    expect(answer).toMatchObject({ status: 'found' });
  });

  test('may be one redirect away, on a host of the channel’s', async () => {
    server.routes.set('GET /moved', { status: 302, headers: { location: '/a.jpg' } });
    expect((await read(`${server.base}/moved`)).answer).toMatchObject({ status: 'found' });
  });

  test.each([
    'http://127.0.0.1:9/a.jpg',
    'http://169.254.169.254/latest/meta-data',
    'https://evil.example/a.jpg',
    '//evil.example/a.jpg',
    'http://app.example/a.jpg',
    'file:///etc/passwd',
  ])('is not followed to %s', async (location) => {
    server.routes.set('GET /moved', { status: 302, headers: { location } });
    const { answer, asked } = await read(`${server.base}/moved`);
    expect(answer).toMatchObject({ status: 'gone' });
    expect(asked).toEqual([`${server.base}/moved`]);
  });

  test.each([
    [404, 'gone'],
    [403, 'gone'],
    [429, 'retry'],
    [500, 'retry'],
  ])('that is answered with HTTP %i is %s', async (status, expected) => {
    server.routes.set('GET /a.jpg', { status });
    expect((await read(`${server.base}/a.jpg`)).answer).toMatchObject({ status: expected });
  });

  test('larger than 25 MB is not taken', async () => {
    const answer = () => new Response('x', { headers: { 'content-length': String(25 * 1_048_576 + 1) } });
    expect((await read('https://app.example/a.jpg', { answer })).answer).toMatchObject({ status: 'gone' });
  });

  test('that the app did not say where to find is gone', async () => {
    if (!webhook.readMedia) throw new Error('reads no media');
    const deps: SendDeps = { fetch, apiBase: server.base, now: 0, signal: AbortSignal.timeout(5_000) };
    const answer = await webhook.readMedia({ mime: 'image/png' }, channelWith(settings), deps);
    expect(answer).toEqual({ status: 'gone', reason: 'The app did not say where the file is.' });
  });
});

/** What an end user could make an app pass on. `app.example`, `cdn.example` and `files.example:8443` are the channel's own hosts. */
const hostile = [
  // This machine, in every spelling.
  'http://localhost/', 'https://localhost/', 'http://localhost:8787/healthz', 'https://localhost./', 'http://LOCALHOST/',
  'http://127.0.0.1/', 'https://127.0.0.1/', 'http://127.1/', 'http://127.0.1/', 'http://127.0.0.1:8787/', 'http://127.255.255.254/',
  'http://2130706433/', 'http://0x7f000001/', 'http://0x7f.0x0.0x0.0x1/', 'http://017700000001/', 'http://0177.0.0.1/',
  'http://127.0.0.1.nip.io/', 'http://localtest.me/', 'http://0/', 'http://0.0.0.0/', 'http://①②⑦.⓪.⓪.①/', 'http://127。0。0。1/',
  'http://[::1]/', 'http://[::]/', 'http://[0:0:0:0:0:0:0:1]/', 'http://[::ffff:127.0.0.1]/', 'http://[::ffff:7f00:1]/',
  'http://[::127.0.0.1]/', 'http://[64:ff9b::7f00:1]/',
  // The machine's neighbours, and what clouds keep there.
  'http://10.0.0.1/', 'http://172.16.0.1/', 'http://192.168.0.1/', 'http://100.64.0.1/', 'http://169.254.169.254/latest/meta-data/',
  'https://169.254.169.254/', 'http://2852039166/', 'http://0xa9fea9fe/', 'http://metadata.google.internal/', 'http://metadata/',
  'http://[fd00:ec2::254]/', 'http://[fe80::1]/', 'http://[fc00::1]/', 'http://router.local/',
  // Ours.
  'https://parley.example/api/trpc/conversations.list', 'https://parley.workers.dev/',
  // Like the channel's hosts, and not they.
  'http://app.example/a.jpg', 'http://cdn.example/a.jpg', 'http://files.example:8443/a', 'https://app.example:8443/', 'https://files.example/',
  'https://files.example:8444/', 'https://app.example./', 'https://xapp.example/', 'https://app.example.evil.example/', 'https://x.app.example/',
  'https://app.examplé/', 'https://аpp.example/', 'https://app.example@evil.example/', 'https://app.example:x@evil.example/',
  'https://user@app.example/', 'https://user:pass@app.example/', 'https://:@evil.example/', 'https://evil.example/app.example',
  'https://evil.example/?https://app.example/', 'https://evil.example#@app.example/', 'https://evil.example\\@app.example/',
  'https://app.example%2eevil.example/', 'https://app.example%00.evil.example/', 'https://evil.example\t.app.example/',
  // No web address.
  'javascript:alert(1)', 'data:image/png;base64,AAAA', 'file:///etc/passwd', 'file://app.example/etc/passwd', 'ftp://app.example/a.jpg',
  'gopher://app.example:25/', 'blob:https://app.example/1', 'ws://app.example/', 'wss://app.example/', '//app.example/a.jpg', '/a.jpg', 'a.jpg',
  'app.example/a.jpg', 'https:', 'https://', 'https:///', '', ' ', '\0', 'http://[', 'https://app.example:99999/',
]; // prettier-ignore

describe('an address that an end user could have chosen', () => {
  test('stands in a list of more than sixty, each once', () => {
    expect(new Set(hostile).size).toBe(hostile.length);
    expect(hostile.length).toBeGreaterThan(60);
  });

  test.each(hostile)('is not asked for: %j', async (url) => {
    const { answer, asked } = await read(url, { apiBase: 'https://bridge.example/api' });
    expect(answer.status).toBe('gone');
    expect(asked).toEqual([]);
  });

  test.each(hostile)('is not asked for either when it comes by a redirect: %j', async (url) => {
    let answered = 0;
    // Headers cannot carry every one of them.
    const location = URL.canParse(url) ? new URL(url).href : encodeURI(url).replaceAll('%5C', '\\');
    const answer = () => (answered++ === 0 ? new Response(null, { status: 302, headers: { location } }) : new Response(photo));
    const { asked } = await read('https://app.example/first', { apiBase: 'https://bridge.example/api', answer });
    const own = asked.filter((address) => address.startsWith('https://app.example/'));
    expect(asked).toEqual(own);
  });

  test('is refused with words for an Admin', async () => {
    const { answer } = await read('https://evil.example/a.jpg');
    expect(answer).toEqual({ status: 'gone', reason: expect.stringContaining('An Admin can add the host') });
  });

  test('is not asked for when the channel has no address at all', async () => {
    for (const url of hostile) expect((await read(url, { over: {}, apiBase: '' })).asked).toEqual([]);
    expect((await read('https://app.example/a.jpg', { over: { mediaHosts: [''] }, apiBase: '' })).asked).toEqual([]);
  });
});
