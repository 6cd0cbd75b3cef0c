import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Channel, Check, SendDeps } from '../../src/lib/domain/provider';
import { telegram } from '../../src/lib/providers/telegram/server';
import { startProviderServer, type ProviderServer, type Reply } from './provider-server';

const TOKEN = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
const SECRET = 'k7Jx2_pQ-9vB4nT8wZ1cR6yD3mF5hL0sA';
const now = 1_749_416_383_000;
const channelWith = (secrets: Channel['secrets'], accountId = '110201543'): Channel => ({
  id: 'bot',
  provider: 'telegram',
  name: 'Bot',
  accountId,
  settings: {},
  secrets,
});
const channel = channelWith({ accessToken: TOKEN, webhookSecret: SECRET });
const body = new TextEncoder().encode('{"update_id":1}');

describe('a delivery', () => {
  const verify = (secret: string | null, over = channel) =>
    telegram.verify(body, new Headers(secret === null ? {} : { 'X-Telegram-Bot-Api-Secret-Token': secret }), over, now);

  test('is authentic with the bot’s secret token', async () => {
    expect(await verify(SECRET)).toBe(true);
  });

  test.each([`newer,${SECRET}`, `${SECRET},older`, ` newer , ${SECRET} `])(
    'is authentic with either secret while one is being rotated (%s)',
    async (webhookSecret) => {
      expect(await verify(SECRET, channelWith({ webhookSecret }))).toBe(true);
    },
  );

  test.each<[string, string | null]>([
    ['none', null],
    ['an empty one', ''],
    ['a wrong one', 'x'.repeat(SECRET.length)],
    ['a longer one', `${SECRET}A`],
    ['a shorter one', SECRET.slice(0, -1)],
    ['only its beginning', SECRET.slice(0, 4)],
    ['only its end', SECRET.slice(4)],
    ['one in other letters', SECRET.toLowerCase()],
    ['one that differs in the first letter', `K${SECRET.slice(1)}`],
    ['one that differs in the last letter', `${SECRET.slice(0, -1)}B`],
    ['it twice', `${SECRET}${SECRET}`],
    ['a list with it', `${SECRET},other`],
    ['a quoted one', `"${SECRET}"`],
    ['a scheme before it', `Bearer ${SECRET}`],
    ['the secret of another bot', 'demo-secret-token'],
    ['the bot token', TOKEN],
  ])('with %s is a forgery', async (_about, secret) => {
    expect(await verify(secret)).toBe(false);
  });

  test('with the whole list of a rotation is a forgery', async () => {
    expect(await verify(`newer,${SECRET}`, channelWith({ webhookSecret: `newer,${SECRET}` }))).toBe(false);
  });

  test('with a secret that is being rotated on another bot is a forgery', async () => {
    expect(await verify(SECRET, channelWith({ webhookSecret: 'one,two,three' }))).toBe(false);
  });

  test('under another header is a forgery', async () => {
    for (const name of ['x-telegram-bot-api-secret', 'authorization', 'x-hub-signature-256']) {
      expect(await telegram.verify(body, new Headers({ [name]: SECRET }), channel, now)).toBe(false);
    }
  });

  test('is never authentic for a channel without a secret', async () => {
    for (const webhookSecret of [undefined, '', ' ', ',', ' , ']) {
      for (const secret of [null, '', ',', ' ']) expect(await verify(secret, channelWith({ webhookSecret }))).toBe(false);
    }
  });

  test('is authentic only with exactly a current secret, whatever the secrets', async () => {
    const letters = fc.stringMatching(/^[A-Za-z0-9_-]{1,60}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(letters, { minLength: 1, maxLength: 3 }), letters, async (secrets, given) => {
        const over = channelWith({ webhookSecret: secrets.join(',') });
        for (const secret of secrets) expect(await verify(secret, over)).toBe(true);
        expect(await verify(given, over)).toBe(secrets.includes(given));
      }),
      { numRuns: 200 },
    );
  });

  test('with any other header is refused without an exception', async () => {
    await fc.assert(
      fc.asyncProperty(fc.stringMatching(/^[\x20-\x7e]{0,300}$/), async (text) => {
        expect(await verify(text)).toBe(text.trim() === SECRET);
      }),
      { numRuns: 300 },
    );
  });

  test('has no handshake', () => {
    const query = new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.challenge': '1', 'hub.verify_token': SECRET });
    expect(telegram.handshake(query, channel)).toBeNull();
  });
});

