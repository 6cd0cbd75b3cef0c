import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { noFaults, simulatedProviders, type Faults } from '../../src/lib/domain/simulator';
import { simulatorOf } from '../../workers/simulator/object';
import { sampleId, sampleOf } from '../../workers/simulator/samples/samples';
import { addChannels, answer, aPhone, call, connect, deliveryOf, posted, startDemo, threadOf } from './simulator-world';

startDemo();
beforeAll(addChannels);
beforeEach(connect);
afterEach(async () => {
  await setFaults({});
  vi.unstubAllGlobals();
});

const setFaults = (faults: Partial<Faults>) => call('PUT', 'faults', { ...noFaults, ...faults });
const waitFor = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 25 });
const Id = z.object({ id: z.string() });
const act = async (id: string, body: object) => {
  const response = await call('POST', `phones/${id}/messages`, { act: body });
  if (response.status !== 200) throw new Error(`refused: ${response.status}`);
  return Id.parse(await response.json()).id;
};
const write = (id: string, text: string) => act(id, { type: 'text', text });
const messagesOf = async (id: string) => (await threadOf(id))?.messages ?? [];
const phoneOn = async (id: string) => (await simulatorOf(env).thread(id))?.messages ?? [];
const inbound = async (id: string) => (await messagesOf(id)).filter((message) => message.direction === 'inbound');

describe.each(simulatedProviders)('a talk on %s', (provider) => {
  const aPhoneHere = () => aPhone(`demo-${provider}`);

  test('a photo of the end user is read from the provider and stored', async () => {
    const { id } = await aPhoneHere();
    await act(id, { type: 'media', kind: 'image', caption: 'my room', fileId: sampleId('image') });
    await waitFor(async () =>
      expect((await inbound(id))[0]).toMatchObject({ kind: 'image', media: { state: 'stored', mime: 'image/png' } }),
    );
    const [message] = await inbound(id);
    const stored = await env.MEDIA.get(message?.media?.key ?? '');
    expect(new Uint8Array((await stored?.arrayBuffer()) ?? new ArrayBuffer())).toEqual(
      (await sampleOf(sampleId('image')))?.bytes,
    );
  });

  test('three photos at once are three messages, the words on the first', async () => {
    const { id } = await aPhoneHere();
    await act(id, { type: 'album', count: 3, caption: 'Our room' });
    await waitFor(async () => expect(await inbound(id)).toHaveLength(3));
    expect((await inbound(id)).map(({ kind, text }) => [kind, text])).toEqual([
      ['image', 'Our room'],
      ['image', '📷 Photo'],
      ['image', '📷 Photo'],
    ]);
    await waitFor(async () => expect((await phoneOn(id)).map(({ state }) => state)).toEqual(['taken', 'taken', 'taken']));
  });

  test('an answer to a campaign’s button is known by the campaign', async () => {
    const { id, address, channelId } = await aPhoneHere();
    const statement = env.DB.prepare(
      `INSERT OR IGNORE INTO campaigns (id, name, channel_id, template, status, created_at) VALUES ('demo-monsoon-getaway', 'Monsoon getaway', ?, '', 'running', 1)`,
    );
    await statement.bind(channelId).run();
    const sent = await call('POST', `phones/${id}/campaign`, { campaignId: 'demo-monsoon-getaway' });
    const targetId = Id.parse(await sent.json()).id;
    await act(id, { type: 'button', targetId, text: 'Book it' });
    await waitFor(async () =>
      expect((await threadOf(id))?.conversation.campaign).toMatchObject({
        id: 'demo-monsoon-getaway',
        match: expect.stringMatching(/exact|token/),
      }),
    );
    expect((await inbound(id))[0]).toMatchObject({ kind: 'button', text: 'Book it' });
    expect(address).not.toBe('');
  });

  test('a reaction is set and taken back, and a text is edited twice', async () => {
    const { id } = await aPhoneHere();
    const written = await write(id, 'Two adlts');
    await waitFor(async () => expect(await inbound(id)).toHaveLength(1));
    const messageId = await answer(id, 'hi');
    const providerId = async () => (await messagesOf(id)).find((message) => message.id === messageId)?.providerMessageId ?? '';
    await waitFor(async () => expect(await providerId()).not.toBe(''));
    const reaction = async () => (await messagesOf(id)).find((message) => message.id === messageId)?.reaction;
    await act(id, { type: 'reaction', targetId: await providerId(), emoji: '❤️' });
    await waitFor(async () => expect(await reaction()).toBe('❤️'));
    // Whole seconds are all that some providers tell the order of two by.
    await scheduler.wait(1_000);
    await act(id, { type: 'reaction', targetId: await providerId(), emoji: null });
    await waitFor(async () => expect(await reaction()).toBeNull());
    for (const text of ['Two adults', 'Two adults, one child']) {
      await act(id, { type: 'edit', targetId: written, text });
      await waitFor(async () => expect((await inbound(id))[0]?.text).toBe(text));
    }
  });
});

