import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Channel, OutboundMessage, ParsedWebhook, ProviderName } from '../../src/lib/domain/provider';
import { providerOf } from '../../src/lib/server/providers';
import { startProviderServer, type ProviderServer } from './provider-server';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const id = '3f0e6f0e-9a57-4c0e-9a43-3c1b1d6d5a10.7';
const tokens = ['pc_yes', 'pc_no'] as const;
const campaign = {
  token: 'pc_whole',
  buttons: [
    { title: 'Yes, please', token: tokens[0] },
    { title: 'Not now', token: tokens[1] },
  ],
};
const message = (fields: Partial<OutboundMessage>): OutboundMessage => ({
  id,
  address: '4915112345678',
  text: 'Spring is here',
  replyTo: null,
  media: null,
  template: null,
  lastActionAt: 0,
  campaign,
  ...fields,
});
const channels: Record<ProviderName, Channel> = {
  whatsapp: channelOf('whatsapp', '106540352242922', { accessToken: 'token' }),
  messenger: channelOf('messenger', '1067280970047460', { accessToken: 'token' }),
  telegram: channelOf('telegram', '110201543', { accessToken: '110201543:secret' }),
  webhook: channelOf('webhook', 'app', { webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }),
};
function channelOf(provider: ProviderName, accountId: string, secrets: Channel['secrets']): Channel {
  return { id: 'shop', provider, name: 'Shop', accountId, settings: {}, secrets };
}

let server: ProviderServer;
beforeAll(async () => void (server = await startProviderServer()));
beforeEach(() => void (server.received.length = 0));
afterAll(() => server.close());

/** What reached the provider. */
async function sent(provider: ProviderName, fields: Partial<OutboundMessage> = {}): Promise<unknown> {
  const deps = { fetch, apiBase: server.base, now, signal: AbortSignal.timeout(5_000) };
  await providerOf(provider).send(message(fields), channels[provider], deps);
  expect(server.received).toHaveLength(1);
  return JSON.parse(server.received[0]?.body ?? 'null');
}

