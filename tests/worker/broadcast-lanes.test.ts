import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test, vi } from 'vitest';
import type { Settlement } from '../../workers/broadcast/outcomes';
import type { Broadcast } from '../../workers/durable-objects';
import { broadcastOf } from '../../workers/env';
import { anAudience, aPlan, aShop, provider, sendsOf, sentOut, wamid, work } from './broadcast-world';

describe('a lane', () => {
  /** A method of it, to be called as its own. */
  const called =
    (target: object, key: string | symbol) =>
    (...values: unknown[]): unknown =>
      Reflect.apply(Reflect.get(target, key), target, values);

  test('has six calls under way at most: one whose turn never came has not gone out, and goes out later', async () => {
    const channelId = await aShop();
    await anAudience(channelId, 12);
    const calls = new Map<string, number>();
    let [isStalled, open, most] = [true, 0, 0];
    vi.stubGlobal('fetch', async (_: string, { body, signal }: { body: string; signal: AbortSignal }) => {
      const { to }: { to: string } = JSON.parse(body);
      calls.set(to, (calls.get(to) ?? 0) + 1);
      open += 1;
      most = Math.max(most, open);
      try {
        if (isStalled) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late'))));
        return Response.json({ messaging_product: 'whatsapp', contacts: [], messages: [{ id: wamid(to) }] });
      } finally {
        open -= 1;
      }
    });
    vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
      const controller = new AbortController();
      setTimeout(() => {
        isStalled = false;
        controller.abort();
      }, 300);
      return controller.signal;
    });
    try {
      const plan = await aPlan(channelId);
      await broadcastOf(env, plan.campaignId).launch(plan);
      await sentOut(plan.campaignId);
      expect(most).toBe(6);
      expect([...calls.values()]).toEqual(Array(12).fill(1));
      expect(await broadcastOf(env, plan.campaignId).progress()).toMatchObject({ unknown: 6, sent: 6, failed: 0 });
    } finally {
      vi.mocked(AbortSignal.timeout).mockRestore();
    }
  });

  test('says again what became of its calls when it was not heard, or not answered: nobody is called twice, and the ids are kept', async () => {
    const channelId = await aShop();
    const addresses = await anAudience(channelId, 3);
    const calls = provider();
    const plan = await aPlan(channelId);
    const { BROADCAST } = env;
    const lost = ['before', 'after'];
    const settle = (stub: DurableObjectStub<Broadcast>) => async (settlements: Settlement[]) => {
      const when = lost.shift();
      if (when !== 'before') await stub.settle(settlements);
      if (when !== undefined) throw new Error('the connection broke');
    };
    const shaky = (stub: DurableObjectStub<Broadcast>) =>
      new Proxy(stub, { get: (target, key) => (key === 'settle' ? settle(target) : called(target, key)) });
    const shakyBroadcast = new Proxy(BROADCAST, {
      get: (target, key) => (key === 'get' ? (id: DurableObjectId) => shaky(target.get(id)) : called(target, key)),
    });
    await broadcastOf(env, plan.campaignId).launch(plan);
    Object.assign(env, { BROADCAST: shakyBroadcast });
    try {
      await runDurableObjectAlarm(BROADCAST.get(BROADCAST.idFromName(plan.campaignId)));
      await work(plan.campaignId);
      await vi.waitFor(() => expect(lost).toEqual([]), { timeout: 10_000 });
    } finally {
      Object.assign(env, { BROADCAST });
    }
    await sentOut(plan.campaignId);
    expect(calls).toHaveLength(3);
    await vi.waitFor(async () => expect((await sendsOf(plan.campaignId)).map((send) => send.provider_message_id)).toEqual(addresses.map(wamid)), { timeout: 10_000 }); // prettier-ignore
    expect(await broadcastOf(env, plan.campaignId).progress()).toMatchObject({ sent: 3, unknown: 0 });
  });
});
