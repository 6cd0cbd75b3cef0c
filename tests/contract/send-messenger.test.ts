import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Channel, OutboundMedia, OutboundMessage, SendDeps, SendResult } from '../../src/lib/domain/provider';
import { messenger } from '../../src/lib/providers/messenger/server';
import { startProviderServer, type ProviderServer, type Reply } from './provider-server';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const path = '/v24.0/1067280970047460/messages?access_token=token%261';
const channel: Channel = {
  id: 'page',
  provider: 'messenger',
  name: 'Page',
  accountId: '1067280970047460',
  settings: {},
  secrets: { accessToken: 'token&1' },
};
const approved: Channel = { ...channel, settings: { humanAgent: true } };
const message: OutboundMessage = {
  id: '3f0e6f0e-9a57-4c0e-9a43-3c1b1d6d5a10',
  address: '6543210987654321',
  text: 'Héllo 👋 "quoted"\nline',
  replyTo: null,
  media: null,
  template: null,
  lastActionAt: now - HOUR_MS,
};
const taken: Reply = { status: 200, body: '{"recipient_id":"6543210987654321","message_id":"m_OUT1"}' };

let server: ProviderServer;
beforeAll(async () => void (server = await startProviderServer()));
beforeEach(() => {
  server.received.length = 0;
  server.reply = taken;
});
afterAll(() => server.close());

const deps = (signal = AbortSignal.timeout(5_000)): SendDeps => ({ fetch, apiBase: server.base, now, signal });

function send(reply: Reply, change: Partial<OutboundMessage> = {}, over = channel): Promise<SendResult> {
  server.reply = reply;
  return messenger.send({ ...message, ...change }, over, deps());
}
const sentBody = (): unknown => JSON.parse(server.received[0]?.body ?? 'null');
const errorAnswer = (status: number, code: number, subcode?: number): Reply => ({
  status,
  body: JSON.stringify({ error: { message: `(#${code}) told`, type: 'OAuthException', code, error_subcode: subcode } }),
});

describe('a text', () => {
  test('is the documented call, with our id as metadata', async () => {
    expect(await send(taken)).toEqual({ status: 'sent', providerMessageId: 'm_OUT1' });
    expect(server.received).toHaveLength(1);
    expect(server.received[0]).toMatchObject({ method: 'POST', path });
    expect(server.received[0]?.headers['content-type']).toBe('application/json');
    expect(server.received[0]?.headers).not.toHaveProperty('authorization');
    expect(sentBody()).toEqual({
      recipient: { id: '6543210987654321' },
      messaging_type: 'RESPONSE',
      message: { text: 'Héllo 👋 "quoted"\nline', metadata: '3f0e6f0e-9a57-4c0e-9a43-3c1b1d6d5a10' },
    });
  });

  test.each([
    ['m_IN1', 'm_IN1'],
    ['m_IN1#2', 'm_IN1'],
  ])('quotes %s by the message that it is a part of', async (replyTo, mid) => {
    await send(taken, { replyTo });
    expect(sentBody()).toMatchObject({ reply_to: { mid }, message: { text: message.text } });
  });

  test('goes to the same path when the base ends in a slash', async () => {
    await messenger.send(message, channel, { ...deps(), apiBase: `${server.base}/` });
    expect(server.received[0]?.path).toBe(path);
  });

  test.each([
    ['2,000 characters', 'x'.repeat(2_000), 'sent'],
    ['2,001 characters', 'x'.repeat(2_001), 'failed'],
    ['1,001 emoji of two units each', '👋'.repeat(1_001), 'failed'],
  ])('of %s is %3$s', async (_about, text, status) => {
    expect(await send(taken, { text })).toMatchObject({ status });
    expect(server.received).toHaveLength(status === 'sent' ? 1 : 0);
  });

  test.each<[string, Partial<OutboundMessage>, string]>([
    ['it is too long', { text: 'x'.repeat(2_001) }, 'too_long'],
    ['it is empty', { text: ' \n' }, 'empty'],
    ['it is a template', { template: { name: 'offer', language: 'en_US', header: [], body: [] } }, 'no_templates'],
  ])('is refused without a call when %s', async (_about, change, code) => {
    expect(await send(taken, change)).toMatchObject({ status: 'failed', failure: { code, retryable: false } });
    expect(server.received).toEqual([]);
  });

  test('is refused without a call when the channel has no token, or no address to call', async () => {
    const unset = { status: 'failed', failure: { code: 'not_configured', retryable: true } };
    expect(await messenger.send(message, { ...channel, secrets: {} }, deps())).toMatchObject(unset);
    expect(await messenger.send(message, channel, { ...deps(), apiBase: '' })).toMatchObject(unset);
    expect(server.received).toEqual([]);
  });
});

