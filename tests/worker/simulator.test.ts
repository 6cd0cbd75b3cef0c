import { env } from 'cloudflare:workers';
import { runDurableObjectAlarm } from 'cloudflare:test';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { conversationIdOf } from '../../src/lib/domain/ids';
import { noFaults, type Faults } from '../../src/lib/domain/simulator';
import { simulatorOf } from '../../workers/simulator/object';
import { standardSignature } from '../../workers/simulator/signing';
import { headersOf } from '../../workers/sockets';
import {
  addChannels,
  admin,
  ana,
  answer,
  aPhone,
  call,
  connect,
  deliveryOf,
  posted,
  startDemo,
  threadOf,
} from './simulator-world';

startDemo();
beforeAll(addChannels);
beforeEach(connect);
afterEach(async () => {
  await setFaults({});
  vi.unstubAllGlobals();
});

const setFaults = async (faults: Partial<Faults>) =>
  expect((await call('PUT', 'faults', { ...noFaults, ...faults })).status).toBe(200);
const act = (id: string, body: object, agoMs = 0) => call('POST', `phones/${id}/messages`, { act: body, agoMs });
const write = (id: string, text: string, agoMs = 0) => act(id, { type: 'text', text }, agoMs);
const waitFor = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 25 });

const inboundTexts = async (id: string) =>
  ((await threadOf(id))?.messages ?? []).filter((message) => message.direction === 'inbound').map((message) => message.text);

describe('who is let in', () => {
  test.each(['GET phones', 'PUT faults', 'GET live', 'POST provider/messages'])(
    'while it is off, %s is not found, whoever asks',
    async (route) => {
      const [method = '', path = ''] = route.split(' ');
      const response = await call(method, path, method === 'GET' ? undefined : {}, { over: { SIMULATOR: 'off' } });
      expect(response.status).toBe(404);
    },
  );

  test('its page is for Admins only', async () => {
    expect((await call('GET', 'phones', undefined, { agent: null })).status).toBe(401);
    expect((await call('GET', 'phones', undefined, { agent: ana })).status).toBe(403);
    expect((await call('GET', 'live', undefined, { agent: ana })).status).toBe(403);
    expect((await call('GET', 'phones', undefined, { agent: admin })).status).toBe(200);
  });

  test('what is not of the expected shape changes nothing', async () => {
    const { id } = await aPhone();
    expect((await act(id, { type: 'text', text: '' })).status).toBe(400);
    expect((await act(id, { type: 'teleport' })).status).toBe(400);
    expect((await call('PUT', 'faults', { ...noFaults, copies: 99 })).status).toBe(400);
    expect((await call('POST', 'phones', { channelId: 'another', address: '1', name: '' })).status).toBe(400);
    expect((await act('0'.repeat(40), { type: 'text', text: 'hi' })).status).toBe(404);
    expect(await threadOf(id)).toBeNull();
  });
});

describe('the provider API', () => {
  const url = 'provider/v24.0/106540352242922/messages';
  const body = { messaging_product: 'whatsapp', to: '15550001111', type: 'text', text: { body: 'hello' } };
  const bearer = { authorization: 'Bearer demo-access-token' };
  const Refusal = z.object({ error: z.object({ code: z.number(), message: z.string() }) });

  test.each<[string, string, object, Record<string, string>, number, number]>([
    ['a wrong token', url, body, { authorization: 'Bearer other' }, 401, 190],
    ['another number', 'provider/v24.0/1/messages', body, bearer, 400, 100],
    ['no text', url, { ...body, text: {} }, bearer, 400, 100],
    ['two addressees', url, { ...body, recipient: 'US.1' }, bearer, 400, 100],
  ])('of WhatsApp refuses %s', async (_what, path, content, headers, status, code) => {
    const response = await call('POST', path, content, { agent: null, headers });
    expect(response.status).toBe(status);
    expect(Refusal.parse(await response.json()).error.code).toBe(code);
  });

  test('of WhatsApp answers a good call with the new message’s id', async () => {
    const response = await call('POST', url, body, { agent: null, headers: bearer });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ messages: [{ id: expect.stringMatching(/^wamid\./) }] });
  });

  test('of the generic channel takes signed calls only, and the same key has one message', async () => {
    const data = { user: { id: 'rider-7' }, message: { type: 'text', text: 'hello' }, idempotencyKey: 'key-7' };
    const text = JSON.stringify({ type: 'message.send', data });
    const headers = await standardSignature('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'key-7', text, Date.now());
    expect((await call('POST', 'provider/messages', text, { agent: null })).status).toBe(401);
    const first = await call('POST', 'provider/messages', text, { agent: null, headers });
    const again = await call('POST', 'provider/messages', text, { agent: null, headers });
    expect(await again.json()).toEqual(await first.json());
    expect(await (await call('GET', 'calls?messageId=key-7')).json()).toHaveLength(2);
    const thread = await simulatorOf(env).thread(await conversationIdOf('demo-webhook', 'rider-7'));
    expect(thread?.messages.map((message) => message.text)).toEqual(['hello']);
  });
});

