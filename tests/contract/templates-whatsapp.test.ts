import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Channel, OutboundMessage, SendDeps } from '../../src/lib/domain/provider';
import { fillTemplate, type Template, type TemplateUse } from '../../src/lib/domain/template';
import { whatsapp } from '../../src/lib/providers/whatsapp/server';
import { jsonOf, startRoutedServer, type Answer, type Call, type RoutedServer } from './routed-server';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const channel: Channel = {
  id: 'shop',
  provider: 'whatsapp',
  name: 'Shop',
  accountId: '106540352242922',
  settings: { businessId: '102290129340398' },
  secrets: { accessToken: 'token-1' },
};
const LIST = 'GET /v24.0/102290129340398/message_templates';
const SEND = 'POST /v24.0/106540352242922/messages';

let server: RoutedServer;
beforeAll(async () => void (server = await startRoutedServer()));
beforeEach(() => {
  server.calls.length = 0;
  server.routes.clear();
});
afterAll(() => server.close());

const deps = (): SendDeps => ({ fetch, apiBase: server.base, now, signal: AbortSignal.timeout(5_000) });
async function list(at: Channel = channel): Promise<Template[]> {
  if (!whatsapp.listTemplates) throw new Error('lists no templates');
  return whatsapp.listTemplates(at, deps());
}
const listed = (name: string, components: object[], change: object = {}) => ({
  name,
  language: 'en_US',
  status: 'APPROVED',
  category: 'MARKETING',
  id: '1',
  components,
  ...change,
});
const body = { type: 'BODY', text: 'Hello {{1}}' };
const answerWith = (...data: object[]): Answer => ({
  status: 200,
  body: { data, paging: { cursors: { before: 'a', after: 'b' } } },
});

