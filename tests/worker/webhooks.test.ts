import { listDurableObjectIds } from 'cloudflare:test';
import { describe, expect, test, vi } from 'vitest';
import { database } from '../../src/lib/server/db/client';
import { recorded } from '../fixtures/recorded-d1';
import {
  aChannel,
  call,
  deliver,
  env,
  failingDatabase,
  lettersOf,
  said,
  signed,
  textsOf,
  threadOf,
  whatsappBody,
} from './webhooks-world';

describe('a forged delivery', () => {
  test.each<[string, (good: string) => Record<string, string>]>([
    ['no signature', () => ({})],
    ['a wrong one', (good) => ({ 'x-hub-signature-256': good.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) })],
    ['a truncated one', (good) => ({ 'x-hub-signature-256': good.slice(0, -1) })],
    ['upper-case digits', (good) => ({ 'x-hub-signature-256': `sha256=${good.slice(7).toUpperCase()}` })],
  ])('with %s is 401 with an empty body; nothing is stored, no object wakes', async (_about, headersOf) => {
    const channel = await aChannel('whatsapp');
    const body = JSON.stringify(whatsappBody([said({ id: 'wamid.1', text: 'forged' })]));
    const good = (await signed(channel, body))['x-hub-signature-256'] ?? '';
    const before = await listDurableObjectIds(env.CONVERSATION);
    const response = await call(channel.id, { method: 'POST', body, headers: headersOf(good) });
    expect(response.status).toBe(401);
    expect(await response.text()).toBe('');
    expect(await listDurableObjectIds(env.CONVERSATION)).toEqual(before);
    expect(await lettersOf(channel)).toEqual([]);
  });

  test('that is authentic for another channel is 401', async () => {
    const [mine, other] = [await aChannel('whatsapp'), await aChannel('whatsapp', { secrets: { appSecret: 'another' } })];
    const body = JSON.stringify(whatsappBody([said({ id: 'wamid.1' })]));
    const response = await call(mine.id, { method: 'POST', body, headers: await signed(other, body) });
    expect(response.status).toBe(401);
  });

  test('of the generic channel from ten minutes ago is 401', async () => {
    const channel = await aChannel('webhook');
    const body = '{}';
    const headers = await signed(channel, body);
    vi.setSystemTime(Date.now() + 600_000);
    try {
      expect((await call(channel.id, { method: 'POST', body, headers })).status).toBe(401);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the size of a delivery', () => {
  test('over 4 MB is 413, by its length or by its bytes', async () => {
    const channel = await aChannel('whatsapp');
    const body = ' '.repeat(4 * 1024 * 1024 + 1);
    const stream = () => new Blob([body]).stream();
    const headers = await signed(channel, body);
    expect((await call(channel.id, { method: 'POST', body, headers })).status).toBe(413);
    expect((await call(channel.id, { method: 'POST', body: stream(), headers })).status).toBe(413);
    expect(
      (await call(channel.id, { method: 'POST', body: stream(), headers: { ...headers, 'content-length': '2' } })).status,
    ).toBe(413);
    expect(await lettersOf(channel)).toEqual([]);
  });

  test('just under 4 MB is taken', async () => {
    const channel = await aChannel('whatsapp');
    const text = JSON.stringify(whatsappBody([said({ id: 'wamid.1' })]));
    expect((await deliver(channel, text + ' '.repeat(4 * 1024 * 1024 - text.length))).status).toBe(200);
    expect(await textsOf(channel)).toEqual(['hi']);
  });
});

describe('the mark of a test delivery', () => {
  const marked = async (body: string) => {
    const channel = await aChannel('whatsapp');
    const headers = { ...(await signed(channel, body)), 'x-parley-test': '1' };
    return { channel, response: await call(channel.id, { method: 'POST', body, headers }) };
  };

  test('on nothing leaves nothing', async () => {
    const { channel, response } = await marked('{}');
    expect(response.status).toBe(200);
    expect(await lettersOf(channel)).toEqual([]);
  });

  test('on a message means nothing: it is stored as any other', async () => {
    const { channel, response } = await marked(JSON.stringify(whatsappBody([said({ id: 'wamid.1' })])));
    expect(response.status).toBe(200);
    expect(await textsOf(channel)).toEqual(['hi']);
  });

  test('without a signature is no way in', async () => {
    const { channel } = await marked('{}');
    const headers = { 'x-parley-test': '1', 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` };
    expect((await call(channel.id, { method: 'POST', body: '{}', headers })).status).toBe(401);
  });
});

describe('an authentic delivery that nobody can process', () => {
  const deep = `${'['.repeat(40)}${']'.repeat(40)}`;
  test.each<[string, unknown, string]>([
    ['is not JSON', 'hello', 'not JSON'],
    ['is empty', '', 'not JSON'],
    ['is nested too deep', deep, 'not JSON'],
    ['has another shape', { object: 'page' }, 'not a WhatsApp delivery'],
    ['is of another number', whatsappBody([said({ id: 'wamid.1' })], [], '999'), 'another phone number'],
  ])('because it %s is 200 and kept as a dead letter', async (_about, body, reason) => {
    const channel = await aChannel('whatsapp');
    expect((await deliver(channel, body)).status).toBe(200);
    expect(await lettersOf(channel)).toMatchObject([{ reason, count: 1 }]);
  });

  test('is kept whole up to 64 KB', async () => {
    const channel = await aChannel('whatsapp');
    await deliver(channel, `small ${'x'.repeat(1_000)}`);
    await deliver(channel, `🙂${'y🙂'.repeat(50_000)}`);
    const sizes = (await lettersOf(channel)).map((letter) => new TextEncoder().encode(letter.body).length).sort((a, b) => a - b);
    expect(sizes[0]).toBe(1_006);
    expect(sizes[1]).toBeGreaterThan(65_000);
    expect(sizes[1]).toBeLessThanOrEqual(65_536);
  });

  test('and comes again and again is one row with a count', async () => {
    const channel = await aChannel('whatsapp');
    for (let i = 0; i < 20; i++) expect((await deliver(channel, 'poison')).status).toBe(200);
    expect(await lettersOf(channel)).toMatchObject([{ body: 'poison', count: 20 }]);
  });

  test('in part: the bad one of a batch is kept apart, the rest is stored', async () => {
    const channel = await aChannel('whatsapp');
    const bad = { id: 'wamid.2', from: '16505551234', type: 'text', text: { wrong: 'shape' } };
    const body = whatsappBody([said({ id: 'wamid.1', text: 'one' }), bad, said({ id: 'wamid.3', text: 'three' })]);
    expect((await deliver(channel, body)).status).toBe(200);
    expect(await textsOf(channel)).toEqual(['one', 'three']);
    expect(await lettersOf(channel)).toMatchObject([{ reason: 'unreadable message', body: JSON.stringify(bad) }]);
  });

  test('is 503 while it cannot be kept either', async () => {
    const channel = await aChannel('whatsapp');
    const { over, fail } = failingDatabase();
    expect((await deliver(channel, whatsappBody([]), over)).status).toBe(200);
    fail(true);
    const response = await deliver(channel, 'poison', over);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    fail(false);
    expect((await deliver(channel, 'poison', over)).status).toBe(200);
    expect(await lettersOf(channel)).toMatchObject([{ body: 'poison', count: 1 }]);
  });
});

describe('a path', () => {
  test.each(['nobody', 'UPPER', '..%2f', 'x'.repeat(100), '-', 'a b'])('of no channel is 404 (%j)', async (id) => {
    expect((await call(id, { method: 'POST', body: '{}' })).status).toBe(404);
    expect((await call(id)).status).toBe(404);
  });

  test('of a channel that is switched off is 404', async () => {
    const channel = await aChannel('whatsapp');
    await database(env.DB).updateTable('channels').set({ enabled: 0 }).where('id', '=', channel.id).execute();
    expect((await deliver(channel, whatsappBody([]))).status).toBe(404);
  });

  test.each(['PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'])('answers %s by 405 and what is allowed', async (method) => {
    const channel = await aChannel('whatsapp');
    const response = await call(channel.id, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, POST');
  });
});

describe('the handshake', () => {
  const query = (token: string) => `?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`;

  test('with the right token is answered with the challenge as plain text', async () => {
    const channel = await aChannel('whatsapp');
    const response = await call(channel.id, { query: query('verify-me') });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await response.text()).toBe('1158201444');
  });

  test('with a wrong token, or none, is 403 with an empty body', async () => {
    const channel = await aChannel('whatsapp');
    for (const wrong of [query('verify-you'), '']) {
      const response = await call(channel.id, { query: wrong });
      expect(response.status).toBe(403);
      expect(await response.text()).toBe('');
    }
  });

  test('of the generic channel is 403: there is none', async () => {
    const channel = await aChannel('webhook');
    expect((await call(channel.id, { query: query('verify-me') })).status).toBe(403);
  });
});

describe('the same message', () => {
  test('delivered again is 200 without effect', async () => {
    const channel = await aChannel('whatsapp');
    const body = whatsappBody([said({ id: 'wamid.1', text: 'once' })]);
    for (let i = 0; i < 3; i++) expect((await deliver(channel, body)).status).toBe(200);
    expect(await textsOf(channel)).toEqual(['once']);
    expect((await threadOf(channel))?.conversation.unread).toBe(1);
    expect(await lettersOf(channel)).toEqual([]);
  });

  test('with another text is 200; the first one stands and the other is kept as a conflict', async () => {
    const channel = await aChannel('whatsapp');
    await deliver(channel, whatsappBody([said({ id: 'wamid.1', text: 'first' })]));
    const response = await deliver(
      channel,
      whatsappBody([said({ id: 'wamid.1', text: 'second' }), said({ id: 'wamid.2', text: 'more' })]),
    );
    expect(response.status).toBe(200);
    expect(await textsOf(channel)).toEqual(['first', 'more']);
    const letters = await lettersOf(channel);
    expect(letters).toMatchObject([{ reason: 'conflict', count: 1 }]);
    expect(JSON.parse(letters[0]?.body ?? '')).toMatchObject({ eventId: 'wamid.1', text: 'second' });
  });
});

describe('odd content is stored, never refused', () => {
  test.each<[string, unknown]>([
    ['missing', undefined],
    ['negative', '-5'],
    ['of 1970', '0'],
    ['of the year 9999', '253370764800'],
    ['in milliseconds', String(Date.now())],
    ['none at all', 'yesterday'],
    ['an object', { seconds: 1 }],
  ])('a time that is %s is brought into range', async (_about, timestamp) => {
    const channel = await aChannel('whatsapp');
    const started = Date.now();
    expect((await deliver(channel, whatsappBody([said({ id: 'wamid.1', timestamp })]))).status).toBe(200);
    const at = (await threadOf(channel))?.messages[0]?.at ?? 0;
    expect(at).toBeGreaterThanOrEqual(started - 7 * 86_400_000);
    expect(at).toBeLessThanOrEqual(Date.now() + 5 * 60_000);
  });

  test('a message that is ten days late is stored, and its conversation is Inactive', async () => {
    const channel = await aChannel('whatsapp');
    const timestamp = String(Math.floor((Date.now() - 10 * 86_400_000) / 1_000));
    expect((await deliver(channel, whatsappBody([said({ id: 'wamid.1', timestamp })]))).status).toBe(200);
    expect((await threadOf(channel))?.conversation).toMatchObject({ tab: 'inactive', ticketStatus: 'new' });
  });

  test.each<[string, string, string]>([
    ['empty', '', 'Empty message'],
    ['spaces', '  \n ', 'Empty message'],
    ['half a character', 'a\ud800b', 'a\ufffdb'],
    ['NUL', 'a\u0000b', 'ab'],
    ['bidi controls', 'a\u202eb', 'a\u202eb'],
    ['zalgo', `z${'\u0300'.repeat(500)}`, `z${'\u0300'.repeat(500)}`],
    ['markup', '<script>alert(1)</script>', '<script>alert(1)</script>'],
  ])('text: %s', async (_about, text, stored) => {
    const channel = await aChannel('whatsapp');
    expect((await deliver(channel, whatsappBody([said({ id: 'wamid.1', text })]))).status).toBe(200);
    expect(await textsOf(channel)).toEqual([stored]);
  });

  test('text of more than 64 KB is cut with a mark', async () => {
    const channel = await aChannel('whatsapp');
    expect((await deliver(channel, whatsappBody([said({ id: 'wamid.1', text: 'x'.repeat(200_000) })]))).status).toBe(200);
    const [text = ''] = await textsOf(channel);
    expect(text.length).toBe(65_536);
    expect(text.endsWith('… [cut]')).toBe(true);
  });

  test('a type of a later date is shown as unsupported', async () => {
    const channel = await aChannel('whatsapp');
    expect((await deliver(channel, whatsappBody([said({ id: 'wamid.1', type: 'hologram' })]))).status).toBe(200);
    expect((await threadOf(channel))?.messages[0]).toMatchObject({ kind: 'unsupported', text: 'Unsupported message' });
  });

  test('addresses made to look like others have conversations of their own', async () => {
    const channel = await aChannel('webhook');
    const from = (id: string, user: string) => ({
      type: 'message.received',
      data: { id, user: { id: user }, message: { type: 'text', text: user } },
    });
    for (const [i, user] of ['1:a', '1', 'a1:', '__proto__', `${channel.id}:1`].entries()) {
      expect((await deliver(channel, from(`in-${i}`, user))).status).toBe(200);
      expect(await textsOf(channel, user)).toEqual([user]);
    }
  });
});

describe('a receipt that names its message by the app’s id alone', () => {
  test('is looked for among what campaigns have sent, twice; when it is about a message of the talk, not at all', async () => {
    const channel = await aChannel('messenger');
    const user = { id: '6543210987654321' };
    const page = { id: channel.accountId };
    const at = Date.now();
    const post = async (messaging: object[]) => {
      const { d1, ran } = recorded(env.DB);
      const wait = vi.spyOn(scheduler, 'wait').mockResolvedValue(undefined);
      const body = { object: 'page', entry: [{ id: page.id, time: at, messaging }] };
      expect((await deliver(channel, body, { ...env, DB: d1 })).status).toBe(200);
      wait.mockRestore();
      return ran.filter(({ sql }) => sql.includes('campaign_sends')).length;
    };
    const delivered = (mid: string) => ({
      sender: user,
      recipient: page,
      timestamp: at,
      delivery: { mids: [mid], watermark: at },
    });
    const text = { sender: user, recipient: page, timestamp: at, message: { mid: 'm_in', text: 'Hi' } };
    // As somebody writes in the page's own inbox.
    const echo = { sender: page, recipient: user, timestamp: at, message: { mid: 'm_own', text: 'Hello', is_echo: true } };
    await post([text, echo]);
    expect((await threadOf(channel, user.id))?.messages.map(({ providerMessageId }) => providerMessageId)).toEqual([
      'm_in',
      'm_own',
    ]);
    expect(await post([delivered('m_of-nobody')])).toBe(2);
    expect(await post([delivered('m_own')])).toBe(0);
    expect(await post([delivered('m_own'), delivered('m_of-a-campaign')])).toBe(2);
  });
});
