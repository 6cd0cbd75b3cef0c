import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Channel, OutboundMedia, OutboundMessage, SendDeps, SendResult } from '../../src/lib/domain/provider';
import { telegram } from '../../src/lib/providers/telegram/server';
import { startProviderServer, type ProviderServer, type Received, type Reply } from './provider-server';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const TOKEN = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';
const channel: Channel = {
  id: 'bot',
  provider: 'telegram',
  name: 'Bot',
  accountId: '110201543',
  settings: {},
  secrets: { accessToken: TOKEN, webhookSecret: 'newer_secret, older-secret' },
};
const message: OutboundMessage = {
  id: '3f0e6f0e-9a57-4c0e-9a43-3c1b1d6d5a10',
  address: '111222333',
  text: 'Héllo 👋 "quoted"\n*line* <b>',
  replyTo: null,
  media: null,
  template: null,
  lastActionAt: now - 1_000,
};
const taken = (messageId = 1400): Reply => ({
  status: 200,
  body: JSON.stringify({
    ok: true,
    result: { message_id: messageId, from: { id: 110201543, is_bot: true }, chat: { id: 111222333, type: 'private' }, date: 1 },
  }),
});
const refused = (code: number, description: string, more: object = {}): Reply => ({
  status: code,
  body: JSON.stringify({ ok: false, error_code: code, description, ...more }),
});
const result = (value: unknown): Reply => ({ status: 200, body: JSON.stringify({ ok: true, result: value }) });

let server: ProviderServer;
beforeAll(async () => void (server = await startProviderServer()));
beforeEach(() => {
  server.received.length = 0;
  server.reply = taken();
});
afterAll(() => server.close());

const deps = (signal = AbortSignal.timeout(5_000)): SendDeps => ({ fetch, apiBase: server.base, now, signal });

function send(reply: Reply, change: Partial<OutboundMessage> = {}, over = channel): Promise<SendResult> {
  server.reply = reply;
  return telegram.send({ ...message, ...change }, over, deps());
}

const jsonOf = (call: Received | undefined): unknown => JSON.parse(call?.body ?? '');

/** The fields of a form as they arrived; a file as its name, type and text. */
async function formOf(call: Received | undefined): Promise<Record<string, unknown>> {
  const headers = { 'content-type': call?.headers['content-type'] ?? '' };
  const fields: Record<string, unknown> = {};
  for (const [name, value] of await new Response(call?.body ?? '', { headers }).formData()) {
    fields[name] = typeof value === 'string' ? value : { name: value.name, type: value.type, bytes: await value.text() };
  }
  return fields;
}

function fileOf(kind: OutboundMedia['kind'], mime: string, change: Partial<OutboundMedia> = {}): OutboundMedia {
  return {
    kind,
    mime,
    fileName: 'résumé "1".bin',
    size: 9,
    read: () => Promise.resolve(new Blob(['the bytes'])),
    url: () => Promise.reject(new Error('Telegram gets the bytes, not an address')),
    ...change,
  };
}