test('whatever an authentic update holds is one event or one rejection, never an exception', () => {
  const kinds = ['message', 'edited_message', 'callback_query', 'my_chat_member', 'message_reaction'];
  const parts = [
    'text',
    'photo',
    'animation',
    'voice',
    'sticker',
    'venue',
    'location',
    'contact',
    'dice',
    'poll',
    'caption',
    'from',
  ];
  const odd = [
    'reply_to_message',
    'quote',
    'forward_origin',
    'date',
    'message',
    'data',
    'new_chat_member',
    'new_reaction',
    'user',
  ];
  const fields = fc.dictionary(fc.constantFrom(...parts, ...odd), fc.jsonValue(), { maxKeys: 6 });
  const base = { id: 'q', message_id: 1, chat: { id: 1, type: 'private' } };
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fields, fc.boolean(), (kind, found, isWhole) => {
      const update = { update_id: 1, [kind]: isWhole ? { ...base, ...found } : found };
      const { events, rejected } = telegram.parse(update, channel);
      expect(events.length + rejected.length).toBe(1);
      for (const event of events) expect(event.address).toBe('1');
    }),
    { numRuns: 1_000 },
  );
});

let server: ProviderServer;
beforeAll(async () => void (server = await startProviderServer()));
beforeEach(() => void (server.received.length = 0));
afterAll(() => server.close());

const ok = (result: unknown): Reply => ({ status: 200, body: JSON.stringify({ ok: true, result }) });
const refused = (code: number, description: string): Reply => ({
  status: code,
  body: JSON.stringify({ ok: false, error_code: code, description }),
});

/** Answers by the method's name; what is not named is not there. */
function depsFor(replies: Record<string, Reply>): SendDeps {
  const queue: Promise<unknown>[] = [];
  return {
    // One after the other, because the server has one answer at a time.
    fetch: async (...request) => {
      const earlier = Promise.allSettled(queue);
      const answer = earlier.then(() => {
        const method = String(request[0]).split('/').at(-1) ?? '';
        server.reply = replies[method] ?? refused(404, 'Not Found');
        return fetch(...request);
      });
      queue.push(answer);
      return answer;
    },
    apiBase: server.base,
    now,
    signal: AbortSignal.timeout(5_000),
  };
}

describe('a test of the channel', () => {
  const me = { id: 110201543, is_bot: true, first_name: 'Shop', username: 'shop_bot' };
  const info = {
    url: 'https://inbox.test/webhooks/bot',
    has_custom_certificate: false,
    pending_update_count: 0,
    allowed_updates: ['message', 'edited_message', 'callback_query', 'my_chat_member', 'message_reaction'],
  };
  const check = (getMe: Reply, getWebhookInfo: Reply, over = channel): Promise<Check[]> =>
    telegram.check(over, depsFor({ getMe, getWebhookInfo }));

  test('that finds all in order asks Telegram who the bot is and where it delivers', async () => {
    expect(await check(ok(me), ok(info))).toEqual([
      { name: 'Bot token', ok: true, help: null },
      { name: 'Webhook', ok: true, help: null },
    ]);
    const calls = server.received.map(({ method, path }) => `${method} ${path}`).sort();
    expect(calls).toEqual([`POST /bot${TOKEN}/getMe`, `POST /bot${TOKEN}/getWebhookInfo`]);
  });

  test.each<[string, Reply, RegExp]>([
    ['of another bot', ok({ ...me, id: 5, username: 'other_bot' }), /another bot, @other_bot \(5\)/],
    ['that was revoked', refused(401, 'Unauthorized'), /does not accept the bot token/],
    ['that never was', refused(404, 'Not Found'), /does not accept the bot token/],
    ['that cannot be looked at now', refused(500, 'Internal Server Error'), /fault of its own/],
    ['when Telegram asks to wait', refused(429, 'Too Many Requests: retry after 5'), /asks to wait/],
    ['when the line is cut', 'reset', /could not be reached/],
    ['when the answer is none', ok('me'), /could not be read/],
  ])('names a token %s', async (_about, reply, help) => {
    const [token] = await check(reply, ok(info));
    expect(token).toMatchObject({ name: 'Bot token', ok: false, help: expect.stringMatching(help) });
  });

  test.each([undefined, '', 'abc', '110201543:AA/../x'])('of a channel whose token is %j calls nobody', async (accessToken) => {
    const checks = await check(ok(me), ok(info), channelWith({ accessToken }));
    expect(checks).toEqual([{ name: 'Bot token', ok: false, help: expect.stringMatching(/@BotFather/) }]);
    expect(server.received).toEqual([]);
  });

  test.each<[string, object, RegExp]>([
    ['no address', { url: '' }, /does not know where to deliver/],
    ['the address of another channel', { url: 'https://inbox.test/webhooks/bot2' }, /another place \(inbox\.test\)/],
    ['another place', { url: 'https://other.test/hook' }, /another place \(other\.test\)/],
    ['no address that is one', { url: 'nonsense' }, /another place/],
    [
      'an error just now',
      { last_error_date: now / 1_000 - 60, last_error_message: 'Wrong response from the webhook: 401 Unauthorized' },
      /401 Unauthorized\. Connect this channel again/,
    ],
    [
      'an old error while updates wait',
      { last_error_date: now / 1_000 - 86_400, last_error_message: 'Connection timed out', pending_update_count: 17 },
      /Connection timed out\. Updates waiting: 17\./,
    ],
    [
      'too few kinds of update',
      { allowed_updates: ['message', 'callback_query'] },
      /edited_message, my_chat_member, message_reaction/,
    ],
    ['the usual kinds only', { allowed_updates: undefined }, /does not send: message_reaction\./],
    ['an empty list of kinds', { allowed_updates: [] }, /does not send: message_reaction\./],
  ])('names a webhook with %s', async (_about, change, help) => {
    const [, webhook] = await check(ok(me), ok({ ...info, ...change }));
    expect(webhook).toMatchObject({ name: 'Webhook', ok: false, help: expect.stringMatching(help) });
  });

  test.each<[string, object]>([
    ['an error of yesterday', { last_error_date: now / 1_000 - 86_400, last_error_message: 'Connection timed out' }],
    ['updates that wait without an error', { pending_update_count: 3 }],
  ])('lets pass a webhook with %s', async (_about, change) => {
    expect((await check(ok(me), ok({ ...info, ...change })))[1]).toEqual({ name: 'Webhook', ok: true, help: null });
  });
});

