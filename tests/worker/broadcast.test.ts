import { listDurableObjectIds, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { partsOfSendId, sendIdOf } from '../../src/lib/domain/broadcast';
import type { Receipt } from '../../src/lib/domain/provider';
import { readToken, signToken } from '../../src/lib/server/campaign-token';
import { recordCampaignSends } from '../../src/lib/server/campaign-sends';
import { conversationIdOf } from '../../src/lib/domain/ids';
import * as channels from '../../src/lib/server/db/channels';
import { batch, database } from '../../src/lib/server/db/client';
import { appRouter } from '../../src/lib/server/trpc/router';
import { broadcastOf, conversationOf, gateOf } from '../../workers/env';
import type { Conversation } from '../../workers/durable-objects';
import { anInbound } from '../fixtures/conversation';
import { call, signed } from './webhooks-world';
import { anAudience, aPlan, aShop, figuresOf, provider, receipt, refused, ring, sendsOf, sentOut, taken, wamid, work } from './broadcast-world'; // prettier-ignore

afterEach(() => void vi.useRealTimers());

describe('a campaign goes out', () => {
  test('to everybody once, with our mark in every button, recorded with the provider’s id, and makes no conversation', async () => {
    const channelId = await aShop();
    const addresses = await anAudience(channelId, 40);
    const calls = provider();
    const before = await listDurableObjectIds(env.CONVERSATION);
    const plan = await aPlan(channelId);
    await broadcastOf(env, plan.campaignId).launch(plan);
    await broadcastOf(env, plan.campaignId).launch(plan);
    await sentOut(plan.campaignId);

    expect(calls.map(({ to }) => to).sort()).toEqual(addresses);
    for (const { id, payloads } of calls) {
      const claims = await Promise.all(payloads.map((token) => readToken(token, env.SECRET_KEY)));
      expect(claims).toEqual([0, 1].map((button) => ({ ...partsOfSendId(id), button })));
    }
    expect(await figuresOf(plan.campaignId)).toMatchObject({ status: 'sent', recipients: 40, sent: 40, failed: 0 });
    const sends = await sendsOf(plan.campaignId);
    expect(sends.map(({ provider_message_id }) => provider_message_id)).toEqual(addresses.map(wamid));
    expect(sends[0]).toMatchObject({ text: 'Hi Person, spring is here', buttons: '["Yes","No"]' });
    expect(await listDurableObjectIds(env.CONVERSATION)).toEqual(before);
  });

  test('to nobody twice who has two entries with one number, and not to whom nothing can be written', async () => {
    const channelId = await aShop();
    await anAudience(channelId, 3, (n) => (n === 1 ? '' : 'Lena'));
    const calls = provider();
    const content = { text: 'Hi {{firstName}}', buttons: ['Yes'], template: null, values: {} };
    const plan = await aPlan(channelId, { content });
    const broadcast = broadcastOf(env, plan.campaignId);
    await broadcast.launch(plan);
    await sentOut(plan.campaignId);
    expect(calls).toHaveLength(2);
    expect(await broadcast.progress()).toMatchObject({ recipients: 3, sent: 2, skipped: 1 });
    expect(await broadcast.recipients({ outcome: 'skipped', after: 0, limit: 10 })).toMatchObject([
      { seq: 2, reason: expect.stringContaining('firstName') },
    ]);
  });

  test('at its time and not before; one that is called off before may be planned anew', async () => {
    const channelId = await aShop();
    await anAudience(channelId, 1);
    const calls = provider();
    const plan = await aPlan(channelId, { at: Date.now() + 3_600_000 });
    const broadcast = broadcastOf(env, plan.campaignId);
    expect(await broadcast.launch(plan)).toMatchObject({ phase: 'scheduled', recipients: 0 });
    await ring(plan.campaignId);
    expect(await broadcast.progress()).toMatchObject({ phase: 'scheduled' });
    expect(await broadcast.stop()).toBeNull();
    expect(calls).toEqual([]);
    await broadcast.launch({ ...plan, at: null });
    await sentOut(plan.campaignId);
    expect(calls).toHaveLength(1);
  });
});

describe('of what the provider answers', () => {
  test('a refusal that takes nothing is tried again, a final one is not, and a doubt never', async () => {
    const channelId = await aShop();
    const [busy = '', never = '', doubtful = ''] = await anAudience(channelId, 3);
    const tries = new Map<string, number>();
    const calls = provider((sent) => {
      const n = (tries.get(sent.to) ?? 0) + 1;
      tries.set(sent.to, n);
      if (sent.to === busy) return n === 1 ? refused(429, 130429) : taken(sent);
      return sent.to === never ? refused(400, 131026) : refused(500, 999);
    });
    const plan = await aPlan(channelId);
    await broadcastOf(env, plan.campaignId).launch(plan);
    await sentOut(plan.campaignId);
    expect(calls.filter(({ to }) => to === busy)).toHaveLength(2);
    expect([tries.get(never), tries.get(doubtful)]).toEqual([1, 1]);
    expect(await figuresOf(plan.campaignId)).toMatchObject({ recipients: 3, sent: 1, failed: 1, unknown: 1 });
  });

  test('a stopped channel pauses it with the reason, and it goes on by itself when the channel is resumed', async () => {
    const channelId = await aShop();
    await anAudience(channelId, 2);
    let isBad = true;
    const calls = provider((sent) => (isBad ? refused(401, 190) : taken(sent)));
    const plan = await aPlan(channelId);
    const broadcast = broadcastOf(env, plan.campaignId);
    await broadcast.launch(plan);
    await ring(plan.campaignId);
    await work(plan.campaignId);
    await vi.waitFor(async () => {
      expect(await broadcast.progress()).toMatchObject({ phase: 'paused', queued: 2, reason: expect.stringContaining('token') });
    });
    const before = calls.length;
    await ring(plan.campaignId);
    expect(await broadcast.progress()).toMatchObject({ phase: 'paused' });
    expect(calls.length).toBe(before);
    isBad = false;
    await gateOf(env, channelId).resume();
    await ring(plan.campaignId);
    await sentOut(plan.campaignId);
    expect(await broadcast.progress()).toMatchObject({ sent: 2, failed: 0 });
  });

  test('an access token that has been replaced since it was read here stops nothing: who was called with it is called again', async () => {
    const channelId = await aShop();
    await anAudience(channelId, 2);
    provider();
    const takes = fetch;
    const refusals: string[] = [];
    vi.stubGlobal('fetch', (...request: Parameters<typeof fetch>) => {
      if (new Request(...request).headers.get('authorization') === 'Bearer token-2') return takes(...request);
      refusals.push('refused');
      return refused(401, 190);
    });
    const plan = await aPlan(channelId);
    await broadcastOf(env, plan.campaignId).launch(plan);
    // By now the channel is in memory.
    await ring(plan.campaignId);
    const how = { overlapMs: 0, secretKey: env.SECRET_KEY, now: Date.now() };
    const rotation = await channels.rotating(database(env.DB), channelId, { accessToken: 'token-2' }, how);
    if (rotation) await batch(env.DB, [rotation.query]);
    await sentOut(plan.campaignId);
    expect(refusals).not.toEqual([]);
    expect(await broadcastOf(env, plan.campaignId).progress()).toMatchObject({ sent: 2, failed: 0 });
    expect(await gateOf(env, channelId).stopped()).toBeNull();
  });

  test('a call of which nothing is heard any more is in doubt, is never made again, and a receipt settles it', async () => {
    const channelId = await aShop();
    await anAudience(channelId, 1);
    const calls = provider();
    const plan = await aPlan(channelId, { at: Date.now() + 3_600_000 });
    const broadcast = broadcastOf(env, plan.campaignId);
    await broadcast.launch(plan);
    const [one] = await runInDurableObject(broadcast, async (object, state) => {
      vi.useFakeTimers({ now: Date.now() + 3_600_001, toFake: ['Date'] });
      await object.alarm();
      return object.enter(0, 'run') ? object.take(0, 'run', 5) : state.id.name === 'never' ? [] : [];
    });
    expect(one).toMatchObject({ seq: 1, attempt: 1 });
    await runInDurableObject(broadcast, async (object) => {
      vi.setSystemTime(Date.now() + 21_000);
      await object.alarm();
      expect(object.progress()).toMatchObject({ unknown: 1, queued: 0 });
      await object.alarm();
      expect(object.progress()).toMatchObject({ phase: 'sent' });
      await object.report(channelId, [receipt(plan.campaignId, 1, { providerMessageId: 'wamid.late' })]);
      expect(object.progress()).toMatchObject({ unknown: 0, sent: 1, delivered: 1 });
    });
    vi.useRealTimers();
    expect(calls).toEqual([]);
  });
});

describe('somebody steers it', () => {
  test('what became of a call is told again when its receiver is being called anew: nobody is handed out twice', async () => {
    const channelId = await aShop();
    await anAudience(channelId, 1);
    provider();
    const plan = await aPlan(channelId, { at: Date.now() + 3_600_000 });
    const broadcast = broadcastOf(env, plan.campaignId);
    await broadcast.launch(plan);
    await runInDurableObject(broadcast, async (object) => {
      vi.useFakeTimers({ now: Date.now() + 3_600_001, toFake: ['Date'] });
      await object.alarm();
      object.enter(7, 'mine');
      const [first] = object.take(7, 'mine', 1);
      if (!first) throw new Error('nobody was handed out');
      const { message: _, address: __, ...call } = first;
      const told = { ...call, result: { status: 'stopped', reason: 'No token.', code: '190' } } as const;
      await object.settle([told]);
      vi.setSystemTime(Date.now() + 200);
      await object.resume();
      expect(object.take(7, 'mine', 1)).toHaveLength(1);
      await object.settle([told]);
      await object.resume();
      expect(object.take(7, 'mine', 1)).toEqual([]);
      expect(object.progress()).toMatchObject({ queued: 1 });
      await object.stop();
    });
    vi.useRealTimers();
  });

  test('a pause hands nobody out, a resume goes on with all, a stop ends it and what was not called stays so', async () => {
    const channelId = await aShop();
    await anAudience(channelId, 4);
    provider();
    const plan = await aPlan(channelId, { at: Date.now() + 3_600_000 });
    const broadcast = broadcastOf(env, plan.campaignId);
    await broadcast.launch(plan);
    await runInDurableObject(broadcast, async (object) => {
      vi.useFakeTimers({ now: Date.now() + 3_600_001, toFake: ['Date'] });
      await object.alarm();
      expect(object.progress()).toMatchObject({ phase: 'sending', queued: 4 });
      object.enter(7, 'mine');
      const [first] = object.take(7, 'mine', 1);
      await object.pause();
      expect(object.take(7, 'mine', 5)).toEqual([]);
      // What was being called ends as it does.
      const result = { status: 'sent', providerMessageId: 'wamid.first' } as const;
      const settlement = { seq: first?.seq ?? 0, attempt: 1, result };
      await object.settle([settlement]);
      await object.settle([settlement]);
      expect(object.progress()).toMatchObject({ phase: 'paused', queued: 3, sent: 1 });
      await object.resume();
      const [second] = object.take(7, 'mine', 1);
      await object.stop();
      expect(object.take(7, 'mine', 5)).toEqual([]);
      expect(await object.resume()).toMatchObject({ phase: 'stopped', queued: 3, sent: 1 });
      await object.settle([{ seq: second?.seq ?? 0, attempt: 1, result: { ...result, providerMessageId: 'wamid.2' } }]);
      expect(object.progress()).toMatchObject({ phase: 'stopped', queued: 2, sent: 2 });
      await object.alarm();
    });
    vi.useRealTimers();
    expect(await figuresOf(plan.campaignId)).toMatchObject({ status: 'stopped', recipients: 4, sent: 2 });
  });
});

describe('receipts', () => {
  test('move forward only, count once, and those of another channel or of nobody count not at all', async () => {
    const channelId = await aShop();
    await anAudience(channelId, 2);
    provider();
    const plan = await aPlan(channelId);
    const broadcast = broadcastOf(env, plan.campaignId);
    await broadcast.launch(plan);
    await sentOut(plan.campaignId);
    const of = (seq: number, status: Receipt['status']) => receipt(plan.campaignId, seq, { status });
    await broadcast.report('elsewhere', [of(1, 'read')]);
    await broadcast.report(channelId, [of(3, 'read'), receipt(crypto.randomUUID(), 1)]);
    expect(await broadcast.progress()).toMatchObject({ sent: 2, delivered: 0 });
    await broadcast.report(channelId, [of(1, 'read'), of(1, 'delivered'), of(1, 'read'), of(2, 'failed'), of(1, 'failed')]);
    expect(await broadcast.progress()).toMatchObject({ sent: 1, delivered: 1, read: 1, failed: 1 });
    await broadcast.report(channelId, [of(2, 'delivered')]);
    expect(await broadcast.progress()).toMatchObject({ sent: 2, delivered: 2, failed: 0 });
  });
});

describe('receipts of people who have never written', () => {
  const tablesOf = (stub: DurableObjectStub<Conversation>) =>
    runInDurableObject(stub, (_, { storage }) => storage.sql.exec('SELECT name FROM sqlite_master').toArray());

  test('reach the campaign by our id and make no conversation', async () => {
    const channelId = await aShop();
    const [address = ''] = await anAudience(channelId, 1);
    provider();
    const plan = await aPlan(channelId);
    await broadcastOf(env, plan.campaignId).launch(plan);
    await sentOut(plan.campaignId);
    const accountId = await accountOf(channelId);
    const status = { id: wamid(address), status: 'read', timestamp: '1749416383', recipient_id: address };
    const value = {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '1', phone_number_id: accountId },
      statuses: [{ ...status, biz_opaque_callback_data: sendIdOf(plan.campaignId, 1) }],
    };
    const body = JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: '1', changes: [{ field: 'messages', value }] }],
    });
    const channel = { provider: 'whatsapp' as const, secrets: { appSecret: 'app-secret' } };
    const post = async () => call(channelId, { method: 'POST', body, headers: await signed(channel, body) }, env);
    expect([(await post()).status, (await post()).status]).toEqual([200, 200]);
    expect(await broadcastOf(env, plan.campaignId).progress()).toMatchObject({ sent: 1, delivered: 1, read: 1 });
    const stub = conversationOf(env, await conversationIdOf(channelId, address));
    expect(await tablesOf(stub)).toEqual([]);
  });

  test('that name nothing of ours leave nothing behind, and the first message begins as ever', async () => {
    const id = await conversationIdOf('demo-messenger', '6543210987654321');
    const target = { id, channelId: 'demo-messenger', provider: 'messenger' as const, address: '6543210987654321', name: null };
    const stub = conversationOf(env, id);
    const read = {
      ...receipt(crypto.randomUUID(), 1),
      messageId: null,
      address: target.address,
      upTo: Date.now(),
      status: 'read' as const,
    };
    await stub.receive(target, [read]);
    expect(await tablesOf(stub)).toEqual([]);
    await stub.receive(target, [read, anInbound({ eventId: 'm_in', address: target.address })]);
    const thread = await stub.get();
    expect(thread.ok && thread.value.messages.filter(({ kind }) => kind === 'text')).toHaveLength(1);
  });
});