describe('the list of templates', () => {
  test('has the text of every part, and the captions of the buttons', async () => {
    const header = { type: 'HEADER', format: 'TEXT', text: 'Spring {{1}}', example: { header_text: ['sale'] } };
    const buttons = {
      type: 'BUTTONS',
      buttons: [
        { type: 'QUICK_REPLY', text: 'Yes please' },
        { type: 'URL', text: 'Shop', url: 'https://shop.example/spring' },
        { type: 'PHONE_NUMBER', text: 'Call us', phone_number: '+15550783881' },
      ],
    };
    server.routes.set(LIST, answerWith(listed('spring', [header, body, { type: 'FOOTER', text: 'Reply STOP' }, buttons])));
    expect(await list()).toEqual([
      {
        name: 'spring',
        language: 'en_US',
        category: 'MARKETING',
        header: 'Spring {{1}}',
        body: 'Hello {{1}}',
        footer: 'Reply STOP',
        buttons: ['Yes please', 'Shop', 'Call us'],
        plainButtons: [1, 2],
      },
    ]);
    const [call] = server.calls;
    expect(call?.headers.get('authorization')).toBe('Bearer token-1');
    const query = new URL(call?.path ?? '', server.base).searchParams;
    expect(Object.fromEntries(query)).toEqual({ fields: 'name,language,status,category,components', limit: '100' });
  });

  test.each<[string, object]>([
    ['is not approved', listed('x', [body], { status: 'PENDING' })],
    ['was rejected', listed('x', [body], { status: 'REJECTED' })],
    ['is paused', listed('x', [body], { status: 'PAUSED' })],
    ['has a picture on top', listed('x', [{ type: 'HEADER', format: 'IMAGE' }, body])],
    ['has a video on top', listed('x', [{ type: 'HEADER', format: 'VIDEO' }, body])],
    ['has a document on top', listed('x', [{ type: 'HEADER', format: 'DOCUMENT' }, body])],
    ['has a place on top', listed('x', [{ type: 'HEADER', format: 'LOCATION' }, body])],
    ['has a link to fill', listed('x', [body, buttonsOf({ type: 'URL', text: 'See', url: 'https://shop.example/{{1}}' })])],
    ['has a code to copy', listed('x', [body, buttonsOf({ type: 'COPY_CODE', text: 'Copy' })])],
    ['has a one-time code', listed('x', [body, buttonsOf({ type: 'OTP', text: 'Copy', otp_type: 'COPY_CODE' })])],
    ['has cards', listed('x', [body, { type: 'CAROUSEL', cards: [] }])],
    ['has a part of a later date', listed('x', [body, { type: 'HOLOGRAM' }])],
    ['has no body', listed('x', [{ type: 'FOOTER', text: 'bye' }])],
    ['has its numbers in another order', listed('x', [{ type: 'BODY', text: '{{2}} for {{1}}' }])],
    ['has no name', { ...listed('x', [body]), name: 7 }],
    ['is nothing', {}],
  ])('leaves out one that %s', async (_about, part) => {
    server.routes.set(LIST, answerWith(part, listed('kept', [body])));
    expect((await list()).map(({ name }) => name)).toEqual(['kept']);
  });

  test('keeps named placeholders and numbers that are used twice', async () => {
    const named = listed('named', [{ type: 'BODY', text: 'Dear {{first_name}}, {{order}}' }]);
    const twice = listed('twice', [{ type: 'BODY', text: '{{1}} and {{2}}, {{1}}!' }]);
    server.routes.set(LIST, answerWith(twice, named));
    expect((await list()).map(({ name }) => name)).toEqual(['named', 'twice']);
  });

  test('is sorted by name, then by language', async () => {
    server.routes.set(
      LIST,
      answerWith(listed('b', [body]), listed('a', [body], { language: 'pt_BR' }), listed('a', [body], { language: 'de' })),
    );
    expect((await list()).map(({ name, language }) => `${name} ${language}`)).toEqual(['a de', 'a pt_BR', 'b en_US']);
  });

  test('goes on to the next page until there is none', async () => {
    const pages = new Map([
      ['', { data: [listed('one', [body])], paging: { cursors: { after: 'p2' }, next: 'https://evil.example/next' } }],
      ['p2', { data: [listed('two', [body])], paging: { cursors: { after: 'p3' }, next: 'https://evil.example/next' } }],
      ['p3', { data: [listed('three', [body])], paging: { cursors: { after: 'p4' } } }],
    ]);
    server.routes.set(LIST, (call) => ({ status: 200, body: pages.get(afterOf(call)) ?? { data: [] } }));
    expect((await list()).map(({ name }) => name)).toEqual(['one', 'three', 'two']);
    expect(server.calls.map(afterOf)).toEqual(['', 'p2', 'p3']);
  });

  test('ends after twenty pages, and when a page leads to itself', async () => {
    const onwards = (after: string) => ({ data: [listed('x', [body])], paging: { cursors: { after }, next: 'n' } });
    server.routes.set(LIST, () => ({ status: 200, body: onwards(`p${server.calls.length}`) }));
    expect(await list()).toHaveLength(20);
    expect(server.calls).toHaveLength(20);
    server.calls.length = 0;
    server.routes.set(LIST, { status: 200, body: onwards('same') });
    expect(await list()).toHaveLength(2);
  });

  test('of a hundred long templates is read', async () => {
    const long = Array.from({ length: 100 }, (_, i) => listed(`t${i}`, [{ type: 'BODY', text: 'x'.repeat(4_096) }]));
    server.routes.set(LIST, (call) => ({ status: 200, body: { data: afterOf(call) === '' ? long : [] } }));
    expect(await list()).toHaveLength(100);
  });

  test.each<[string, Answer, RegExp]>([
    ['the token is revoked', { status: 401, body: { error: { code: 190 } } }, /access token.*Admin/],
    ['the account is not known', { status: 400, body: { error: { code: 100, message: 'No such object' } } }, /business account/],
    ['the service is down', { status: 503 }, /could not be listed/],
    ['the line breaks', 'reset', /could not be listed.*connection broke/],
    ['the answer is no list', { status: 200, body: { data: 'none' } }, /could not be read/],
    ['the answer is no JSON', { status: 200, body: '<html>' }, /could not be listed/],
  ])('says in words that %s', async (_about, answer, words) => {
    server.routes.set(LIST, answer);
    await expect(list()).rejects.toThrow(words);
  });

  test.each<[string, Partial<Channel>, RegExp]>([
    ['no business account', { settings: {} }, /Business account id/],
    ['no token', { secrets: {} }, /access token/],
  ])('says what to do when the channel has %s, without a call', async (_about, change, words) => {
    await expect(list({ ...channel, ...change })).rejects.toThrow(words);
    expect(server.calls).toEqual([]);
  });
});