describe('a text', () => {
  test('is the documented call, without a parse mode that would change it', async () => {
    expect(await send(taken())).toEqual({ status: 'sent', providerMessageId: '111222333:1400' });
    expect(server.received).toHaveLength(1);
    const [call] = server.received;
    expect(call).toMatchObject({ method: 'POST', path: `/bot${TOKEN}/sendMessage` });
    expect(call?.headers).toMatchObject({ 'content-type': 'application/json' });
    expect(jsonOf(call)).toEqual({ chat_id: 111222333, text: 'Héllo 👋 "quoted"\n*line* <b>' });
  });

  test('quotes the message that it answers, and goes out also when that is gone', async () => {
    await send(taken(), { replyTo: '111222333:1365' });
    expect(jsonOf(server.received[0])).toEqual({
      chat_id: 111222333,
      text: message.text,
      reply_parameters: { message_id: 1365, allow_sending_without_reply: true },
    });
  });

  test.each(['444:1365', 'wamid.IN1', '111222333:', '111222333:1:2', 'update:7', '111222333:-1'])(
    'quotes nothing when %j is no message of this chat',
    async (replyTo) => {
      expect(await send(taken(), { replyTo })).toMatchObject({ status: 'sent' });
      expect(jsonOf(server.received[0])).toEqual({ chat_id: 111222333, text: message.text });
    },
  );

  test('goes to the same path when the base ends in a slash', async () => {
    await telegram.send(message, channel, { ...deps(), apiBase: `${server.base}/` });
    expect(server.received[0]?.path).toBe(`/bot${TOKEN}/sendMessage`);
  });

  test.each([
    ['letters', 'x'.repeat(4_096)],
    ['emoji', '👋'.repeat(2_048)],
  ])('may have 4,096 units of %s', async (_about, text) => {
    expect(await send(taken(), { text })).toMatchObject({ status: 'sent' });
  });

  test.each<[string, Partial<OutboundMessage>, string]>([
    ['too long', { text: 'x'.repeat(4_097) }, 'too_long'],
    ['empty', { text: ' \n' }, 'empty'],
    ['for a public channel', { address: '@somebody' }, 'bad_address'],
    ['for a group', { address: '-1001234567890' }, 'bad_address'],
    ['for nobody', { address: '' }, 'bad_address'],
  ])('is refused here when it is %s, with a reason and no call', async (_about, change, code) => {
    expect(await send(taken(), change)).toMatchObject({ status: 'failed', failure: { code, retryable: false } });
    expect(server.received).toEqual([]);
  });

  test('of a template is what the end user will read', async () => {
    await send(taken(), { template: { name: 'hello', language: 'en', header: [], body: [] } });
    expect(jsonOf(server.received[0])).toEqual({ chat_id: 111222333, text: message.text });
  });
});

