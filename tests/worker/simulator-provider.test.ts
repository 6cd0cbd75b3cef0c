import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { conversationIdOf } from '../../src/lib/domain/ids';
import type { OutboundMedia, OutboundMessage, SendDeps } from '../../src/lib/domain/provider';
import { noFaults, simulatedProviders, type Faults, type SimulatedProvider } from '../../src/lib/domain/simulator';
import { fillTemplate } from '../../src/lib/domain/template';
import { providerOf } from '../../src/lib/server/providers';
import { demoChannels } from '../../workers/demo/channels';
import { simulatorOf } from '../../workers/simulator/object';
import { sampleId, sampleOf } from '../../workers/simulator/samples/samples';
import { addChannels, API_BASE, call, connect, startDemo } from './simulator-world';

startDemo();
beforeAll(addChannels);
beforeEach(connect);
afterEach(async () => {
  await setFaults({});
  vi.unstubAllGlobals();
});

const setFaults = (faults: Partial<Faults>) => call('PUT', 'faults', { ...noFaults, ...faults });
const channels = { ...demoChannels, whatsapp: { ...demoChannels.whatsapp, settings: { businessId: '102290129340398' } } };
const deps = (): SendDeps => ({ fetch, apiBase: API_BASE, now: Date.now(), signal: AbortSignal.timeout(10_000) });
let count = 0;
const addressOn = (provider: SimulatedProvider) => (provider === 'webhook' ? `rider-${++count}` : String(7_000_000 + ++count));

function messageTo(address: string, over: Partial<OutboundMessage> = {}): OutboundMessage {
  const nothing = { replyTo: null, media: null, template: null };
  return { id: crypto.randomUUID(), address, text: 'hello', ...nothing, lastActionAt: Date.now(), ...over };
}
const sendTo = (provider: SimulatedProvider, message: OutboundMessage) =>
  providerOf(provider).send(message, channels[provider], deps());
const thread = async (provider: SimulatedProvider, address: string) =>
  simulatorOf(env).thread(await conversationIdOf(channels[provider].id, address));

/** A sample as an agent's attachment, readable at an address of our own origin as well. */
async function attachment(kind: 'image' | 'audio' | 'document'): Promise<OutboundMedia> {
  const sample = await sampleOf(sampleId(kind === 'audio' ? 'voice' : kind));
  if (!sample) throw new Error('no sample');
  const { mime, size, id } = sample.media;
  const url = `${API_BASE}/attachments/${id}/file`;
  return { kind, mime, fileName: `${kind}.bin`, size, read: async () => new Blob([sample.bytes]), url: async () => url };
}