describe('the window', () => {
  const response = { messaging_type: 'RESPONSE' };
  const tagged = { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' };

  test.each<[string, number, Channel, object]>([
    ['just written', 0, channel, response],
    ['written after us, by their clock', -5_000, approved, response],
    ['24 h less 1 ms ago', DAY_MS - 1, channel, response],
    ['24 h less 1 ms ago, never tagged inside the window', DAY_MS - 1, approved, response],
    ['24 h ago, approved for people', DAY_MS, approved, tagged],
    ['7 d less 1 ms ago, approved for people', 7 * DAY_MS - 1, approved, tagged],
  ])('%s: it goes out as %3$j', async (_about, ageMs, over, expected) => {
    expect(await send(taken, { lastActionAt: now - ageMs }, over)).toMatchObject({ status: 'sent' });
    expect(sentBody()).toEqual({
      recipient: { id: message.address },
      ...expected,
      message: { text: message.text, metadata: message.id },
    });
  });

  test.each<[string, number, Channel]>([
    ['24 h ago without the approval', DAY_MS, channel],
    ['24 h ago with the approval taken back', DAY_MS, { ...channel, settings: { humanAgent: false } }],
    ['7 d ago with the approval', 7 * DAY_MS, approved],
  ])('%s: it is closed, and nothing is called', async (_about, ageMs, over) => {
    expect(await send(taken, { lastActionAt: now - ageMs }, over)).toMatchObject({
      status: 'failed',
      windowClosed: true,
      failure: { code: 'window_closed', retryable: false },
    });
    expect(server.received).toEqual([]);
  });
});

describe('a file', () => {
  const bytes = 'the file’s bytes, é and \r\n--boundary';
  const media: OutboundMedia = {
    kind: 'document',
    mime: 'application/pdf',
    fileName: 'Price list €.pdf',
    size: new TextEncoder().encode(bytes).length,
    read: async () => new Blob([bytes]),
    url: async () => 'https://parley.example/media/1',
  };
  /** The form as a server reads it from the wire. */
  const sentForm = () => {
    const [call] = server.received;
    return new Response(call?.body, { headers: { 'content-type': call?.headers['content-type'] ?? '' } }).formData();
  };

  test('goes with its bytes in one call, and without the text', async () => {
    expect(await send(taken, { media, text: '📄 Document' })).toEqual({ status: 'sent', providerMessageId: 'm_OUT1' });
    expect(server.received).toHaveLength(1);
    expect(server.received[0]).toMatchObject({ method: 'POST', path });
    const form = await sentForm();
    const { filedata, ...fields } = Object.fromEntries(form);
    expect(Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]))).toEqual({
      recipient: '{"id":"6543210987654321"}',
      messaging_type: 'RESPONSE',
      message: `{"attachment":{"type":"file","payload":{"is_reusable":true}},"metadata":"${message.id}"}`,
    });
    const file = filedata instanceof File ? filedata : null;
    expect(file).toMatchObject({ name: 'Price list €.pdf', type: 'application/pdf' });
    expect(await file?.text()).toBe(bytes);
  });

  test('carries the tag and the quote as fields too', async () => {
    await send(taken, { media, replyTo: 'm_IN1', lastActionAt: now - 2 * DAY_MS }, approved);
    const form = await sentForm();
    expect(form.get('messaging_type')).toBe('MESSAGE_TAG');
    expect(form.get('tag')).toBe('HUMAN_AGENT');
    expect(form.get('reply_to')).toBe('{"mid":"m_IN1"}');
  });

  test.each([
    ['image', 'image/png', 'image'],
    ['sticker', 'image/webp', 'image'],
    ['video', 'video/mp4', 'video'],
    ['audio', 'audio/mpeg', 'audio'],
    ['document', 'text/plain', 'file'],
  ] as const)('of kind %s goes out as %3$s', async (kind, mime, type) => {
    expect(await send(taken, { media: { ...media, kind, mime } })).toMatchObject({ status: 'sent' });
    expect(JSON.parse(String((await sentForm()).get('message')))).toMatchObject({ attachment: { type } });
  });

  test.each([
    ['a"\r\nContent-Type: text/html\r\n\r\n<b>.pdf', 'a___Content-Type: text_html____<b>.pdf'],
    ['../../etc/passwd', '.._.._etc_passwd'],
    ['', 'file'],
  ])('whose name is %j cannot break out of its header', async (fileName, expected) => {
    await send(taken, { media: { ...media, fileName } });
    const form = await sentForm();
    const file = form.get('filedata');
    expect([...form.keys()].sort()).toEqual(['filedata', 'message', 'messaging_type', 'recipient']);
    expect(file instanceof File && file.name).toBe(expected);
  });

  test('that is too large or empty is refused without a call', async () => {
    for (const size of [25 * 1_048_576 + 1, 0]) {
      expect(await send(taken, { media: { ...media, size } })).toMatchObject({
        status: 'failed',
        failure: { code: 'bad_file', retryable: false },
      });
    }
    expect(server.received).toEqual([]);
  });

  test('whose bytes are gone is refused without a call', async () => {
    const gone = { ...media, read: () => Promise.reject(new Error('no such object')) };
    expect(await send(taken, { media: gone })).toMatchObject({ status: 'failed', failure: { code: 'file_gone' } });
    expect(server.received).toEqual([]);
  });

  test.each<[string, Reply, object]>([
    ['an upload that Messenger could not take', errorAnswer(400, 100, 2018047), { status: 'failed' }],
    ['a line cut after the request', 'reset', { status: 'unknown' }],
    ['a server error', { status: 500 }, { status: 'unknown' }],
  ])('that meets %s is not sent again', async (_about, reply, expected) => {
    expect(await send(reply, { media })).toMatchObject(expected);
    expect(server.received).toHaveLength(1);
  });
});

