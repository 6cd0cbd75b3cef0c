import { env } from 'cloudflare:workers';
import { describe, expect, test, vi } from 'vitest';
import { conversationIdOf } from '../../src/lib/domain/ids';
import { holdReply } from '../../src/lib/server/db/campaign-sends';
import { broadcastOf } from '../../workers/env';
import { anAudience, aPlan, aShop, figuresOf, provider, receipt, ring, sendsOf, sentOut, taken, wamid } from './broadcast-world';

describe('what is told to the database', () => {
  test('has everybody, also where the provider gives all of them the same id', async () => {
    const channelId = await aShop();
    const addresses = await anAudience(channelId, 3);
    provider((sent) => taken({ ...sent, to: 'everybody' }));
    const plan = await aPlan(channelId);
    await broadcastOf(env, plan.campaignId).launch(plan);
    await sentOut(plan.campaignId);
    await vi.waitFor(async () => expect(await sendsOf(plan.campaignId)).toHaveLength(3), { timeout: 10_000 });
    const sends = await sendsOf(plan.campaignId);
    expect(sends.map(({ address }) => address)).toEqual(addresses);
    expect(sends.filter(({ provider_message_id }) => provider_message_id !== null)).toHaveLength(1);
    expect(await figuresOf(plan.campaignId)).toMatchObject({ status: 'sent', recipients: 3, sent: 3 });
  });

  test('has the figures, also while it takes no sends, and the sends when it does', async () => {
    const channelId = await aShop();
    await anAudience(channelId, 2);
    provider();
    const plan = await aPlan(channelId);
    const { DB } = env;
    const ours = new Set<D1PreparedStatement>();
    const prepare = (query: string) => {
      const statement = DB.prepare(query);
      const bind = (...values: unknown[]) => {
        const bound = statement.bind(...values);
        if (query.includes('INTO campaign_sends') && values.some((value) => String(value).includes(plan.campaignId)))
          ours.add(bound);
        return bound;
      };
      return Object.assign(DB.prepare(query), { bind });
    };
    const batch = <T>(statements: D1PreparedStatement[]) =>
      statements.some((statement) => ours.has(statement)) ? Promise.reject(new Error('no sends')) : DB.batch<T>(statements);
    Object.assign(env, { DB: { prepare, batch } });
    try {
      await broadcastOf(env, plan.campaignId).launch(plan);
      await sentOut(plan.campaignId);
      await vi.waitFor(async () => expect(await figuresOf(plan.campaignId)).toMatchObject({ status: 'sent', sent: 2 }), { timeout: 10_000 }); // prettier-ignore
    } finally {
      Object.assign(env, { DB });
    }
    expect(await sendsOf(plan.campaignId)).toEqual([]);
    await vi.waitFor(async () => {
      await ring(plan.campaignId);
      expect(await sendsOf(plan.campaignId)).toHaveLength(2);
    }, { timeout: 20_000, interval: 200 }); // prettier-ignore
  });

  test('a reply whose conversation does not answer keeps no other waiting, and is told later', async () => {
    const channelId = await aShop();
    const addresses = await anAudience(channelId, 3);
    const conversations = await Promise.all(addresses.map((address) => conversationIdOf(channelId, address)));
    const waiting = conversations.map((conversationId, i) => ({
      channelId,
      key: `id:${wamid(addresses[i] ?? '')}`,
      conversationId,
      messageId: `in-${i}`,
      question: { opens: true, replyTo: null, token: null, ref: null, at: Date.now() },
    }));
    await holdReply(env.DB, waiting, Date.now());
    const left = async () => (await env.DB.prepare('SELECT conversation_id AS id FROM unmatched_replies WHERE channel_id = ?').bind(channelId).all<{ id: string }>()).results.map(({ id }) => id); // prettier-ignore
    expect(await left()).toHaveLength(3);
    provider();
    const plan = await aPlan(channelId);
    const [mute = ''] = conversations;
    const { CONVERSATION } = env;
    const deaf = new Proxy(CONVERSATION, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (key !== 'get') return typeof value === 'function' ? value.bind(target) : value;
        return (id: DurableObjectId) =>
          id.name === mute ? { attributeAgain: () => Promise.reject(new Error('no answer')) } : target.get(id);
      },
    });
    Object.assign(env, { CONVERSATION: deaf });
    try {
      await broadcastOf(env, plan.campaignId).launch(plan);
      await sentOut(plan.campaignId);
      await vi.waitFor(async () => expect(await left()).toEqual([mute]), { timeout: 10_000 });
      await vi.waitFor(async () => expect(await figuresOf(plan.campaignId)).toMatchObject({ status: 'sent', sent: 3 }), { timeout: 10_000 }); // prettier-ignore
      // Who is behind holds up no news.
      await broadcastOf(env, plan.campaignId).report(channelId, [receipt(plan.campaignId, 2, { status: 'read' })]);
      await vi.waitFor(async () => expect(await figuresOf(plan.campaignId)).toMatchObject({ read: 1 }), { timeout: 5_000 });
    } finally {
      Object.assign(env, { CONVERSATION });
    }
    await vi.waitFor(async () => {
      await ring(plan.campaignId);
      expect(await left()).toEqual([]);
    }, { timeout: 20_000, interval: 200 }); // prettier-ignore
  });
});