function buttonsOf(...buttons: object[]) {
  return { type: 'BUTTONS', buttons };
}
const afterOf = (call: Call): string => new URL(call.path, server.base).searchParams.get('after') ?? '';

describe('a template that is sent', () => {
  const message: OutboundMessage = {
    id: '3f0e6f0e-9a57-4c0e-9a43-3c1b1d6d5a10',
    address: '16505551234',
    text: 'What the customer will read',
    replyTo: null,
    media: null,
    template: null,
    lastActionAt: now - 90_000_000,
  };
  beforeEach(() => void server.routes.set(SEND, { status: 200, body: { messages: [{ id: 'wamid.T1' }] } }));

  async function sent(template: TemplateUse): Promise<unknown> {
    expect(await whatsapp.send({ ...message, template }, channel, deps())).toEqual({
      status: 'sent',
      providerMessageId: 'wamid.T1',
    });
    expect(server.calls).toHaveLength(1);
    return jsonOf(server.calls[0]);
  }

  test('has its parameters in order, by part, and our id', async () => {
    const header = [{ name: null, text: 'sale' }];
    const values = [
      { name: null, text: 'Asha' },
      { name: null, text: '20 %' },
    ];
    expect(await sent({ name: 'spring', language: 'en_US', header, body: values })).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '16505551234',
      type: 'template',
      template: {
        name: 'spring',
        language: { code: 'en_US' },
        components: [
          { type: 'header', parameters: [{ type: 'text', text: 'sale' }] },
          {
            type: 'body',
            parameters: [
              { type: 'text', text: 'Asha' },
              { type: 'text', text: '20 %' },
            ],
          },
        ],
      },
      biz_opaque_callback_data: message.id,
    });
  });

  test('names the parameters of named placeholders', async () => {
    const use = { name: 'n', language: 'de', header: [], body: [{ name: 'first_name', text: 'Asha' }] };
    expect(await sent(use)).toHaveProperty('template.components', [
      { type: 'body', parameters: [{ type: 'text', text: 'Asha', parameter_name: 'first_name' }] },
    ]);
  });

  test('without parameters has no components', async () => {
    expect(await sent({ name: 'plain', language: 'de', header: [], body: [] })).toHaveProperty('template', {
      name: 'plain',
      language: { code: 'de' },
    });
  });

  test('goes out as it was listed and filled', async () => {
    server.routes.set(LIST, answerWith(listed('hello', [body])));
    const [template] = await list();
    const filled = template && fillTemplate(template, { 'body.1': 'Asha' });
    if (!filled) throw new Error('not filled');
    expect(filled.text).toBe('Hello Asha');
    server.calls.length = 0;
    expect(await sent(filled.use)).toHaveProperty('template.components.0.parameters', [{ type: 'text', text: 'Asha' }]);
  });

  test('is not held to the limits of a text', async () => {
    const use = { name: 'plain', language: 'de', header: [], body: [] };
    for (const text of ['', 'x'.repeat(5_000)]) {
      expect(await whatsapp.send({ ...message, text, template: use }, channel, deps())).toMatchObject({ status: 'sent' });
    }
  });

  test.each([132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016])('refused with %i is final', async (code) => {
    server.routes.set(SEND, { status: 400, body: { error: { code, message: 'told' } } });
    const use = { name: 'plain', language: 'de', header: [], body: [] };
    expect(await whatsapp.send({ ...message, template: use }, channel, deps())).toMatchObject({
      status: 'failed',
      failure: { code: String(code), retryable: false },
    });
  });
});
