import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Media } from '../../src/lib/domain/message';
import type { Channel, MediaAnswer, SendDeps } from '../../src/lib/domain/provider';
import { telegram } from '../../src/lib/providers/telegram/server';
import { startProviderServer, type ProviderServer, type Reply } from './provider-server';

const TOKEN = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
const MB = 1_048_576;
const channel: Channel = {
  id: 'bot',
  provider: 'telegram',
  name: 'Bot',
  accountId: '110201543',
  settings: {},
  secrets: { accessToken: TOKEN },
};

let server: ProviderServer;
beforeAll(async () => void (server = await startProviderServer()));
beforeEach(() => void (server.received.length = 0));
afterAll(() => server.close());

/** One answer for each call, in their order. */
function depsFor(replies: Reply[], signal = AbortSignal.timeout(5_000)): SendDeps {
  const left = [...replies];
  return {
    fetch: (...request) => {
      server.reply = left.shift() ?? { status: 599 };
      return fetch(...request);
    },
    apiBase: server.base,
    now: 0,
    signal,
  };
}

async function read(replies: Reply[], media: Media = { providerMediaId: 'AgACx' }, over = channel): Promise<MediaAnswer> {
  const answer = await telegram.readMedia?.(media, over, depsFor(replies));
  if (!answer) throw new Error('Telegram has media');
  return answer;
}

const found = (file: object): Reply => ({
  status: 200,
  body: JSON.stringify({ ok: true, result: { file_id: 'AgACx', ...file } }),
});
const refused = (code: number, description: string): Reply => ({
  status: code,
  body: JSON.stringify({ ok: false, error_code: code, description }),
});
const bytes = (body: string | Buffer, headers: Record<string, string> = {}): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/octet-stream', ...headers },
  body,
});

describe('a file', () => {
  test('is asked for by its id, and read below the bot’s own folder', async () => {
    const answer = await read([
      found({ file_path: 'photos/file_7.jpg', file_size: 9 }),
      bytes('the bytes', { 'content-length': '9' }),
    ]);
    // Its server calls every file a stream of bytes; that says nothing.
    expect(answer).toMatchObject({ status: 'found', size: 9, mime: null });
    if (answer.status !== 'found') return;
    expect(await new Response(answer.body).text()).toBe('the bytes');
    const [ask, get] = server.received;
    expect(server.received).toHaveLength(2);
    expect(ask).toMatchObject({ method: 'POST', path: `/bot${TOKEN}/getFile` });
    expect(JSON.parse(ask?.body ?? '')).toEqual({ file_id: 'AgACx' });
    expect(get).toMatchObject({ method: 'GET', path: `/file/bot${TOKEN}/photos/file_7.jpg` });
    expect(get?.headers).not.toHaveProperty('authorization');
  });

  test('has the type that its server tells, when it tells one', async () => {
    const reply = bytes('the bytes', { 'content-type': 'image/jpeg' });
    expect(await read([found({ file_path: 'photos/file_7.jpg' }), reply])).toMatchObject({ status: 'found', mime: 'image/jpeg' });
  });

  test.each(['documents/file_1', 'voice/file_12.oga', 'a/b/c/d-e_F.1.tar.gz', 'file_0.webm'])(
    'may be at %s',
    async (file_path) => {
      expect(await read([found({ file_path }), bytes('x')])).toMatchObject({ status: 'found' });
      expect(server.received[1]?.path).toBe(`/file/bot${TOKEN}/${file_path}`);
    },
  );

  test.each([
    '../bot1:other/photos/file.jpg',
    'photos/../../secret',
    'photos/..',
    'photos/.',
    './file.jpg',
    'photos/.hidden',
    '/etc/passwd',
    '/var/lib/telegram-bot-api/1/photos/file.jpg',
    '//evil.test/file.jpg',
    'photos//file.jpg',
    'https://evil.test/file.jpg',
    'http:file.jpg',
    'file:///etc/passwd',
    '@evil.test/file.jpg',
    'photos\\..\\file.jpg',
    'photos/%2e%2e/file.jpg',
    'photos/file.jpg?x=1',
    'photos/file.jpg#x',
    'photos/fi le.jpg',
    'photos/file.jpg\n',
    'photos/\u0000',
    'photos/fïle.jpg',
    'photos/',
    `photos/${'x'.repeat(600)}`,
  ])('at %j is not read', async (file_path) => {
    const answer = await read([found({ file_path }), bytes('secret')]);
    expect(answer).toMatchObject({ status: 'gone' });
    expect(server.received).toHaveLength(1);
  });

  test.each(['{base}/elsewhere', 'http://127.0.0.1:1/file.jpg', '/file/bot1:other/photos/file.jpg', '../../x'])(
    'that is moved to %s is not followed there',
    async (location) => {
      const moved = { status: 302, headers: { location: location.replace('{base}', server.base) } };
      expect(await read([found({ file_path: 'photos/file.jpg' }), moved, bytes('secret')])).toMatchObject({ status: 'gone' });
      expect(server.received).toHaveLength(2);
    },
  );
});