describe.each(simulatedProviders)('Parley’s own client on %s', (provider) => {
  test('sends a text that stands on the phone, with the id that it was answered with', async () => {
    const address = addressOn(provider);
    const result = await sendTo(provider, messageTo(address));
    const phone = await thread(provider, address);
    expect(phone?.messages).toMatchObject([{ from: 'brand', kind: 'text', text: 'hello' }]);
    expect(result).toEqual({ status: 'sent', providerMessageId: phone?.messages[0]?.id });
  });

  test.each(['image', 'audio', 'document'] as const)('sends a file as %s, whose very bytes the phone has', async (kind) => {
    const address = addressOn(provider);
    const media = await attachment(kind);
    expect(await sendTo(provider, messageTo(address, { text: '', media }))).toMatchObject({ status: 'sent' });
    const found = (await thread(provider, address))?.messages[0]?.media;
    const shown = await call('GET', `files/${found?.id}`);
    expect(new Uint8Array(await shown.arrayBuffer())).toEqual(new Uint8Array(await (await media.read()).arrayBuffer()));
    expect(shown.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('reads the file that an end user sent', async () => {
    const sample = await sampleOf(sampleId('image'));
    const id = sampleId('image');
    const named =
      provider === 'whatsapp' || provider === 'telegram'
        ? { providerMediaId: id }
        : { url: `${API_BASE}/attachments/${id}/file` };
    const answer = await providerOf(provider).readMedia?.(named, channels[provider], deps());
    if (answer?.status !== 'found') throw new Error(`not found: ${JSON.stringify(answer)}`);
    expect(new Uint8Array(await new Response(answer.body).arrayBuffer())).toEqual(sample?.bytes);
  });

  test('finds nothing wrong with the demo’s channel', async () => {
    const checks = await providerOf(provider).check(channels[provider], deps());
    expect(checks.length).toBeGreaterThan(0);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  test('is stopped by a wrong secret', async () => {
    const wrong = { accessToken: '110201543:other', webhookSecret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' };
    const channel = { ...channels[provider], secrets: { ...channels[provider].secrets, ...wrong } };
    const address = addressOn(provider);
    expect(await providerOf(provider).send(messageTo(address), channel, deps())).toMatchObject({ status: 'stopped' });
    expect(await thread(provider, address)).toBeNull();
  });

  test('does not know what became of a send while connections are cut', async () => {
    await setFaults({ provider: 'cut' });
    expect(await sendTo(provider, messageTo(addressOn(provider)))).toMatchObject({ status: 'unknown' });
    await setFaults({ provider: 'badGateway' });
    expect(await sendTo(provider, messageTo(addressOn(provider)))).toMatchObject({ status: 'unknown' });
    await setFaults({});
    expect(await sendTo(provider, messageTo(addressOn(provider)))).toMatchObject({ status: 'sent' });
  });

  test('meets a refusal once, or until it is switched off; other providers never', async () => {
    const { refusals } = await simulatorOf(env).overview().then(async () => (await call('GET', 'phones')).json<{ refusals: { key: string; provider: string; isRateLimit: boolean }[] }>()); // prettier-ignore
    const limit = refusals.find((one) => one.provider === provider && one.isRateLimit);
    const other = simulatedProviders.find((one) => one !== provider) ?? provider;
    await setFaults({ nextSend: limit?.key ?? '', retryAfterS: 7 });
    expect(await sendTo(other, messageTo(addressOn(other)))).toMatchObject({ status: 'sent' });
    expect(await sendTo(provider, messageTo(addressOn(provider)))).toMatchObject({ status: 'retry', afterMs: 7_000 });
    expect(await sendTo(provider, messageTo(addressOn(provider)))).toMatchObject({ status: 'sent' });
    await setFaults({ nextSend: limit?.key ?? '', everySend: true });
    for (let i = 0; i < 2; i++) {
      expect(await sendTo(provider, messageTo(addressOn(provider)))).toMatchObject({ status: 'retry', afterMs: 3_000 });
    }
  });
});

describe('on WhatsApp', () => {
  test('the approved templates are listed, and one that is filled stands on the phone as it reads', async () => {
    const templates = (await providerOf('whatsapp').listTemplates?.(channels.whatsapp, deps())) ?? [];
    expect(templates.map(({ name }) => name)).toEqual(['booking_reminder', 'order_follow_up', 'weekend_offer']);
    expect(templates[0]).toMatchObject({
      header: 'Your stay in {{1}}',
      footer: 'Parley Travel',
      buttons: ['All good', 'I have a question'],
    });
    const address = addressOn('whatsapp');
    const text = (value: string) => ({ name: null, text: value });
    const body = [text('Mateo'), text('Casa Azul'), text('15:00')];
    const template = { name: 'booking_reminder', language: 'en_US', header: [text('Goa')], body };
    expect(await sendTo('whatsapp', messageTo(address, { template }))).toMatchObject({ status: 'sent' });
    const [shown] = (await thread('whatsapp', address))?.messages ?? [];
    expect(shown).toMatchObject({ kind: 'template', buttons: ['All good', 'I have a question'] });
    expect(shown?.text).toContain('Hi Mateo, your room at Casa Azul is ready from 15:00.');
  });

  test('a campaign’s template with a link below goes out, which no mark of ours may be put on', async () => {
    const templates = (await providerOf('whatsapp').listTemplates?.(channels.whatsapp, deps())) ?? [];
    const offer = templates.find(({ name }) => name === 'weekend_offer');
    const use = offer && fillTemplate(offer, { 'body.1': 'Lucía', 'body.2': '20 %' })?.use;
    if (!use) throw new Error('it could not be filled');
    const buttons = (offer?.buttons ?? []).map((title, i) => ({ title, token: `pc_${i}` }));
    const campaign = { token: 'pc_whole', buttons };
    const address = addressOn('whatsapp');
    expect(await sendTo('whatsapp', messageTo(address, { template: use, campaign }))).toMatchObject({ status: 'sent' });
    expect((await thread('whatsapp', address))?.messages).toMatchObject([{ kind: 'template', buttons: ['Guárdalo'] }]);
    const marked = { ...use, plainButtons: [] };
    expect(await sendTo('whatsapp', messageTo(address, { template: marked, campaign }))).toMatchObject({ status: 'failed' });
  });

  test.each([
    ['unknown', 'no_such_template', 'en_US', 1, '132001'],
    ['in another language', 'order_follow_up', 'de', 2, '132001'],
    ['paused', 'win_back_may', 'en_US', 1, '132015'],
    ['short of a value', 'order_follow_up', 'en_US', 1, '132000'],
  ])('a template that is %s is refused', async (_what, name, language, values, code) => {
    const body = Array.from({ length: values }, () => ({ name: null, text: 'x' }));
    const result = await sendTo('whatsapp', messageTo(addressOn('whatsapp'), { template: { name, language, header: [], body } }));
    expect(result).toMatchObject({ status: 'failed', failure: { code } });
  });

  test('free text is refused 24 hours after the end user’s last words, a template is not', async () => {
    const address = addressOn('whatsapp');
    const id = await conversationIdOf('demo-whatsapp', address);
    await call('POST', 'phones', { channelId: 'demo-whatsapp', address, name: '' });
    await call('POST', `phones/${id}/messages`, { act: { type: 'text', text: 'yesterday' }, agoMs: 25 * 3_600_000 });
    expect(await sendTo('whatsapp', messageTo(address))).toMatchObject({ failure: { code: '131047' }, windowClosed: true });
    const body = [
      { name: null, text: 'Asha' },
      { name: null, text: '#1' },
    ];
    const template = { name: 'order_follow_up', language: 'en_US', header: [], body };
    expect(await sendTo('whatsapp', messageTo(address, { template }))).toMatchObject({ status: 'sent' });
  });

  test('a file’s address opens with the token only', async () => {
    const url = `provider/lookaside/${sampleId('image')}`;
    expect((await call('GET', url, undefined, { agent: null })).status).toBe(401);
    const headers = { authorization: 'Bearer demo-access-token' };
    expect((await call('GET', url, undefined, { agent: null, headers })).status).toBe(200);
  });
});

describe('on Messenger', () => {
  const path = 'provider/v24.0/1067280970047460/messages?access_token=demo-access-token';
  const good = { recipient: { id: '6801' }, messaging_type: 'RESPONSE', message: { text: 'hi' } };

  test.each<[string, object, number]>([
    ['no recipient', { ...good, recipient: {} }, 100],
    ['no type', { ...good, messaging_type: undefined }, 100],
    ['nothing to say', { ...good, message: {} }, 100],
    ['an unknown field', { ...good, notify: 'no' }, 100],
    ['a tag of the past', { ...good, messaging_type: 'MESSAGE_TAG', tag: 'ACCOUNT_UPDATE' }, 100],
    ['2,001 characters', { ...good, message: { text: 'x'.repeat(2_001) } }, 100],
    [
      'a file of another server',
      { ...good, message: { attachment: { type: 'image', payload: { url: 'https://example.com/a' } } } },
      100,
    ],
  ])('%s is refused', async (_what, body, code) => {
    const response = await call('POST', path, body, { agent: null });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  test('a wrong token has nothing, not even the page’s name', async () => {
    const response = await call('GET', 'provider/v24.0/1067280970047460?access_token=other', undefined, { agent: null });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: 190 } });
  });

  test('two days after the last words only the human-agent tag goes through', async () => {
    const address = addressOn('messenger');
    const id = await conversationIdOf('demo-messenger', address);
    await call('POST', 'phones', { channelId: 'demo-messenger', address, name: 'Mateo Silva' });
    await call('POST', `phones/${id}/messages`, { act: { type: 'text', text: 'hi' }, agoMs: 48 * 3_600_000 });
    const late = await call('POST', path, { ...good, recipient: { id: address } }, { agent: null });
    expect(await late.json()).toMatchObject({ error: { code: 10, error_subcode: 2018278 } });
    const tagged = { ...good, recipient: { id: address }, messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' };
    expect((await call('POST', path, tagged, { agent: null })).status).toBe(200);
  });
});

describe('on Telegram', () => {
  const bot = 'provider/bot110201543:demo-bot-token';
  const ask = (method: string, body: object) => call('POST', `${bot}/${method}`, body, { agent: null });

  test.each<[string, string, object, number]>([
    ['no chat', 'sendMessage', { text: 'hi' }, 400],
    ['no text', 'sendMessage', { chat_id: 7, text: ' ' }, 400],
    ['4,097 characters', 'sendMessage', { chat_id: 7, text: 'x'.repeat(4_097) }, 400],
    ['an answer to nothing', 'sendMessage', { chat_id: 7, text: 'hi', reply_parameters: { message_id: 5 } }, 400],
    ['an unknown file', 'sendPhoto', { chat_id: 7, photo: 'AgACAgIAAx' }, 400],
    ['a method that is none', 'sendHologram', { chat_id: 7 }, 404],
  ])('%s is refused', async (_what, method, body, status) => {
    const response = await ask(method, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ ok: false, error_code: status });
  });

  test('an answer to a message that is gone goes out when it says that it may', async () => {
    const reply_parameters = { message_id: 5, allow_sending_without_reply: true };
    const response = await ask('sendMessage', { chat_id: 7, text: 'hi', reply_parameters });
    expect(await response.json()).toMatchObject({ ok: true, result: { chat: { id: 7, type: 'private' }, text: 'hi' } });
  });

  test('whoever has blocked the bot is not reached until they let it in again', async () => {
    const address = addressOn('telegram');
    const id = await conversationIdOf('demo-telegram', address);
    await call('POST', 'phones', { channelId: 'demo-telegram', address, name: 'Hana Kimura' });
    const block = (isBlocked: boolean) => call('POST', `phones/${id}/messages`, { act: { type: 'block', isBlocked } });
    await block(true);
    expect(await sendTo('telegram', messageTo(address))).toMatchObject({ status: 'failed', failure: { code: '403' } });
    await block(false);
    expect(await sendTo('telegram', messageTo(address))).toMatchObject({ status: 'sent' });
  });

  test('it remembers where it was told to deliver', async () => {
    expect(await (await ask('setWebhook', { url: 'http://parley.example' })).json()).toMatchObject({ ok: false });
    const channel = channels.telegram;
    const check = await providerOf('telegram').connect?.('https://parley.example/webhooks/demo-telegram', channel, deps());
    expect(check).toMatchObject({ ok: true });
    const info = await (await ask('getWebhookInfo', {})).json();
    expect(info).toMatchObject({ result: { url: 'https://parley.example/webhooks/demo-telegram' } });
  });
});

describe('files of the page', () => {
  test('one that was chosen is sent by the phone, and what is no picture is only saved', async () => {
    const kept = await call('POST', 'files?name=notes.html', '<script>1</script>', { headers: { 'content-type': 'text/html' } });
    const { id, kind } = await kept.json<{ id: string; kind: string }>();
    expect(kind).toBe('document');
    const shown = await call('GET', `files/${id}`);
    expect(shown.headers.get('content-type')).toBe('application/octet-stream');
    expect(shown.headers.get('content-disposition')).toMatch(/^attachment;.*notes\.html/);
  });

  test('one that is too large, empty or unknown is refused', async () => {
    expect((await call('POST', 'files?name=a', 'x'.repeat(2 * 1_024 * 1_024 + 1))).status).toBe(413);
    expect((await call('POST', 'files?name=a', '')).status).toBe(400);
    expect((await call('GET', 'files/8123')).status).toBe(404);
  });
});

test.each([
  ['image', 'image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['voice', 'audio/ogg', [...'OggS'].map((char) => char.charCodeAt(0))],
  ['video', 'video/mp4', [0, 0, 0, 0x24, ...[...'ftyp'].map((char) => char.charCodeAt(0))]],
  ['sticker', 'image/webp', [...'RIFF'].map((char) => char.charCodeAt(0))],
  ['document', 'application/pdf', [...'%PDF-1.4'].map((char) => char.charCodeAt(0))],
] as const)('the sample for %s begins as %s does, and is the same each time', async (kind, mime, magic) => {
  const sample = await sampleOf(sampleId(kind));
  expect(sample?.media.mime).toBe(mime);
  expect([...(sample?.bytes.slice(0, magic.length) ?? [])]).toEqual([...magic]);
  expect(sample?.media.size).toBe(sample?.bytes.length);
  expect((await sampleOf(sampleId(kind)))?.bytes).toEqual(sample?.bytes);
});