describe('an error answer', () => {
  const failure = (code: string, retryable: boolean) => ({ status: 'failed', failure: { code, retryable } });
  const closed = (code: string) => ({ ...failure(code, false), windowClosed: true });
  const stopped = (code: string) => ({ status: 'stopped', code });
  const retry = (code: string) => ({ status: 'retry', code, afterMs: null });
  const unknown = { status: 'unknown' };

  test.each<[code: number, subcode: number | undefined, http: number, expected: object]>([
    [190, undefined, 401, stopped('190')],
    [190, 460, 400, stopped('190/460')],
    [190, 463, 500, stopped('190/463')],
    [102, undefined, 400, stopped('102')],
    [0, undefined, 400, stopped('0')],
    [3, undefined, 400, stopped('3')],
    [10, undefined, 403, stopped('10')],
    [10, 1234567, 400, stopped('10/1234567')],
    [10, 1893063, 400, stopped('10/1893063')],
    [200, undefined, 403, stopped('200')],
    [230, undefined, 400, stopped('230')],
    [299, undefined, 400, stopped('299')],
    [368, undefined, 400, stopped('368')],
    [10, 2018065, 400, closed('10/2018065')],
    [10, 2018278, 403, closed('10/2018278')],
    [10, 2534022, 400, closed('10/2534022')],
    [551, undefined, 400, failure('551', false)],
    [551, 1545041, 400, failure('551/1545041', false)],
    [10, 2018108, 400, failure('10/2018108', false)],
    [200, 1545041, 403, failure('200/1545041', false)],
    [100, undefined, 400, failure('100', false)],
    [100, 2018001, 400, failure('100/2018001', false)],
    [100, 1893061, 400, failure('100/1893061', false)],
    [100, 2018109, 400, failure('100/2018109', false)],
    [100, 2018008, 400, failure('100/2018008', true)],
    [100, 2018047, 400, failure('100/2018047', true)],
    [100, 2018074, 400, failure('100/2018074', true)],
    [100, 2018294, 400, failure('100/2018294', true)],
    ...[4, 9, 17, 32, 341, 613, 80006].map((code): [number, undefined, number, object] => [
      code,
      undefined,
      400,
      retry(String(code)),
    ]),
    [4, 2018022, 429, retry('4/2018022')],
    [613, undefined, 500, retry('613')],
    [1, undefined, 400, retry('1')],
    [2, undefined, 400, retry('2')],
    [2, undefined, 503, retry('2')],
    [1200, undefined, 400, retry('1200')],
    // "Unexpected error" in a server error says nothing about what became of the message.
    [1, undefined, 500, unknown],
    [2, undefined, 500, unknown],
    [1200, undefined, 502, unknown],
    // Documented as given for messages that were sent.
    [1, 1357046, 400, unknown],
    [999999, undefined, 400, { status: 'failed', failure: { reason: 'Messenger refused it (error 999999): (#999999) told.' } }],
    [999999, undefined, 429, retry('999999')],
    [999999, undefined, 500, unknown],
  ])('with code %i/%s (HTTP %i) → %j', async (code, subcode, http, expected) => {
    const result = await send(errorAnswer(http, code, subcode));
    expect(result).toMatchObject(expected);
    expect('windowClosed' in result).toBe('windowClosed' in expected);
    expect(server.received).toHaveLength(1);
    const reason = result.status === 'failed' ? result.failure.reason : 'reason' in result ? result.reason : '';
    expect(reason.length).toBeGreaterThan(20);
  });

  test.each([
    [10, undefined, closed('10')],
    [10, 1234567, closed('10/1234567')],
    // What is wrong with the page or the token is so whichever way it is sent.
    [10, 1893063, stopped('10/1893063')],
    [200, undefined, stopped('200')],
    [190, undefined, stopped('190')],
  ])('to a tagged send with code %i/%s is about the tag only: %j', async (code, subcode, expected) => {
    expect(await send(errorAnswer(400, code, subcode), { lastActionAt: now - 2 * DAY_MS }, approved)).toMatchObject(expected);
  });

  test.each<[number, object]>([
    [302, { status: 'failed' }],
    [400, failure('http_400', false)],
    [401, stopped('http_401')],
    [403, failure('http_403', true)],
    [404, failure('http_404', false)],
    [408, unknown],
    [429, retry('http_429')],
    [500, unknown],
    [502, unknown],
    [503, retry('http_503')],
    [504, unknown],
  ])('without a readable code, HTTP %i → %j', async (status, expected) => {
    for (const body of ['', '<html>busy</html>', '{"error":"no"}']) expect(await send({ status, body })).toMatchObject(expected);
  });

  test('with Retry-After waits as long as it says', async () => {
    const reply = { status: 400, headers: { 'retry-after': '30' }, body: JSON.stringify({ error: { code: 613 } }) };
    expect(await send(reply)).toMatchObject({ status: 'retry', afterMs: 30_000 });
  });

  test('never repeats the token', async () => {
    for (const [http, code] of [
      [400, 190],
      [400, 999999],
      [500, 1],
    ] as const) {
      expect(JSON.stringify(await send(errorAnswer(http, code)))).not.toContain('token&1');
    }
  });

  test('is not followed elsewhere', async () => {
    await send({ status: 307, headers: { location: `${server.base}/elsewhere` } });
    expect(server.received.map((call) => call.path)).toEqual([path]);
  });
});