describe.each(['demo-whatsapp', 'demo-messenger', 'demo-webhook'])('a talk on %s', (channelId) => {
  test('what the end user writes becomes a conversation, and the agent’s answer is read on the phone', async () => {
    const { id } = await aPhone(channelId);
    await write(id, 'Is anybody there?');
    await waitFor(async () => expect(await inboundTexts(id)).toEqual(['Is anybody there?']));
    const messageId = await answer(id, 'Yes, hello!');
    await waitFor(async () => expect(await deliveryOf(id, messageId)).toMatchObject({ status: 'read' }));
    await waitFor(async () => {
      const phone = await simulatorOf(env).thread(id);
      expect(phone?.messages.map(({ from, text, state }) => [from, text, state])).toEqual([
        ['user', 'Is anybody there?', 'taken'],
        ['brand', 'Yes, hello!', 'read'],
      ]);
    });
    expect(await (await call('GET', `calls?messageId=${messageId}`)).json()).toHaveLength(1);
  });

  test('an answer is only delivered while nobody looks at the phone, and read once somebody does', async () => {
    const { id } = await aPhone(channelId);
    await call('PUT', `phones/${id}/open`, { isOpen: false });
    await write(id, 'hello');
    await waitFor(async () => expect(await inboundTexts(id)).toHaveLength(1));
    const messageId = await answer(id, 'hi');
    await waitFor(async () => expect(await deliveryOf(id, messageId)).toMatchObject({ status: 'delivered' }));
    await call('PUT', `phones/${id}/open`, { isOpen: true });
    await waitFor(async () => expect(await deliveryOf(id, messageId)).toMatchObject({ status: 'read' }));
  });

  test('five copies of every webhook have one visible effect', async () => {
    const { id } = await aPhone(channelId);
    await setFaults({ copies: 5 });
    posted.length = 0;
    await write(id, 'only once');
    await waitFor(() => expect(posted.filter((post) => post.body.includes('only once'))).toHaveLength(5));
    const messageId = await answer(id, 'understood');
    await waitFor(async () => expect(await deliveryOf(id, messageId)).toMatchObject({ status: 'read' }));
    expect(posted.map((post) => post.status).every((status) => status === 200)).toBe(true);
    const thread = await threadOf(id);
    expect(thread?.messages.filter((message) => message.kind === 'text').map((message) => message.text)).toEqual([
      'only once',
      'understood',
    ]);
    expect(thread?.conversation).toMatchObject({ unread: 0, ticketStatus: 'new' });
  });

  test('receipts in reverse order still end at read', async () => {
    const { id } = await aPhone(channelId);
    await setFaults({ receipts: 'reversed' });
    await write(id, 'hello');
    await waitFor(async () => expect(await inboundTexts(id)).toHaveLength(1));
    // From here on only receipts are posted: as soon as the answer is out.
    posted.length = 0;
    const messageId = await answer(id, 'hi');
    await waitFor(() => expect(posted.length).toBeGreaterThanOrEqual(3));
    await waitFor(async () => expect(await deliveryOf(id, messageId)).toMatchObject({ status: 'read' }));
  });

  test('withheld receipts leave it at sent, and come when they are let go', async () => {
    const { id } = await aPhone(channelId);
    await setFaults({ receipts: 'withheld' });
    await write(id, 'hello');
    await waitFor(async () => expect(await inboundTexts(id)).toHaveLength(1));
    const messageId = await answer(id, 'hi');
    await waitFor(async () => expect(await deliveryOf(id, messageId)).toMatchObject({ status: 'sent' }));
    await runDurableObjectAlarm(simulatorOf(env));
    expect(await deliveryOf(id, messageId)).toMatchObject({ status: 'sent' });
    await setFaults({});
    await waitFor(async () => expect(await deliveryOf(id, messageId)).toMatchObject({ status: 'read' }));
  });

  test('two messages that arrive in the wrong order are both there, in the order of arrival', async () => {
    const { id } = await aPhone(channelId);
    await setFaults({ swapInbound: true });
    await write(id, 'first');
    await write(id, 'second');
    await waitFor(async () => expect(await inboundTexts(id)).toEqual(['second', 'first']));
  });
});