const accountOf = async (channelId: string) =>
  String((await env.DB.prepare('SELECT account_id FROM channels WHERE id = ?').bind(channelId).first())?.account_id);

describe('a reply', () => {
  async function sentTo(count = 1) {
    const channelId = await aShop();
    const [address = ''] = await anAudience(channelId, count);
    const calls = provider();
    const plan = await aPlan(channelId);
    await broadcastOf(env, plan.campaignId).launch(plan);
    await sentOut(plan.campaignId);
    const id = await conversationIdOf(channelId, address);
    const target = { id, channelId, provider: 'whatsapp' as const, address, name: 'Lena' };
    const campaignOf = async () => {
      const found = await conversationOf(env, id).get();
      return found.ok ? found.value.conversation.campaign : null;
    };
    return { channelId, plan, calls, address, target, campaignOf };
  }

  test('to it is exact by what it quotes, and counts once', async () => {
    const { target, address, plan, campaignOf } = await sentTo();
    const stub = conversationOf(env, target.id);
    await stub.receive(target, [anInbound({ eventId: 'wamid.in1', address, replyTo: wamid(address) })]);
    await vi.waitFor(async () => expect(await campaignOf()).toMatchObject({ id: plan.campaignId, match: 'exact' }));
    await stub.receive(target, [anInbound({ eventId: 'wamid.in2', address, replyTo: wamid(address) })]);
    await vi.waitFor(async () => expect(await figuresOf(plan.campaignId)).toMatchObject({ replied: 1 }));
  });

  test('with a forged mark is only a guess', async () => {
    const { target, address, plan, campaignOf, calls } = await sentTo();
    const good = calls[0]?.payloads[0] ?? '';
    const forged = good.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    expect(await readToken(good, env.SECRET_KEY)).toMatchObject({ campaignId: plan.campaignId });
    expect(await readToken(forged, env.SECRET_KEY)).toBeNull();
    expect(await readToken(good, 'another secret key, of at least 32 characters')).toBeNull();
    await conversationOf(env, target.id).receive(target, [anInbound({ eventId: 'wamid.in', address, token: forged })]);
    await vi.waitFor(async () => expect(await campaignOf()).toMatchObject({ match: 'inferred' }));
  });

  test('with our mark is sure also where the records are behind: the campaign’s object knows what was sent', async () => {
    const { target, address, plan, campaignOf } = await sentTo();
    await env.DB.prepare('DELETE FROM campaign_sends WHERE campaign_id = ?').bind(plan.campaignId).run();
    const token = await signToken({ campaignId: plan.campaignId, seq: 1, button: 1 }, env.SECRET_KEY);
    await conversationOf(env, target.id).receive(target, [anInbound({ eventId: 'wamid.in', address, token })]);
    await vi.waitFor(async () => expect(await campaignOf()).toMatchObject({ id: plan.campaignId, match: 'token' }));
    const thread = await conversationOf(env, target.id).get();
    const cards = thread.ok ? thread.value.messages.filter(({ kind }) => kind === 'campaign') : [];
    expect(cards).toMatchObject([{ text: 'Hi Person, spring is here' }]);
  });

  test('from another spelling of the number, or another address of theirs, is known by what it quotes, by our mark and by the time', async () => {
    const channelId = await aShop();
    const [address = ''] = await anAudience(channelId, 1);
    const long = '5511987654321';
    const short = '551187654321';
    const scoped = 'US.13491208655302741918';
    await env.DB.prepare('UPDATE person_addresses SET address = ?, identity = ? WHERE address = ?')
      .bind(long, short, address)
      .run();
    provider();
    const plan = await aPlan(channelId);
    await broadcastOf(env, plan.campaignId).launch(plan);
    await sentOut(plan.campaignId);
    await vi.waitFor(async () => expect(await sendsOf(plan.campaignId)).toMatchObject([{ provider_message_id: wamid(long) }]));
    const token = await signToken({ campaignId: plan.campaignId, seq: 1, button: 1 }, env.SECRET_KEY);
    const answered = async (fields: Parameters<typeof anInbound>[0]) => {
      // Each as if it were the first.
      const id = await conversationIdOf(channelId, crypto.randomUUID());
      const target = { id, channelId, provider: 'whatsapp' as const, address: short, name: 'Lena' };
      await conversationOf(env, id).receive(target, [anInbound({ eventId: `wamid.${id}`, address: short, ...fields })]);
      const thread = await vi.waitFor(async () => {
        const found = await conversationOf(env, id).get();
        if (!found.ok || found.value.conversation.campaign === null) throw new Error('not attributed');
        return found.value;
      });
      const cards = thread.messages.filter(({ kind }) => kind === 'campaign').map(({ text }) => text);
      return { match: thread.conversation.campaign?.match, cards };
    };
    const cards = [expect.stringMatching(/^Hi Person, /)];
    expect(await answered({ replyTo: wamid(long) })).toEqual({ match: 'exact', cards });
    expect(await answered({ token })).toEqual({ match: 'token', cards });
    expect(await answered({})).toEqual({ match: 'inferred', cards });
    expect(await answered({ address: scoped, aliases: [short], replyTo: wamid(long) })).toEqual({ match: 'exact', cards });
    await env.DB.prepare('DELETE FROM campaign_sends WHERE campaign_id = ?').bind(plan.campaignId).run();
    expect(await answered({ token })).toEqual({ match: 'token', cards });
  });

  test('that is quicker than the record of what it quotes becomes exact when that lands, and the guess is taken back', async () => {
    const { target, address, plan, campaignOf, channelId } = await sentTo();
    const stub = conversationOf(env, target.id);
    await stub.receive(target, [anInbound({ eventId: 'wamid.in', address, replyTo: 'wamid.other-tool' })]);
    await vi.waitFor(async () => expect(await campaignOf()).toMatchObject({ id: plan.campaignId, match: 'inferred' }));
    await vi.waitFor(async () => expect(await figuresOf(plan.campaignId)).toMatchObject({ replied: 1 }));
    const other = await aPlan(channelId);
    const send = {
      id: 'their-own-id',
      campaignId: other.campaignId,
      channelId,
      address,
      providerMessageId: 'wamid.other-tool',
      token: null,
      text: 'From elsewhere',
      buttons: [],
      sentAt: Date.now() - 1_000,
    };
    await recordCampaignSends(env, [send]);
    await recordCampaignSends(env, [send]);
    expect(await campaignOf()).toMatchObject({ id: other.campaignId, match: 'exact' });
    expect(await figuresOf(plan.campaignId)).toMatchObject({ replied: 0 });
    expect(await figuresOf(other.campaignId)).toMatchObject({ replied: 1 });
    // A sure answer stands, whatever is guessed later.
    await stub.receive(target, [anInbound({ eventId: 'wamid.in3', address, replyTo: null })]);
    expect(await campaignOf()).toMatchObject({ id: other.campaignId, match: 'exact' });
    const left = await env.DB.prepare('SELECT key FROM unmatched_replies WHERE channel_id = ?').bind(channelId).all();
    expect(left.results).toEqual([]);
  });
});

