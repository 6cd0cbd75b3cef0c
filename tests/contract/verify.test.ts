import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Channel, Provider, ProviderName } from '../../src/lib/domain/provider';
import { providers } from '../../src/lib/server/providers';
import { messenger } from '../../src/lib/providers/messenger/server';
import { webhook } from '../../src/lib/providers/webhook/server';
import { whatsapp } from '../../src/lib/providers/whatsapp/server';

const bytes = (text: string) => new TextEncoder().encode(text);
const channelWith = (provider: ProviderName, secrets: Channel['secrets']): Channel => ({
  id: 'shop',
  provider,
  name: 'Shop',
  accountId: '106540352242922',
  settings: {},
  secrets,
});

describe.each(Object.values(providers).map((provider): [string, Provider] => [provider.name, provider]))(
  'any delivery of %s',
  (name, provider) => {
    const signed = (text: string) => createHmac('sha256', '').update(text).digest();
    const headers = new Headers({
      'x-hub-signature-256': `sha256=${signed('{}').toString('hex')}`,
      'x-telegram-bot-api-secret-token': '',
      'webhook-id': 'msg_1',
      'webhook-timestamp': '0',
      'webhook-signature': `v1,${signed('msg_1.0.{}').toString('base64')}`,
    });

    test.each<[string, Channel['secrets']]>([
      ['no secrets', {}],
      ['empty secrets', { appSecret: '', verifyToken: '', accessToken: '', webhookSecret: '' }],
      ['secrets of nothing but separators', { appSecret: ',', verifyToken: ',', accessToken: ',', webhookSecret: ',' }],
    ])('is never authentic for a channel with %s', async (_about, secrets) => {
      const channel = channelWith(provider.name, secrets);
      expect(await provider.verify(bytes('{}'), headers, channel, 0), name).toBe(false);
      expect(await provider.verify(bytes('{}'), new Headers(), channel, 0), name).toBe(false);
      const query = new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.challenge': '1', 'hub.verify_token': '' });
      expect(provider.handshake(query, channel), name).toBeNull();
    });
  },
);

