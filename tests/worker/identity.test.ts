import { describe, expect, test } from 'vitest';
import type { Channel } from '../../src/lib/domain/provider';
import { conversationIdOf } from '../../src/lib/domain/ids';
import { conversationOf } from '../../workers/env';
import { aChannel, deliver, env, said, textsOf, threadOf, whatsappBody } from './webhooks-world';

const PHONE = '16505551234';
const SCOPED = 'US.13491208655302741918';

/** A message of somebody as WhatsApp tells it: with the number, with the scoped id, or with both. */
const from = (id: string, who: { phone?: string; scoped?: string }, rest: Record<string, unknown> = {}) => ({
  ...said({ id, text: id, ...rest }),
  from: who.phone,
  from_user_id: who.scoped,
});
const both = { phone: PHONE, scoped: SCOPED };

const hasConversation = async (channel: Channel, address: string) =>
  (await conversationOf(env, await conversationIdOf(channel.id, address)).get()).ok;

describe('one person, several ids, one conversation', () => {
  test('a number first, hidden later', async () => {
    const channel = await aChannel('whatsapp');
    await deliver(channel, whatsappBody([from('one', both)]));
    await deliver(channel, whatsappBody([from('two', { scoped: SCOPED })]));
    await deliver(channel, whatsappBody([from('three', both)]));
    expect(await textsOf(channel, PHONE)).toEqual(['one', 'two', 'three']);
    expect(await hasConversation(channel, SCOPED)).toBe(false);
  });

  test('hidden first, the number shown later', async () => {
    const channel = await aChannel('whatsapp');
    await deliver(channel, whatsappBody([from('one', { scoped: SCOPED })]));
    await deliver(channel, whatsappBody([from('two', both)]));
    await deliver(channel, whatsappBody([from('three', { phone: PHONE })]));
    expect(await textsOf(channel, SCOPED)).toEqual(['one', 'two', 'three']);
    expect(await hasConversation(channel, PHONE)).toBe(false);
    expect((await threadOf(channel, SCOPED))?.conversation.contact.address).toBe(PHONE);
  });

  test('both at once, many times at once', async () => {
    const channel = await aChannel('whatsapp');
    const deliveries = ['a', 'b', 'c', 'd', 'e', 'f'].map((id, i) =>
      deliver(channel, whatsappBody([from(id, i % 2 ? both : { scoped: SCOPED })])),
    );
    expect((await Promise.all(deliveries)).map(({ status }) => status)).toEqual(Array(6).fill(200));
    const stored = [...(await textsOf(channel, PHONE)), ...(await textsOf(channel, SCOPED))];
    expect(stored.sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    // Whichever it was, it is one.
    expect(await Promise.all([PHONE, SCOPED].map((id) => hasConversation(channel, id)))).toContain(false);
  });

  test('two ids that come for the first time, at once, each with the other beside it', async () => {
    const channel = await aChannel('whatsapp');
    const system = { type: 'user_changed_user_id', previous_user_id: SCOPED, user_id: 'US.99' };
    const notice = whatsappBody([from('moved', {}, { type: 'system', system })]);
    Object.assign(notice.entry[0]?.changes[0]?.value ?? {}, { contacts: [{ wa_id: PHONE, user_id: 'US.99' }] });
    const deliveries = await Promise.all([
      deliver(channel, whatsappBody([from('one', both)])),
      deliver(channel, notice),
      deliver(channel, whatsappBody([from('two', both)])),
      deliver(channel, notice),
    ]);
    expect(deliveries.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await deliver(channel, whatsappBody([from('three', both)]))).status).toBe(200);
    const stored = [...(await textsOf(channel, PHONE)), ...(await textsOf(channel, SCOPED))];
    expect(stored).toEqual(expect.arrayContaining(['one', 'two', 'three']));
    expect(await Promise.all([PHONE, SCOPED].map((id) => hasConversation(channel, id)))).toContain(false);
  });

  test('a changed number', async () => {
    const channel = await aChannel('whatsapp');
    const next = '16505559999';
    await deliver(channel, whatsappBody([from('one', { phone: PHONE })]));
    const system = { type: 'user_changed_number', body: 'A changed from 1 to 2', wa_id: next };
    await deliver(channel, whatsappBody([from('moved', { phone: PHONE }, { type: 'system', system })]));
    await expect
      .poll(async () => {
        await deliver(channel, whatsappBody([from('two', { phone: next })]));
        return textsOf(channel, PHONE);
      })
      .toContain('two');
    expect((await threadOf(channel, PHONE))?.conversation.contact.address).toBe(next);
    expect(await hasConversation(channel, next)).toBe(false);
  });

  test.each([
    ['Brazil', '5511987654321', '551187654321'],
    ['Argentina', '5491123456789', '541123456789'],
  ])('%s, with and without the digit that networks put in', async (_, long, short) => {
    const channel = await aChannel('whatsapp');
    await deliver(channel, whatsappBody([from('one', { phone: long })]));
    await deliver(channel, whatsappBody([from('two', { phone: short }), from('three', { phone: long })]));
    expect(await textsOf(channel, short)).toEqual(['one', 'two', 'three']);
  });

  test('two people stay two', async () => {
    const channel = await aChannel('whatsapp');
    await deliver(channel, whatsappBody([from('one', both), from('other', { phone: '16505550000', scoped: 'US.2' })]));
    expect(await textsOf(channel, PHONE)).toEqual(['one']);
    expect(await textsOf(channel, '16505550000')).toEqual(['other']);
  });
});