test('a profile says of each campaign what was reported, and whether that very message was answered', async () => {
  const channelId = await aShop();
  const [address = ''] = await anAudience(channelId, 1);
  provider((sent) =>
    Response.json({
      messaging_product: 'whatsapp',
      contacts: [],
      messages: [{ id: `wamid.${partsOfSendId(sent.id)?.campaignId}` }],
    }),
  );
  const [one, two] = [await aPlan(channelId, { name: 'One' }), await aPlan(channelId, { name: 'Two' })];
  for (const plan of [one, two]) {
    await broadcastOf(env, plan.campaignId).launch(plan);
    await sentOut(plan.campaignId);
    await vi.waitFor(async () => expect(await sendsOf(plan.campaignId)).toHaveLength(1));
  }
  const user = { id: 'admin', name: 'Admin', email: 'admin@parley.test', role: 'admin' as const, sessionId: 's' };
  const { people } = appRouter.createCaller({ env, user, origin: 'https://parley.test' });
  const id = String(await env.DB.prepare('SELECT p.id FROM people p JOIN person_addresses a ON a.person_no = p.no WHERE a.address = ?').bind(address).first('id')); // prettier-ignore
  const seen = async () =>
    (await people.get({ id })).campaigns.map(({ name, replied, outcome }) => [name, replied, outcome]).sort();
  expect(await seen()).toEqual([
    ['One', false, null],
    ['Two', false, null],
  ]);
  await broadcastOf(env, one.campaignId).report(channelId, [receipt(one.campaignId, 1)]);
  await broadcastOf(env, two.campaignId).report(channelId, [receipt(two.campaignId, 1, { status: 'read' })]);
  const conversationId = await conversationIdOf(channelId, address);
  const target = { id: conversationId, channelId, provider: 'whatsapp' as const, address, name: 'Lena' };
  const reply = (campaignId: string) =>
    anInbound({ eventId: `re-${campaignId}`, address, replyTo: `wamid.${campaignId}`, at: Date.now() });
  await conversationOf(env, conversationId).receive(target, [reply(one.campaignId)]);
  await vi.waitFor(async () => expect(await seen()).toEqual([['One', true, 'delivered'], ['Two', false, 'read']]), { timeout: 10_000 }); // prettier-ignore
  // The conversation answers the second one now; the first was answered all the same.
  await conversationOf(env, conversationId).receive(target, [reply(two.campaignId)]);
  await vi.waitFor(async () => expect(await seen()).toEqual([['One', true, 'delivered'], ['Two', true, 'read']]), { timeout: 10_000 }); // prettier-ignore
});