describe('a file of more than 20 MB', () => {
  const words = /20 MB/;

  test('is not asked for when its message told its size', async () => {
    const answer = await read([], { providerMediaId: 'BAACvid', size: 20 * MB + 1 });
    expect(answer).toMatchObject({ status: 'gone', reason: expect.stringMatching(words) });
    expect(server.received).toEqual([]);
  });

  test('is gone when Telegram refuses it', async () => {
    const answer = await read([refused(400, 'Bad Request: file is too big')]);
    expect(answer).toMatchObject({ status: 'gone', reason: expect.stringMatching(words) });
  });

  test('is not read when Telegram tells its size', async () => {
    const answer = await read([found({ file_path: 'videos/file.mp4', file_size: 20 * MB + 1 })]);
    expect(answer).toMatchObject({ status: 'gone', reason: expect.stringMatching(words) });
    expect(server.received).toHaveLength(1);
  });

  test('is not read when its server tells its size', async () => {
    const reply = bytes(Buffer.alloc(21 * MB), { 'content-length': String(21 * MB) });
    const answer = await read([found({ file_path: 'videos/file.mp4' }), reply]);
    expect(answer).toMatchObject({ status: 'gone', reason: expect.stringMatching(words) });
  });

  test('breaks off when nobody told its size', async () => {
    const answer = await read([found({ file_path: 'videos/file.mp4' }), bytes(Buffer.alloc(21 * MB))]);
    expect(answer).toMatchObject({ status: 'found', size: null });
    if (answer.status === 'found') await expect(new Response(answer.body).arrayBuffer()).rejects.toThrow();
  });
});

describe('a file that does not come', () => {
  test.each<[string, Reply[], MediaAnswer['status']]>([
    ['a wrong id', [refused(400, 'Bad Request: invalid file_id')], 'gone'],
    ['an id of another bot', [refused(400, 'Bad Request: wrong file identifier/HTTP URL specified')], 'gone'],
    ['a file that is away', [refused(400, 'Bad Request: wrong file_id or the file is temporarily unavailable')], 'retry'],
    ['another refusal', [refused(400, 'Bad Request: no such thing')], 'gone'],
    ['a bad token', [refused(401, 'Unauthorized')], 'retry'],
    ['an unknown token', [refused(404, 'Not Found')], 'retry'],
    ['too many questions', [refused(429, 'Too Many Requests: retry after 5')], 'retry'],
    ['a fault of Telegram', [refused(500, 'Internal Server Error')], 'retry'],
    ['an answer that is none', [{ status: 200, body: '<html>' }], 'retry'],
    ['an answer without a path', [found({})], 'retry'],
    ['a cut line', ['reset'], 'retry'],
    ['a fault of the file’s server', [found({ file_path: 'a/b' }), { status: 502 }], 'retry'],
    ['a path that is over', [found({ file_path: 'a/b' }), { status: 404 }], 'gone'],
    ['an empty file', [found({ file_path: 'a/b' }), bytes('', { 'content-length': '0' })], 'gone'],
    ['a cut line on the file', [found({ file_path: 'a/b' }), 'reset'], 'retry'],
  ])('because of %s', async (_about, replies, status) => {
    const answer = await read(replies);
    expect(answer.status).toBe(status);
    if (answer.status !== 'found') expect(answer.reason).toMatch(/^[A-Z].{10,}\.$/);
    expect(JSON.stringify(answer)).not.toContain(TOKEN.split(':')[1]);
  });

  test('because nobody told its id', async () => {
    expect(await read([], { mime: 'image/jpeg', url: 'https://evil.test/x.jpg' })).toMatchObject({ status: 'gone' });
    expect(server.received).toEqual([]);
  });

  test.each([undefined, 'token', '1:../../x'])('because the token is %j', async (accessToken) => {
    expect(await read([], { providerMediaId: 'AgACx' }, { ...channel, secrets: { accessToken } })).toMatchObject({
      status: 'retry',
    });
    expect(server.received).toEqual([]);
  });

  test('because the time is up', async () => {
    const answer = await telegram.readMedia?.({ providerMediaId: 'AgACx' }, channel, depsFor([], AbortSignal.abort()));
    expect(answer).toMatchObject({ status: 'retry' });
    expect(server.received).toEqual([]);
  });
});