describe('on WhatsApp', () => {
  test.each<[Faults['nextSend'], string, string | null]>([
    ['undeliverable', 'failed', '131026'],
    ['whatsapp:131047', 'failed', '131047'],
    ['whatsapp:later:131049', 'failed', '131049'],
    ['whatsapp:131000', 'unknown', null],
  ])('a send that meets “%s” ends as %s', async (nextSend, status, code) => {
    const { id } = await aPhone();
    await write(id, 'hello');
    await waitFor(async () => expect(await inboundTexts(id)).toHaveLength(1));
    await setFaults({ nextSend });
    const messageId = await answer(id, 'hi');
    await waitFor(async () => expect(await deliveryOf(id, messageId)).toMatchObject({ status, ...(code !== null && { code }) }));
    expect((await simulatorOf(env).overview()).faults.nextSend).toBe('accept');
  });

  test('a busy provider gets the message again, once it takes it', async () => {
    const { id } = await aPhone();
    await write(id, 'hello');
    await waitFor(async () => expect(await inboundTexts(id)).toHaveLength(1));
    await setFaults({ nextSend: 'whatsapp:131016' });
    const messageId = await answer(id, 'hi');
    await vi.waitFor(async () => expect(await deliveryOf(id, messageId)).toMatchObject({ status: 'read' }), { timeout: 9_000 });
    const calls = await simulatorOf(env).calls(messageId);
    expect(calls.map((made) => made.answer)).toEqual(['whatsapp:131016', 'accept']);
  }, 12_000);

  test('reactions, edits and withdrawals reach the message that they are about', async () => {
    const { id } = await aPhone();
    const Id = z.object({ id: z.string() });
    const written = Id.parse(await (await write(id, 'Two adlts')).json()).id;
    await waitFor(async () => expect(await inboundTexts(id)).toEqual(['Two adlts']));
    const messageId = await answer(id, 'hi');
    await waitFor(async () => expect(await deliveryOf(id, messageId)).toMatchObject({ status: 'read' }));
    const answered = (await threadOf(id))?.messages.find((message) => message.id === messageId)?.providerMessageId;
    await act(id, { type: 'edit', targetId: written, text: 'Two adults' });
    await act(id, { type: 'reaction', targetId: answered, emoji: '❤️' });
    await waitFor(async () => {
      const messages = (await threadOf(id))?.messages ?? [];
      expect(messages.find((message) => message.id === messageId)?.reaction).toBe('❤️');
      expect(messages.find((message) => message.providerMessageId === written)?.text).toBe('Two adults');
    });
    await act(id, { type: 'revoke', targetId: written });
    await waitFor(async () => {
      const messages = (await threadOf(id))?.messages ?? [];
      expect(messages.find((message) => message.providerMessageId === written)?.revokedAt).not.toBeNull();
    });
  });

  test.each([
    [{ type: 'media', kind: 'image', caption: 'my room' }, 'image', 'my room'],
    [{ type: 'media', kind: 'voice' }, 'voice', '🎤 Voice message'],
    [{ type: 'location', latitude: 10.15, longitude: 76.39, name: 'Bus stand' }, 'location', 'Bus stand'],
    [{ type: 'contacts', name: 'Dev Rao', phone: '+91 98' }, 'contacts', 'Dev Rao'],
    [{ type: 'unsupported' }, 'unsupported', 'Unsupported message'],
  ])('%o arrives as %s', async (what, kind, text) => {
    const { id } = await aPhone();
    expect((await act(id, what)).status).toBe(200);
    await waitFor(async () => expect((await threadOf(id))?.messages[0]).toMatchObject({ kind, text }));
  });

  test('a message of 25 hours ago makes an Inactive conversation whose window is closed', async () => {
    const { id } = await aPhone();
    await write(id, 'yesterday', 25 * 3_600_000);
    await waitFor(async () => expect((await threadOf(id))?.conversation.tab).toBe('inactive'));
    const until = (await threadOf(id))?.conversation.sendWindowUntil ?? Infinity;
    expect(until).toBeLessThan(Date.now());
  });
});

test('what a channel does not pass on is refused', async () => {
  const { id } = await aPhone('demo-messenger');
  expect((await act(id, { type: 'contacts', name: 'Dev Rao', phone: '1' })).status).toBe(400);
  expect((await act(id, { type: 'block', isBlocked: true })).status).toBe(400);
});

test('the phone of somebody who is erased goes, with what is on it; others stay', async () => {
  const [gone, other] = [await aPhone(), await aPhone()];
  for (const { id } of [gone, other]) await write(id, 'here I am');
  await simulatorOf(env).erase([gone.id]);
  expect(await simulatorOf(env).thread(gone.id)).toBeNull();
  expect((await simulatorOf(env).thread(other.id))?.messages).toMatchObject([{ text: 'here I am' }]);
});

test('another phone’s message cannot be edited', async () => {
  const [mine, other] = [await aPhone(), await aPhone()];
  const Id = z.object({ id: z.string() });
  const written = Id.parse(await (await write(other.id, 'mine')).json()).id;
  expect((await act(mine.id, { type: 'edit', targetId: written, text: 'yours' })).status).toBe(404);
});

test('the page’s socket hears of a message at once', async () => {
  const headers: [string, string][] = [['upgrade', 'websocket'], ...headersOf(admin, 'a session')];
  const response = await simulatorOf(env).fetch('http://localhost:8787/simulator/api/live', { headers });
  const socket = response.webSocket;
  if (!socket) throw new Error('no socket');
  const frames: string[] = [];
  socket.accept();
  socket.addEventListener('message', (event) => void frames.push(String(event.data)));
  const { id } = await aPhone();
  await write(id, 'live?');
  await waitFor(() => expect(frames.some((frame) => frame.includes('"message"') && frame.includes('live?'))).toBe(true));
  await waitFor(() => expect(frames.some((frame) => frame.includes('"taken"'))).toBe(true));
  socket.close();
});