test('a profile has the campaigns that were sent to another spelling of the number', async () => {
  const channelId = await aShop();
  const [address = ''] = await anAudience(channelId, 1);
  const [long, short] = ['5511987654322', '551187654322'];
  const known = (spelling: string, was: string) =>
    env.DB.prepare('UPDATE person_addresses SET address = ?, identity = ? WHERE address = ?').bind(spelling, short, was).run();
  await known(long, address);
  provider();
  const plan = await aPlan(channelId, { name: 'Carnival' });
  await broadcastOf(env, plan.campaignId).launch(plan);
  await sentOut(plan.campaignId);
  await vi.waitFor(async () => expect(await sendsOf(plan.campaignId)).toHaveLength(1));
  // They have written since, and WhatsApp spells them so.
  await known(short, long);
  const user = { id: 'admin', name: 'Admin', email: 'admin@parley.test', role: 'admin' as const, sessionId: 's' };
  const { people } = appRouter.createCaller({ env, user, origin: 'https://parley.test' });
  const id = String(await env.DB.prepare('SELECT p.id FROM people p JOIN person_addresses a ON a.person_no = p.no WHERE a.address = ?').bind(short).first('id')); // prettier-ignore
  expect((await people.get({ id })).campaigns.map(({ name }) => name)).toEqual(['Carnival']);
});