describe('a campaign message has our mark in its buttons and our id beside it', () => {
  test('WhatsApp: nothing for a template’s links and calls, which take no parameter', async () => {
    const template = { name: 'spring', language: 'en_US', header: [], body: [], plainButtons: [0] };
    expect(await sent('whatsapp', { template })).toMatchObject({
      template: {
        components: [
          { type: 'button', sub_type: 'quick_reply', index: '1', parameters: [{ type: 'payload', payload: 'pc_no' }] },
        ],
      },
    });
  });

  test('WhatsApp: the payloads of a template’s quick replies, by their places, after what fills it', async () => {
    const template = { name: 'spring', language: 'en_US', header: [], body: [{ name: null, text: 'Asha' }] };
    expect(await sent('whatsapp', { template })).toEqual({
      messaging_product: 'whatsapp',
      recipient_type: 'individual',
      to: '4915112345678',
      type: 'template',
      template: {
        name: 'spring',
        language: { code: 'en_US' },
        components: [
          { type: 'body', parameters: [{ type: 'text', text: 'Asha' }] },
          { type: 'button', sub_type: 'quick_reply', index: '0', parameters: [{ type: 'payload', payload: 'pc_yes' }] },
          { type: 'button', sub_type: 'quick_reply', index: '1', parameters: [{ type: 'payload', payload: 'pc_no' }] },
        ],
      },
      biz_opaque_callback_data: id,
    });
  });

  test('WhatsApp: reply buttons below free text', async () => {
    expect(await sent('whatsapp')).toMatchObject({
      type: 'interactive',
      interactive: {
        type: 'button',
        body: { text: 'Spring is here' },
        action: {
          buttons: [
            { type: 'reply', reply: { id: 'pc_yes', title: 'Yes, please' } },
            { type: 'reply', reply: { id: 'pc_no', title: 'Not now' } },
          ],
        },
      },
      biz_opaque_callback_data: id,
    });
  });

  test('Messenger: quick replies; it answers nobody, so it is an update, whenever they last wrote', async () => {
    expect(await sent('messenger', { address: '6543210987654321' })).toEqual({
      recipient: { id: '6543210987654321' },
      messaging_type: 'UPDATE',
      message: {
        text: 'Spring is here',
        quick_replies: [
          { content_type: 'text', title: 'Yes, please', payload: 'pc_yes' },
          { content_type: 'text', title: 'Not now', payload: 'pc_no' },
        ],
        metadata: id,
      },
    });
  });

  test('Telegram: an inline keyboard, a button a line', async () => {
    expect(await sent('telegram', { address: '111' })).toEqual({
      chat_id: 111,
      text: 'Spring is here',
      reply_markup: {
        inline_keyboard: [[{ text: 'Yes, please', callback_data: 'pc_yes' }], [{ text: 'Not now', callback_data: 'pc_no' }]],
      },
    });
  });

  test('an app: buttons with payloads, and a token for the whole', async () => {
    expect(await sent('webhook', { address: 'user-7' })).toMatchObject({
      data: {
        message: {
          type: 'text',
          text: 'Spring is here',
          buttons: [
            { title: 'Yes, please', payload: 'pc_yes' },
            { title: 'Not now', payload: 'pc_no' },
          ],
        },
        idempotencyKey: id,
        campaignToken: 'pc_whole',
      },
    });
  });

  test.each<[ProviderName, RegExp]>([
    ['whatsapp', /"type":"text"/],
    ['messenger', /"message":\{"text":"Spring is here","metadata"/],
    ['telegram', /^\{"chat_id":111,"text":"Spring is here"\}$/],
    ['webhook', /"message":\{"type":"text","text":"Spring is here"\}/],
  ])('%s: without buttons it is a plain text', async (provider, form) => {
    await sent(provider, { campaign: { ...campaign, buttons: [] }, address: provider === 'telegram' ? '111' : '4915112345678' });
    expect(server.received[0]?.body).toMatch(form);
  });
});

describe('a pressed button brings our mark back', () => {
  const page = { id: '1067280970047460' };
  const person = { id: '6543210987654321' };
  const whatsapp = (part: object) => ({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '1',
        changes: [
          {
            field: 'messages',
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: '1', phone_number_id: '106540352242922' },
              messages: [{ from: '4915112345678', id: 'wamid.in', timestamp: '1749416383', ...part }],
            },
          },
        ],
      },
    ],
  });
  const messenger = (part: object) => ({
    object: 'page',
    entry: [{ id: page.id, messaging: [{ sender: person, recipient: page, timestamp: now, ...part }] }],
  });
  const bodies: [string, ProviderName, unknown][] = [
    ['a template’s', 'whatsapp', whatsapp({ type: 'button', button: { payload: 'pc_yes', text: 'Yes, please' } })],
    [
      'a reply button',
      'whatsapp',
      whatsapp({
        type: 'interactive',
        interactive: { type: 'button_reply', button_reply: { id: 'pc_yes', title: 'Yes, please' } },
      }),
    ],
    [
      'a quick reply',
      'messenger',
      messenger({ message: { mid: 'm_in', text: 'Yes, please', quick_reply: { payload: 'pc_yes' } } }),
    ],
    ['a postback', 'messenger', messenger({ postback: { mid: 'm_in', title: 'Yes, please', payload: 'pc_yes' } })],
    [
      'a key',
      'telegram',
      {
        update_id: 5,
        callback_query: {
          id: '438',
          from: { id: 111, is_bot: false, first_name: 'Asha' },
          message: { message_id: 1300, date: 1, chat: { id: 111, type: 'private', first_name: 'Asha' } },
          chat_instance: '1',
          data: 'pc_yes',
        },
      },
    ],
    [
      'a button of an app',
      'webhook',
      {
        type: 'message.received',
        timestamp: new Date(now).toISOString(),
        data: { id: 'in-1', user: { id: 'user-7' }, message: { type: 'button', text: 'Yes, please', payload: 'pc_yes' } },
      },
    ],
  ];
  test.each(bodies)('%s of %s', (_, provider, body) => {
    const { events }: ParsedWebhook = providerOf(provider).parse(body, channels[provider]);
    expect(events).toMatchObject([{ type: 'message', token: 'pc_yes' }]);
  });

  test('a mark of ours counts before what another tool has put beside it', () => {
    const referral = { ref: 'pc_link', source: 'SHORTLINK', type: 'OPEN_THREAD' };
    const body = messenger({ postback: { mid: 'm_in', title: 'Get started', payload: 'GET_STARTED', referral } });
    expect(providerOf('messenger').parse(body, channels.messenger).events).toMatchObject([{ token: 'pc_link' }]);
  });

  test('and Messenger’s echo of it is known by our id', () => {
    const echo = { is_echo: true, app_id: 151, metadata: id, mid: 'm_out', text: 'Spring is here' };
    const body = {
      object: 'page',
      entry: [{ id: page.id, messaging: [{ sender: page, recipient: person, timestamp: now, message: echo }] }],
    };
    expect(providerOf('messenger').parse(body, channels.messenger).events).toMatchObject([{ type: 'echo', messageId: id }]);
  });
});

test('the name of a signed call has no dot, which the specification keeps for itself', async () => {
  await sent('webhook');
  const name = server.received[0]?.headers['webhook-id'];
  expect(name).toBe(id.replace('.', '_'));
});