describe('a file', () => {
  test.each<[OutboundMedia['kind'], string, string, string]>([
    ['image', 'image/jpeg', 'sendPhoto', 'photo'],
    ['video', 'video/mp4', 'sendVideo', 'video'],
    ['audio', 'audio/mpeg', 'sendAudio', 'audio'],
    ['audio', 'audio/mp4', 'sendAudio', 'audio'],
    ['audio', 'audio/ogg', 'sendVoice', 'voice'],
    ['document', 'application/pdf', 'sendDocument', 'document'],
    ['document', 'text/html', 'sendDocument', 'document'],
  ])('of kind %s (%s) goes by %s as %s, with its caption', async (kind, mime, method, field) => {
    const change = { media: fileOf(kind, mime), text: 'See 👀 "this"', replyTo: '111222333:1365' };
    expect(await send(taken(), change)).toEqual({ status: 'sent', providerMessageId: '111222333:1400' });
    expect(server.received).toHaveLength(1);
    const [call] = server.received;
    expect(call).toMatchObject({ method: 'POST', path: `/bot${TOKEN}/${method}` });
    expect(call?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(await formOf(call)).toEqual({
      chat_id: '111222333',
      caption: 'See 👀 "this"',
      reply_parameters: '{"message_id":1365,"allow_sending_without_reply":true}',
      [field]: { name: 'résumé "1".bin', type: mime, bytes: 'the bytes' },
    });
  });

  test('without a caption and without an answer carries neither', async () => {
    await send(taken(), { media: fileOf('sticker', 'image/webp', { fileName: '' }), text: '' });
    const [call] = server.received;
    expect(call?.path).toBe(`/bot${TOKEN}/sendSticker`);
    expect(await formOf(call)).toEqual({
      chat_id: '111222333',
      sticker: { name: 'file', type: 'image/webp', bytes: 'the bytes' },
    });
  });

  test('whose name has line breaks cannot write headers of its own', async () => {
    const fileName = 'a"\r\ncontent-type: text/html\r\n\r\n.pdf';
    await send(taken(), { media: fileOf('document', 'application/pdf', { fileName }), text: '' });
    const form = await formOf(server.received[0]);
    expect(Object.keys(form)).toEqual(['chat_id', 'document']);
    expect(form.document).toMatchObject({ type: 'application/pdf', bytes: 'the bytes' });
  });

  test('may have a caption of 1,024 units', async () => {
    const change = { media: fileOf('image', 'image/png'), text: 'x'.repeat(1_024) };
    expect(await send(taken(), change)).toMatchObject({ status: 'sent' });
  });

  test.each<[string, OutboundMedia, string, string]>([
    ['a caption that is too long', fileOf('image', 'image/png'), 'x'.repeat(1_025), 'too_long'],
    ['a photo over 10 MB', fileOf('image', 'image/png', { size: 10 * 1_048_576 + 1 }), '', 'too_large'],
    ['a document over 50 MB', fileOf('document', 'application/zip', { size: 50 * 1_048_576 + 1 }), '', 'too_large'],
    ['an empty file', fileOf('document', 'text/plain', { size: 0 }), '', 'empty'],
    ['a sticker with a text', fileOf('sticker', 'image/webp'), 'hello', 'no_caption'],
    ['a file that is gone', fileOf('image', 'image/png', { read: () => Promise.reject(new Error('no key')) }), '', 'file_gone'],
  ])('is refused here when it is %s, with a reason and no call', async (_about, media, text, code) => {
    expect(await send(taken(), { media, text })).toMatchObject({ status: 'failed', failure: { code, retryable: false } });
    expect(server.received).toEqual([]);
  });
});

const withToken = (accessToken: string | undefined): Channel => ({ ...channel, secrets: { accessToken } });

describe('a channel that is not set up', () => {
  test.each([undefined, '', ' ', 'token-1', '110201543:', '110201543:AA/../getMe', '110201543:AA?x=1', 'https://evil.test'])(
    'whose token is %j waits for an Admin, without a call',
    async (accessToken) => {
      expect(await send(taken(), {}, withToken(accessToken))).toMatchObject({ status: 'stopped', code: 'not_configured' });
      expect(server.received).toEqual([]);
    },
  );

  test('whose token was pasted with blanks around it works', async () => {
    expect(await send(taken(), {}, withToken(` ${TOKEN}\n`))).toMatchObject({ status: 'sent' });
    expect(server.received[0]?.path).toBe(`/bot${TOKEN}/sendMessage`);
  });

  test('that has no address to call is refused without a call', async () => {
    const outcome = await telegram.send(message, channel, { ...deps(), apiBase: '' });
    expect(outcome).toMatchObject({ status: 'failed', failure: { code: 'not_configured', retryable: true } });
  });
});

describe('an error answer', () => {
  test.each<[number, string, object]>([
    [401, 'Unauthorized', { status: 'stopped', code: '401' }],
    [404, 'Not Found', { status: 'stopped', code: '404' }],
    [500, 'Internal Server Error', { status: 'unknown' }],
    [502, 'Bad Gateway', { status: 'unknown' }],
    [503, 'Service Unavailable', { status: 'retry' }],
    [504, 'Gateway Timeout', { status: 'unknown' }],
    [429, 'Too Many Requests: later', { status: 'retry', afterMs: null, code: '429' }],
  ])('%i %s → %j', async (code, description, expected) => {
    expect(await send(refused(code, description))).toMatchObject(expected);
    expect(server.received).toHaveLength(1);
  });

  test.each<[number, string, RegExp]>([
    [403, 'Forbidden: bot was blocked by the user', /has blocked the bot/],
    [403, 'Forbidden: user is deactivated', /account no longer exists/],
    [403, "Forbidden: bot can't initiate conversation with a user", /never started the bot/],
    [403, "Forbidden: bot can't send messages to bots", /to other bots/],
    [403, 'Forbidden: something new', /^Telegram refused it: something new\.$/],
    [400, 'Bad Request: chat not found', /does not know this chat/],
    [400, 'Bad Request: PEER_ID_INVALID', /does not know this chat/],
    [400, 'Bad Request: message thread not found', /message thread .* no longer exists/],
    [400, 'Bad Request: message to be replied not found', /answers no longer exists/],
    [400, 'Bad Request: reply message not found', /answers no longer exists/],
    [400, 'Bad Request: message text is empty', /empty message/],
    [400, 'Bad Request: message is too long', /message is too long/],
    [400, 'Bad Request: message caption is too long', /caption is too long/],
    [400, 'Bad Request: PHOTO_INVALID_DIMENSIONS', /width and height/],
    [400, 'Bad Request: IMAGE_PROCESS_FAILED', /could not read this photo/],
    [400, 'Bad Request: VOICE_MESSAGES_FORBIDDEN', /does not take voice messages/],
    [400, 'Bad Request: file must be non-empty', /file is empty/],
    [400, 'Bad Request: have no rights to send a message', /may not write/],
    [400, 'Bad Request: a new rule.', /^Telegram refused it: a new rule\.$/],
    [413, 'Request Entity Too Large', /too large/],
  ])('%i %s is final, in words', async (code, description, words) => {
    const outcome = await send(refused(code, description));
    expect(outcome).toMatchObject({ status: 'failed', failure: { code: String(code), retryable: false } });
    expect(outcome.status === 'failed' && outcome.failure.reason).toMatch(words);
    expect(server.received).toHaveLength(1);
  });

  test.each([
    [5, 5_000],
    [0, 0],
    [35, 35_000],
    [7_200, 7_200_000],
  ])('with retry_after %i is tried again after exactly %i ms', async (retry_after, afterMs) => {
    const reply = refused(429, `Too Many Requests: retry after ${retry_after}`, { parameters: { retry_after } });
    expect(await send(reply)).toMatchObject({ status: 'retry', afterMs, code: '429' });
  });

  test.each([-1, 'soon', null])('with retry_after %j is tried again when the header says', async (retry_after) => {
    const reply = refused(429, 'Too Many Requests', { parameters: { retry_after } });
    if (typeof reply === 'string') throw new Error('not an answer');
    expect(await send({ ...reply, headers: { 'retry-after': '9' } })).toMatchObject({ status: 'retry', afterMs: 9_000 });
  });

  test.each<[number, object]>([
    [302, { status: 'failed' }],
    [400, { status: 'failed', failure: { code: '400', reason: 'Telegram refused it (HTTP 400).', retryable: false } }],
    [401, { status: 'stopped' }],
    [404, { status: 'stopped' }],
    [408, { status: 'unknown' }],
    [413, { status: 'failed', failure: { reason: 'The file is too large for Telegram.' } }],
    [429, { status: 'retry', code: '429' }],
    [500, { status: 'unknown' }],
    [503, { status: 'retry' }],
  ])('without readable words, HTTP %i → %j', async (status, expected) => {
    for (const body of ['', '<html>busy</html>', '{"error":"no"}', '[]'])
      expect(await send({ status, body })).toMatchObject(expected);
  });

  test('under HTTP 200 is an error all the same', async () => {
    const body = JSON.stringify({ ok: false, error_code: 403, description: 'Forbidden: bot was blocked by the user' });
    expect(await send({ status: 200, body })).toMatchObject({ status: 'failed', failure: { code: '403' } });
    expect(await send({ status: 200, body: '{"ok":false}' })).toMatchObject({ status: 'failed' });
  });

  test('is not followed elsewhere', async () => {
    await send({ status: 307, headers: { location: `${server.base}/elsewhere` } });
    expect(server.received.map((call) => call.path)).toEqual([`/bot${TOKEN}/sendMessage`]);
  });
});

describe('an answer that says too little', () => {
  test.each<[string, Reply, object]>([
    ['taken without an id is sent', result({}), { status: 'sent', providerMessageId: null }],
    ['taken without a chat is in this one', result({ message_id: 7 }), { status: 'sent', providerMessageId: '111222333:7' }],
    ['taken without anything is sent', { status: 200, body: '{"ok":true}' }, { status: 'sent', providerMessageId: null }],
    ['an unreadable yes is in doubt', { status: 200, body: '<html>' }, { status: 'unknown' }],
    ['an empty yes is in doubt', { status: 200, body: '' }, { status: 'unknown' }],
    ['half a yes is in doubt', 'half', { status: 'unknown' }],
    ['a huge yes is in doubt', { status: 200, body: Buffer.alloc(100_000, ' ') }, { status: 'unknown' }],
    [
      'a yes under a server error is in doubt',
      { status: 500, body: '{"ok":true,"result":{"message_id":7}}' },
      { status: 'unknown' },
    ],
    ['a line cut after the request is in doubt', 'reset', { status: 'unknown' }],
  ])('%s', async (_about, reply, expected) => {
    expect(await send(reply)).toMatchObject(expected);
    expect(server.received).toHaveLength(1);
  });

  test('silence until the time is up is in doubt', async () => {
    server.reply = 'silence';
    expect(await telegram.send(message, channel, deps(AbortSignal.timeout(150)))).toMatchObject({ status: 'unknown' });
    expect(server.received).toHaveLength(1);
  });

  test('a send whose time is up before it began is tried again, because nothing went out', async () => {
    expect(await telegram.send(message, channel, deps(AbortSignal.abort()))).toMatchObject({ status: 'retry' });
    expect(server.received).toEqual([]);
  });
});

test('the token is in no outcome, whatever Telegram or the line does', async () => {
  const echo = `Not Found: /bot${TOKEN}/sendMessage`;
  const replies: Reply[] = [
    ...[400, 401, 403, 404, 409, 413, 429, 500].map((code) => refused(code, echo)),
    { status: 502, body: `<html>${echo}</html>` },
    { status: 200, body: echo },
    'reset',
    'half',
  ];
  const outcomes: unknown[] = [];
  for (const reply of replies) {
    outcomes.push(await send(reply), await send(reply, { media: fileOf('image', 'image/png'), text: '' }));
    outcomes.push(
      await telegram.check(channel, deps()),
      await telegram.connect?.('https://inbox.test/webhooks/bot', channel, deps()),
    );
  }
  outcomes.push(await telegram.send(message, channel, { ...deps(), apiBase: 'http://127.0.0.1:1' }));
  outcomes.push(await telegram.send(message, channel, { ...deps(), apiBase: 'not an address' }));
  expect(server.received.length).toBeGreaterThan(replies.length);
  expect(JSON.stringify(outcomes)).not.toContain(TOKEN);
  expect(JSON.stringify(outcomes)).not.toContain(TOKEN.split(':')[1]);
});

describe('a pressed button', () => {
  const pressed = {
    update_id: 10_001,
    callback_query: {
      id: '4382bfdwdsb323b2d9',
      from: { id: 111222333, is_bot: false, first_name: 'Asha' },
      message: { message_id: 1300, chat: { id: 111222333, type: 'private' }, date: 1 },
      data: 'pc_send-42',
    },
  };

  test('asks to be confirmed, also when it is not taken; nothing else does', () => {
    expect(telegram.parse(pressed, channel).confirmations).toEqual(['4382bfdwdsb323b2d9']);
    const inGroup = { ...pressed.callback_query, message: { message_id: 1, chat: { id: -5, type: 'group' }, date: 1 } };
    const elsewhere = telegram.parse({ ...pressed, callback_query: inGroup }, channel);
    expect(elsewhere).toMatchObject({ events: [], confirmations: ['4382bfdwdsb323b2d9'] });
    const text = { message_id: 1, chat: { id: 1, type: 'private' }, date: 1, text: 'hi' };
    expect(telegram.parse({ update_id: 1, message: text }, channel).confirmations).toBeUndefined();
  });

  test('is confirmed by its id', async () => {
    server.reply = result(true);
    await telegram.confirm?.('4382bfdwdsb323b2d9', channel, deps());
    expect(server.received).toHaveLength(1);
    expect(server.received[0]).toMatchObject({ method: 'POST', path: `/bot${TOKEN}/answerCallbackQuery` });
    expect(jsonOf(server.received[0])).toEqual({ callback_query_id: '4382bfdwdsb323b2d9' });
  });

  test.each<Reply>([refused(400, 'Bad Request: query is too old'), { status: 500 }, 'reset'])(
    'that cannot be confirmed (%j) throws nothing',
    async (reply) => {
      server.reply = reply;
      await expect(telegram.confirm?.('1', channel, deps())).resolves.toBeUndefined();
    },
  );
});