describe('somebody who is erased', () => {
  test('while they are called is not called again, and nothing that the provider says then is kept', async () => {
    const channelId = await aShop();
    const [first] = await anAudience(channelId, 2);
    const plan = await aPlan(channelId);
    const calls = provider(async (sent) => {
      await broadcastOf(env, plan.campaignId).erase([sent.to]);
      return sent.to === first ? taken(sent) : refused(429, 130429);
    });
    await broadcastOf(env, plan.campaignId).launch(plan);
    await sentOut(plan.campaignId);
    expect(calls).toHaveLength(2);
    const rows = await broadcastOf(env, plan.campaignId).recipients({ after: 0, limit: 10 });
    expect(rows).toMatchObject([
      { address: '', outcome: 'sent', reason: 'Erased.' },
      { address: '', outcome: 'skipped', reason: 'Erased.' },
    ]);
    await vi.waitFor(async () => expect(await sendsOf(plan.campaignId)).toHaveLength(1));
    expect(await sendsOf(plan.campaignId)).toMatchObject([{ address: '', text: '', provider_message_id: null }]);
    const kept = await runInDurableObject(broadcastOf(env, plan.campaignId), (_, { storage }) =>
      storage.sql.exec('SELECT * FROM recipients').toArray(),
    );
    expect(JSON.stringify(kept)).not.toMatch(/wamid|4915/);
  });

  test('while their page of the audience is read is in none of it', async () => {
    const channelId = await aShop();
    const [first = '', second = ''] = await anAudience(channelId, 2);
    const calls = provider();
    const plan = await aPlan(channelId);
    const { DB } = env;
    let isErased = false;
    /** As it is, but that somebody is erased between what it reads and the answer. */
    const late = (statement: D1PreparedStatement): Pick<D1PreparedStatement, 'bind' | 'all'> => ({
      bind: (...values) => Object.assign(statement.bind(...values), { all: late(statement.bind(...values)).all }),
      all: async <T>() => {
        const found = await statement.all<T>();
        if (!isErased && JSON.stringify(found.results).includes(first)) {
          isErased = true;
          await DB.prepare('DELETE FROM person_addresses WHERE address = ?').bind(first).run();
          await broadcastOf(env, plan.campaignId).erase([first]);
        }
        return found;
      },
    });
    const prepare = (query: string) => Object.assign(DB.prepare(query), late(DB.prepare(query)));
    Object.assign(env, { DB: { prepare, batch: DB.batch.bind(DB) } });
    try {
      await broadcastOf(env, plan.campaignId).launch(plan);
      await sentOut(plan.campaignId);
    } finally {
      Object.assign(env, { DB });
    }
    expect(isErased).toBe(true);
    expect(calls.map(({ to }) => to)).toEqual([second]);
  });

  test('is in no record that lands after the erasure', async () => {
    const channelId = await aShop();
    const [first = ''] = await anAudience(channelId, 1);
    provider();
    const plan = await aPlan(channelId);
    const { DB } = env;
    const begun = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    // Campaigns of other tests may have something to tell as well: theirs goes through.
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
    const slow = async <T>(statements: D1PreparedStatement[]) => {
      if (statements.some((statement) => ours.has(statement))) {
        begun.resolve();
        await go.promise;
      }
      return DB.batch<T>(statements);
    };
    Object.assign(env, { DB: { prepare, batch: slow } });
    try {
      await broadcastOf(env, plan.campaignId).launch(plan);
      await ring(plan.campaignId);
      await work(plan.campaignId);
      await begun.promise;
      const erased = broadcastOf(env, plan.campaignId).erase([first]);
      const isFirst = await Promise.race([erased.then(() => 'erased'), scheduler.wait(300).then(() => 'record')]);
      expect(isFirst).toBe('record');
      go.resolve();
      await erased;
    } finally {
      go.resolve();
      Object.assign(env, { DB });
    }
    // There it can be made unreadable; none comes after it.
    expect(await sendsOf(plan.campaignId)).toMatchObject([{ address: first }]);
  });
});