describe('an answer that says too little', () => {
  test.each<[string, Reply, object]>([
    ['taken without an id is sent', { status: 200, body: '{"recipient_id":"1"}' }, { status: 'sent', providerMessageId: null }],
    ['a yes that names nothing is in doubt', { status: 200, body: '{}' }, { status: 'unknown' }],
    ['an unreadable yes is in doubt', { status: 200, body: '<html>' }, { status: 'unknown' }],
    ['an empty yes is in doubt', { status: 200, body: '' }, { status: 'unknown' }],
    ['half a yes is in doubt', 'half', { status: 'unknown' }],
    ['an error under HTTP 200 is an error', errorAnswer(200, 551), { status: 'failed' }],
    ['a line cut after the request is in doubt', 'reset', { status: 'unknown' }],
  ])('%s', async (_about, reply, expected) => {
    expect(await send(reply)).toMatchObject(expected);
    expect(server.received).toHaveLength(1);
  });

  test('silence until the time is up is in doubt', async () => {
    server.reply = 'silence';
    expect(await messenger.send(message, channel, deps(AbortSignal.timeout(150)))).toMatchObject({ status: 'unknown' });
    expect(server.received).toHaveLength(1);
  });

  test('a send whose time is up before it began is tried again, because nothing went out', async () => {
    expect(await messenger.send(message, channel, deps(AbortSignal.abort()))).toMatchObject({ status: 'retry' });
    expect(server.received).toEqual([]);
  });
});
