import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test, vi } from 'vitest';
import { ChannelId } from '../../src/lib/domain/ids';
import { MAX_CONDITIONS, MAX_DEPTH, type Condition, type PeopleQuery } from '../../src/lib/domain/people-query';
import { batch, database } from '../../src/lib/server/db/client';
import * as segments from '../../src/lib/server/db/segments';
import { appRouter } from '../../src/lib/server/trpc/router';
import { broadcastOf } from '../../workers/env';
import { anAudience, aPlan, aShop, sentOut } from './broadcast-world';

describe('on a channel that takes nothing but answers, a campaign', () => {
  const named = { property: 'name', op: 'isSet' as const };
  const within = (match: 'all' | 'any', groups: number): PeopleQuery =>
    groups === 1 ? { match, of: [named] } : { match, of: [within('any', groups - 1)] };
  const user = { id: 'admin', name: 'Admin', email: 'admin@parley.test', role: 'admin' as const, sessionId: 's' };
  const { campaigns } = appRouter.createCaller({ env, user, origin: 'https://parley.test' });

  async function aSegment(query: PeopleQuery): Promise<string> {
    const id = crypto.randomUUID();
    await batch(env.DB, [segments.saving(database(env.DB), { id, name: id, query }, 'admin', 1)]);
    return id;
  }

  test.each<[string, PeopleQuery, number]>([
    ['as deep as can be goes to who has written lately', within('all', MAX_DEPTH), 1],
    ['with no room for another group goes to all of it', within('any', MAX_DEPTH), 3],
    ['with no room for another condition goes to all of it', { match: 'all', of: Array<Condition>(MAX_CONDITIONS).fill(named) }, 3], // prettier-ignore
  ])('to a segment %s, as many as were counted', async (_, query, count) => {
    const channelId = await aShop('messenger');
    const [first = ''] = await anAudience(channelId, 3);
    await env.DB.prepare('UPDATE person_facts SET last_reply_at = ?1 WHERE no IN (SELECT person_no FROM person_addresses WHERE address = ?2)').bind(Date.now(), first).run(); // prettier-ignore
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ recipient_id: '1', message_id: crypto.randomUUID() })));
    const segmentId = await aSegment(query);
    const counted = await campaigns.previewAudience({ channelId: ChannelId.parse(channelId), audience: { segmentId } });
    expect(counted.total).toBe(count);
    const plan = await aPlan(channelId, { segmentId });
    await broadcastOf(env, plan.campaignId).launch(plan);
    await sentOut(plan.campaignId);
    expect(await broadcastOf(env, plan.campaignId).progress()).toMatchObject({ recipients: count, sent: count });
  });

  test('whose kept question cannot be read asks anew', async () => {
    const channelId = await aShop('messenger');
    await anAudience(channelId, 1);
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ recipient_id: '1', message_id: crypto.randomUUID() })));
    const plan = await aPlan(channelId, { segmentId: await aSegment(within('any', MAX_DEPTH)) });
    const broadcast = broadcastOf(env, plan.campaignId);
    await runInDurableObject(broadcast, (_, { storage }) => {
      storage.sql.exec("INSERT INTO fact (key, value) VALUES ('query', ?)", JSON.stringify(within('all', MAX_DEPTH + 1)));
    });
    await broadcast.launch(plan);
    await sentOut(plan.campaignId);
    expect(await broadcast.progress()).toMatchObject({ recipients: 1, sent: 1 });
  });
});
