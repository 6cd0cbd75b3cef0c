import { env } from 'cloudflare:workers';
import { describe, expect, test, vi } from 'vitest';
import { broadcastOf } from '../../workers/env';
import { anAudience, aPlan, aShop, sentOut, wamid } from './broadcast-world';

describe('a lane', () => {
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
});