describe('connecting', () => {
  const connect = (url: string, over = channel, setWebhook: Reply = ok(true)): Promise<Check> => {
    const done = telegram.connect?.(url, over, depsFor({ setWebhook }));
    if (!done) throw new Error('Telegram can be told');
    return done;
  };
  const url = 'https://inbox.test/webhooks/bot';

  test('tells Telegram the address, the secret and what to send', async () => {
    expect(await connect(url)).toEqual({ name: 'Webhook', ok: true, help: null });
    expect(server.received).toHaveLength(1);
    expect(server.received[0]).toMatchObject({ method: 'POST', path: `/bot${TOKEN}/setWebhook` });
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
      url,
      secret_token: SECRET,
      allowed_updates: ['message', 'edited_message', 'callback_query', 'my_chat_member', 'message_reaction'],
      max_connections: 40,
    });
  });

  test('tells the newest secret while one is being rotated, and Telegram’s next call is authentic', async () => {
    const rotating = channelWith({ accessToken: TOKEN, webhookSecret: `newest_1, ${SECRET}` });
    expect(await connect(url, rotating)).toMatchObject({ ok: true });
    const told: unknown = JSON.parse(server.received[0]?.body ?? '');
    expect(told).toMatchObject({ secret_token: 'newest_1' });
    const headers = new Headers({ 'X-Telegram-Bot-Api-Secret-Token': 'newest_1' });
    expect(await telegram.verify(body, headers, rotating, now)).toBe(true);
  });

  test.each(['', ':443', ':80', ':88', ':8443'])('is possible at port %j', async (port) => {
    expect(await connect(`https://inbox.test${port}/webhooks/bot`)).toMatchObject({ ok: true });
  });

  test.each<[string, string, Channel, RegExp]>([
    ['an http address', 'http://localhost:8787/webhooks/bot', channel, /https addresses only/],
    ['no address', 'nonsense', channel, /https addresses only/],
    ['another port', 'https://inbox.test:9000/webhooks/bot', channel, /ports 443, 80, 88 and 8443 only, not 9000/],
    ['no secret', url, channelWith({ accessToken: TOKEN }), /1 to 256/],
    ['a secret of other characters', url, channelWith({ accessToken: TOKEN, webhookSecret: 'not allowed!' }), /1 to 256/],
    ['a secret that is too long', url, channelWith({ accessToken: TOKEN, webhookSecret: 'x'.repeat(257) }), /1 to 256/],
    ['no token', url, channelWith({ webhookSecret: SECRET }), /@BotFather/],
  ])('with %s is refused in words, without a call', async (_about, address, over, help) => {
    expect(await connect(address, over)).toEqual({ name: 'Webhook', ok: false, help: expect.stringMatching(help) });
    expect(server.received).toEqual([]);
  });

  test.each<[Reply, RegExp]>([
    [refused(400, 'Bad Request: bad webhook: Failed to resolve host: Name or service not known'), /Failed to resolve host/],
    [refused(401, 'Unauthorized'), /does not accept the bot token/],
    [refused(502, 'Bad Gateway'), /fault of its own/],
    ['reset', /could not be reached/],
  ])('that Telegram refuses (%j) says why', async (reply, help) => {
    expect(await connect(url, channel, reply)).toEqual({ name: 'Webhook', ok: false, help: expect.stringMatching(help) });
  });
});