describe('on Messenger', () => {
  test('an answer is reported as delivered and read by what the platform has for it, and its echo is no second message', async () => {
    const { id } = await aPhone('demo-messenger');
    await write(id, 'hello');
    await waitFor(async () => expect(await inbound(id)).toHaveLength(1));
    posted.length = 0;
    const messageId = await answer(id, 'hi there');
    await waitFor(async () => expect(await deliveryOf(id, messageId)).toMatchObject({ status: 'read' }));
    expect(posted.some(({ body }) => body.includes('"is_echo":true') && body.includes(messageId))).toBe(true);
    expect((await messagesOf(id)).filter(({ text }) => text === 'hi there')).toHaveLength(1);
  });

  test('what the page’s inbox answers stands in the thread as the brand’s', async () => {
    const { id } = await aPhone('demo-messenger');
    await write(id, 'hello');
    await act(id, { type: 'echo', text: 'From the page inbox' });
    await waitFor(async () =>
      expect((await messagesOf(id)).at(-1)).toMatchObject({
        direction: 'outbound',
        text: 'From the page inbox',
        origin: 'Messenger inbox',
      }),
    );
  });
});

describe('on Telegram', () => {
  test('an answer stays at sent, as nothing is reported there', async () => {
    const { id } = await aPhone('demo-telegram');
    await write(id, 'hello');
    await waitFor(async () => expect(await inbound(id)).toHaveLength(1));
    posted.length = 0;
    const messageId = await answer(id, 'hi');
    await waitFor(async () => expect(await deliveryOf(id, messageId)).toMatchObject({ status: 'sent' }));
    await call('PUT', `phones/${id}/open`, { isOpen: true });
    await scheduler.wait(1_300);
    expect(await deliveryOf(id, messageId)).toMatchObject({ status: 'sent' });
    expect(posted).toEqual([]);
    expect((await phoneOn(id)).at(-1)).toMatchObject({ text: 'hi', state: 'accepted' });
  });

  test('updates are numbered without a gap, whatever the end user does', async () => {
    const { id } = await aPhone('demo-telegram');
    posted.length = 0;
    const written = await write(id, 'one');
    await write(id, 'two');
    await act(id, { type: 'edit', targetId: written, text: 'one!' });
    await act(id, { type: 'block', isBlocked: true });
    await waitFor(() => expect(posted).toHaveLength(4));
    const numbers = posted.map(({ body }) => z.object({ update_id: z.number() }).parse(JSON.parse(body)).update_id);
    const [first = 0] = numbers;
    expect(numbers).toEqual([first, first + 1, first + 2, first + 3]);
  });

  test('a reply quotes the very message that it answers, in both directions', async () => {
    const { id } = await aPhone('demo-telegram');
    await write(id, 'hello');
    await waitFor(async () => expect(await inbound(id)).toHaveLength(1));
    const messageId = await answer(id, 'hi');
    await waitFor(async () => expect((await phoneOn(id)).at(-1)?.text).toBe('hi'));
    const replyTo = (await phoneOn(id)).at(-1)?.id ?? '';
    await act(id, { type: 'text', text: 'thanks', replyTo });
    await waitFor(async () => expect((await messagesOf(id)).at(-1)).toMatchObject({ text: 'thanks', quotedId: messageId }));
  });
});

test('on WhatsApp what the phone app answers stands in the thread as the brand’s', async () => {
  const { id } = await aPhone();
  await write(id, 'hello');
  await act(id, { type: 'echo', text: 'From the counter' });
  await waitFor(async () =>
    expect((await messagesOf(id)).at(-1)).toMatchObject({
      direction: 'outbound',
      text: 'From the counter',
      origin: 'WhatsApp phone app',
    }),
  );
});