describe.each([
  ['WhatsApp', whatsapp],
  ['Messenger', messenger],
])('a %s delivery', (_title, meta) => {
  const channel = channelWith(meta.name, { appSecret: 'test_app_secret', verifyToken: 'verify-me' });
  const body = '{"object":"whatsapp_business_account","entry":[]}';
  // Computed apart from this code, for the secret and the body above.
  const good = 'sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756';
  const verify = (header: string | null, text = body, over = channel) =>
    meta.verify(bytes(text), new Headers(header === null ? {} : { 'x-hub-signature-256': header }), over, 0);

  test('is authentic with the published signature', async () => {
    expect(await verify(good)).toBe(true);
  });

  test('is authentic with either secret while one is being rotated', async () => {
    expect(await verify(good, body, channelWith(meta.name, { appSecret: 'newer,test_app_secret' }))).toBe(true);
  });

  test.each<[string, string | null]>([
    ['no signature', null],
    ['an empty one', ''],
    ['only the scheme', 'sha256='],
    ['a truncated one', good.slice(0, -1)],
    ['a longer one', `${good}0`],
    ['upper-case digits', good.toUpperCase().replace('SHA256', 'sha256')],
    ['an upper-case scheme', good.replace('sha256', 'SHA256')],
    ['the bare digits', good.slice(7)],
    ['the old SHA-1 scheme', good.replace('sha256', 'sha1')],
    ['a list', `${good}, ${good}`],
    ['a digit that is none', good.replace('d', 'g')],
    ['another secret’s', `sha256=${createHmac('sha256', 'other').update(body).digest('hex')}`],
  ])('with %s is a forgery', async (_about, header) => {
    expect(await verify(header)).toBe(false);
  });

  test('whose JSON was written anew is a forgery: the bytes count', async () => {
    expect(await verify(good, JSON.stringify(JSON.parse(body), null, 1))).toBe(false);
    expect(await verify(good, `${body}\n`)).toBe(false);
  });

  test('is never authentic for a channel without a secret', async () => {
    const empty = `sha256=${createHmac('sha256', '').update(body).digest('hex')}`;
    for (const appSecret of [undefined, '', ',']) {
      expect(await verify(empty, body, channelWith(meta.name, { appSecret }))).toBe(false);
    }
  });

  test('is authentic only as it was signed, for any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.nat(), async (data, at) => {
        const header = `sha256=${createHmac('sha256', 'test_app_secret').update(data).digest('hex')}`;
        const headers = new Headers({ 'x-hub-signature-256': header });
        expect(await meta.verify(data, headers, channel, 0)).toBe(true);
        const changed = data.length === 0 ? new Uint8Array([0]) : data.with(at % data.length, (data[at % data.length] ?? 0) ^ 1);
        expect(await meta.verify(changed, headers, channel, 0)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  test('with any other header is refused without an exception', async () => {
    const header = fc.stringMatching(/^[\x20-\x7e]{0,120}$/);
    await fc.assert(
      fc.asyncProperty(header, async (text) => {
        expect(await verify(text)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, Record<string, string>, string | null]>([
    ['the right token is answered with the challenge', {}, '1158201444'],
    ['a wrong token is refused', { 'hub.verify_token': 'verify-mE' }, null],
    ['a longer token is refused', { 'hub.verify_token': 'verify-me2' }, null],
    ['an empty token is refused', { 'hub.verify_token': '' }, null],
    ['another mode is refused', { 'hub.mode': 'unsubscribe' }, null],
    ['no challenge is refused', { 'hub.challenge': '' }, null],
    ['a huge challenge is refused', { 'hub.challenge': 'x'.repeat(300) }, null],
  ])('handshake: %s', (_about, change, expected) => {
    const query = { 'hub.mode': 'subscribe', 'hub.challenge': '1158201444', 'hub.verify_token': 'verify-me', ...change };
    expect(meta.handshake(new URLSearchParams(query), channel)).toBe(expected);
  });

  test.each([
    ['new', true],
    ['old', true],
    ['new,old', true],
    ['ne', false],
    ['', false],
  ])('handshake while the token is being rotated: “%s” is right: %s', (token, isRight) => {
    const rotated = channelWith(meta.name, { verifyToken: 'new,old' });
    const query = { 'hub.mode': 'subscribe', 'hub.challenge': '1', 'hub.verify_token': token };
    expect(meta.handshake(new URLSearchParams(query), rotated)).toBe(isRight ? '1' : null);
  });

  test('handshake: a channel without a token refuses every one', () => {
    const query = new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.challenge': '1', 'hub.verify_token': '' });
    expect(meta.handshake(query, channelWith(meta.name, {}))).toBeNull();
  });
});

describe('a Standard Webhooks delivery', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const channel = channelWith('webhook', { webhookSecret: secret });
  const body = '{"test": 2432232314}';
  const at = 1_614_265_330_000;
  // The specification's own vector.
  const good = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const verify = (change: Record<string, string | null> = {}, { text = body, now = at, over = channel } = {}) => {
    const headers = new Headers();
    for (const [name, value] of Object.entries({ ...good, ...change })) if (value !== null) headers.set(name, value);
    return webhook.verify(bytes(text), headers, over, now);
  };
  const signed = (id: string, timestamp: string, text = body, key = secret.slice(6)) =>
    `v1,${createHmac('sha256', Buffer.from(key, 'base64')).update(`${id}.${timestamp}.${text}`).digest('base64')}`;

  test('is authentic with the published signature', async () => {
    expect(await verify()).toBe(true);
  });

  test.each([
    ['the first of several', `${good['webhook-signature']} v1,AAAA`],
    ['the last of several', `v1a,xxxx v1,AAAA v1,${'A'.repeat(43)}= ${good['webhook-signature']}`],
  ])('is authentic when %s signatures matches', async (_about, signature) => {
    expect(await verify({ 'webhook-signature': signature })).toBe(true);
  });

  test('is authentic with either secret while one is being rotated', async () => {
    const rotating = channelWith('webhook', { webhookSecret: `whsec_${btoa('a newer secret, 24 bytes')},${secret}` });
    expect(await verify({}, { over: rotating })).toBe(true);
  });

  test.each([
    [-300_000, true],
    [300_000, true],
    [-300_001, false],
    [300_001, false],
  ])('whose time is %i ms from ours: %s', async (offset, expected) => {
    expect(await verify({}, { now: at + offset })).toBe(expected);
  });

  test.each<[string, Record<string, string | null>]>([
    ['no id', { 'webhook-id': null }],
    ['no time', { 'webhook-timestamp': null }],
    ['no signature', { 'webhook-signature': null }],
    ['an empty signature', { 'webhook-signature': '' }],
    ['a truncated signature', { 'webhook-signature': good['webhook-signature'].slice(0, -2) }],
    ['a signature without its version', { 'webhook-signature': good['webhook-signature'].slice(3) }],
    ['another version', { 'webhook-signature': good['webhook-signature'].replace('v1', 'v2') }],
    ['an upper-case version', { 'webhook-signature': good['webhook-signature'].replace('v1', 'V1') }],
    ['another spelling of the same bytes', { 'webhook-signature': good['webhook-signature'].replace('OE=', 'OF=') }],
    ['base64 of another alphabet', { 'webhook-signature': good['webhook-signature'].replace('+', '-').replace('/', '_') }],
    ['another id', { 'webhook-id': 'msg_other' }],
    ['another time', { 'webhook-timestamp': '1614265331' }],
    ['a time that is none', { 'webhook-timestamp': 'now' }],
    ['a time with a fraction', { 'webhook-timestamp': '1614265330.5' }],
    ['an id with a dot', { 'webhook-id': 'a.b', 'webhook-signature': signed('a.b', '1614265330') }],
    ['another secret', { 'webhook-signature': signed(good['webhook-id'], '1614265330', body, btoa('of somebody else')) }],
  ])('with %s is a forgery', async (_about, change) => {
    expect(await verify(change)).toBe(false);
  });

  test('whose JSON was written anew is a forgery', async () => {
    expect(await verify({}, { text: JSON.stringify(JSON.parse(body)) })).toBe(false);
  });

  test.each([undefined, '', 'whsec_', 'whsec_not base64'])(
    'is never authentic for a channel whose secret is %j',
    async (webhookSecret) => {
      expect(await verify({}, { over: channelWith('webhook', { webhookSecret }) })).toBe(false);
    },
  );

  test('with any other headers is refused without an exception', async () => {
    const header = fc.stringMatching(/^[\x20-\x7e]{0,80}$/);
    await fc.assert(
      fc.asyncProperty(header, header, header, async (id, time, signature) => {
        const change = { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature };
        expect(await verify(change)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test('has no handshake', () => {
    expect(webhook.handshake(new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.challenge': '1' }), channel)).toBeNull();
  });
});
