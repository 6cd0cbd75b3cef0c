import { createExecutionContext, runInDurableObject, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { CALLS_A_MINUTE } from '../../src/lib/domain/api-key';
import { ImportedCampaign } from '../../src/lib/domain/campaign-report';
import { keyMeterOf } from '../../src/lib/server/bindings';
import * as campaigns from '../../src/lib/server/db/campaigns';
import { database } from '../../src/lib/server/db/client';
import { appRouter } from '../../src/lib/server/trpc/router';
import { serve, serveAs } from '../../src/lib/server/trpc/serve';
import { conversationOf } from '../../workers/env';
import { edge } from '../../workers/edge';
import { anInbound } from '../fixtures/conversation';
import { aConversation, CHANNEL, openShop } from './conversation-world';
import { ORIGIN } from './front-door';

const db = database(env.DB);
const callerOf = (role: 'admin' | 'creator' | 'member') =>
  appRouter.createCaller({
    env,
    user: { id: role, name: `The ${role}`, email: `${role}@parley.test`, role, sessionId: 's' },
    origin: ORIGIN,
  });
const { keys } = callerOf('admin');

/** The front door, and behind it the routes as SvelteKit serves them to somebody without a session. */
const worker = edge({
  fetch: (request) => {
    const caller = { env, user: null, origin: ORIGIN };
    const { pathname } = new URL(request.url);
    const campaignId = /^\/api\/v1\/campaigns\/([^/]+)\/sends$/.exec(pathname)?.[1];
    if (campaignId !== undefined) return serveAs('campaigns.recordSends', request, caller, { campaignId });
    return pathname === '/api/v1/campaigns' ? serveAs('campaigns.import', request, caller) : serve(request, caller);
  },
});

async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const ctx = createExecutionContext();
  const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } };
  const response = await worker(new Request(ORIGIN + path, init), env, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

const issue = (fields: Partial<Parameters<typeof keys.issue>[0]> = {}) =>
  keys.issue({ id: crypto.randomUUID(), name: 'CRM', scopes: ['campaigns.write', 'sends.write'], expiresAt: null, ...fields });

let count = 0;
const aCampaign = (fields: object = {}) => ({ id: `crm-${++count}`, name: 'Spring', labels: ['promo'], channelId: CHANNEL, template: 'Hi {first}', ...fields }); // prettier-ignore
const aSend = (fields: object = {}) => {
  const n = ++count;
  return { id: `s-${n}`, address: `16505550${n}`, text: `Hi ${n}`, sentAt: Date.now(), ...fields };
};
const stored = async (campaignId: string) =>
  db.selectFrom('campaign_sends').selectAll().where('campaign_id', '=', campaignId).orderBy('id').execute();
const figuresOf = async (id: string) => (await campaigns.find(db, id))?.figures;

/** A campaign of the caller's, and a key that may write to it. */
async function reporting(): Promise<{ id: string; key: string; report: (...sends: object[]) => Promise<Response> }> {
  const { key } = await issue();
  const campaign = aCampaign();
  expect((await post('/api/v1/campaigns', campaign, bearer(key))).status).toBe(200);
  const path = `/api/v1/campaigns/${campaign.id}/sends`;
  return { id: campaign.id, key, report: (...sends) => post(path, { sends }, bearer(key)) };
}

beforeAll(openShop);

describe('a key', () => {
  test('is shown once and kept as a hash; issuing and revoking are in the audit, without it', async () => {
    const { id, key } = await issue({ scopes: ['sends.write'] });
    expect(key).toMatch(/^pk_[A-Za-z0-9_-]{43}$/);
    await keys.revoke({ id });
    await keys.revoke({ id });
    const row = (await keys.list()).find((one) => one.id === id);
    expect(row).toMatchObject({ name: 'CRM', prefix: key.slice(0, 11), scopes: ['sends.write'], revokedAt: expect.any(Number) });
    const everything = JSON.stringify([await db.selectFrom('api_keys').selectAll().execute(), await db.selectFrom('audit').selectAll().execute()]); // prettier-ignore
    expect(everything).not.toContain(key.slice(12));
    const acts = await db.selectFrom('audit').select(['action', 'details']).where('subject_id', '=', id).orderBy('at').execute();
    expect(acts.map(({ action }) => action)).toEqual(['key.issued', 'key.revoked']);
    expect(JSON.parse(acts[0]?.details ?? '')).toEqual({ scopes: 'sends.write', expiresAt: null });
  });

  test('with the id of another is not issued, and the other stays', async () => {
    const { id, key } = await issue();
    await expect(issue({ id })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await post('/api/v1/campaigns', aCampaign(), bearer(key))).status).toBe(200);
  });

  test.each(['/api/v1/campaigns', '/api/trpc/campaigns.import'])(
    'opens %s without an Origin, and its use is noted',
    async (path) => {
      const { id, key } = await issue();
      const campaign = aCampaign();
      expect((await post(path, campaign, bearer(key))).status).toBe(200);
      expect(await campaigns.find(db, campaign.id)).toMatchObject({
        name: 'Spring',
        source: 'api',
        status: 'running',
        labels: ['promo'],
      });
      expect((await keys.list()).find((one) => one.id === id)?.lastUsedAt).toBeGreaterThan(Date.now() - 60_000);
    },
  );

  test('that is unknown, revoked or expired opens nothing', async () => {
    const revoked = await issue();
    await keys.revoke({ id: revoked.id });
    const expired = await issue({ expiresAt: Date.now() + 60_000 });
    await db
      .updateTable('api_keys')
      .set({ expires_at: Date.now() - 1 })
      .where('id', '=', expired.id)
      .execute();
    for (const key of [revoked.key, expired.key, `pk_${'a'.repeat(43)}`, 'no-key']) {
      const campaign = aCampaign();
      expect((await post('/api/v1/campaigns', campaign, bearer(key))).status).toBe(401);
      expect((await post('/api/trpc/campaigns.import', campaign, bearer(key))).status).toBe(401);
      expect(await campaigns.find(db, campaign.id)).toBeNull();
    }
    expect((await post('/api/v1/campaigns', aCampaign())).status).toBe(401);
  });

  test('does what its scopes say and no more', async () => {
    const writer = await issue({ scopes: ['campaigns.write'] });
    const sender = await issue({ scopes: ['sends.write'] });
    const campaign = aCampaign();
    const refused = await post('/api/v1/campaigns', campaign, bearer(sender.key));
    expect([refused.status, await refused.json()]).toMatchObject([
      403,
      { error: { reason: 'missing_scope', scope: 'campaigns.write' } },
    ]);
    expect((await post('/api/v1/campaigns', campaign, bearer(writer.key))).status).toBe(200);
    const path = `/api/v1/campaigns/${campaign.id}/sends`;
    expect((await post(path, { sends: [aSend()] }, bearer(writer.key))).status).toBe(403);
    expect((await post(path, { sends: [aSend()] }, bearer(sender.key))).status).toBe(200);
  });

  test('opens no other procedure, not beside one that it opens either, and nothing together with a cookie', async () => {
    const { key } = await issue();
    const own = { ...bearer(key), origin: ORIGIN };
    expect((await post('/api/trpc/keys.issue', {}, bearer(key))).status).toBe(403);
    for (const procedure of ['keys.issue', 'campaigns.create', 'conversations.claim', 'people.update'])
      expect((await post(`/api/trpc/${procedure}`, {}, own)).status, procedure).toBe(401);
    const mixed = await post(
      '/api/trpc/campaigns.import,keys.revoke?batch=1',
      { 0: aCampaign(), 1: { id: crypto.randomUUID() } },
      own,
    );
    expect(await mixed.json()).toMatchObject([{ result: {} }, { error: { data: { code: 'UNAUTHORIZED' } } }]);
    expect((await post('/api/v1/campaigns', aCampaign(), { ...bearer(key), cookie: 'a=b' })).status).toBe(403);
    expect((await post('/api/v1/campaigns', aCampaign(), { ...own, cookie: 'a=b' })).status).toBe(401);
    expect((await post('/api/v1/campaigns', aCampaign(), { ...bearer(key), origin: 'https://evil.example' })).status).toBe(403);
  });

  test('has so many calls in any minute; the next is told when to come again', async () => {
    const { id, key } = await issue();
    await runInDurableObject(keyMeterOf(env, id), (meter) => {
      for (let i = 0; i < CALLS_A_MINUTE - 1; i++) expect(meter.take()).toBe(0);
    });
    expect((await post('/api/v1/campaigns', aCampaign(), bearer(key))).status).toBe(200);
    for (const path of ['/api/v1/campaigns', '/api/trpc/campaigns.import']) {
      const campaign = aCampaign();
      const refused = await post(path, campaign, bearer(key));
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
      expect(await campaigns.find(db, campaign.id)).toBeNull();
    }
    // The first of them is a minute ago now: one more fits, and only one.
    await runInDurableObject(keyMeterOf(env, id), (meter, { storage }) => {
      storage.sql.exec('UPDATE calls SET at = at - 60000 WHERE n = (SELECT min(n) FROM calls)');
      expect(meter.take()).toBe(0);
      expect(meter.take()).toBeGreaterThan(0);
    });
  });
});

test('a body that is too large or no JSON is not looked at', async () => {
  const { key } = await issue();
  const path = '/api/v1/campaigns';
  expect((await post(path, aCampaign({ name: 'x'.repeat(4 * 1024 * 1024) }), bearer(key))).status).toBe(413);
  expect((await post(path, aCampaign(), { ...bearer(key), 'content-type': 'text/plain' })).status).toBe(415);
  expect((await post(path, 'text', bearer(key))).status).toBe(400);
});

describe('importing a campaign', () => {
  test('again changes what has changed, and nothing when nothing has', async () => {
    const { id, key } = await reporting();
    const again = { id, name: 'Spring', labels: ['promo'], channelId: CHANNEL, template: 'Hi {first}' };
    await post('/api/v1/campaigns', again, bearer(key));
    const changed = { ...again, name: 'Summer', labels: ['hot', 'new'], status: 'finished' };
    expect(await (await post('/api/v1/campaigns', changed, bearer(key))).json()).toEqual({ id });
    const campaign = await campaigns.find(db, id);
    expect(campaign).toMatchObject({ name: 'Summer', labels: ['hot', 'new'], status: 'sent', finishedAt: expect.any(Number) });
    const acts = await db.selectFrom('audit').select(['actor_name']).where('subject_id', '=', id).execute();
    expect(acts).toEqual([{ actor_name: 'API key CRM' }, { actor_name: 'API key CRM' }]);
  });

  test('touches none of Parley’s own, moves none to another channel, and wants a channel that there is', async () => {
    const { id, key } = await reporting();
    const own = crypto.randomUUID();
    await env.DB.prepare(`INSERT INTO campaigns (id, name, channel_id, template, status, created_at) VALUES (?, 'Ours', ?, 'T', 'draft', 1)`).bind(own, CHANNEL).run(); // prettier-ignore
    expect((await post('/api/v1/campaigns', aCampaign({ id: own }), bearer(key))).status).toBe(409);
    expect((await post(`/api/v1/campaigns/${own}/sends`, { sends: [aSend()] }, bearer(key))).status).toBe(409);
    expect(await campaigns.find(db, own)).toMatchObject({ name: 'Ours', source: 'parley', status: 'draft' });
    expect((await post('/api/v1/campaigns', aCampaign({ id, channelId: 'elsewhere' }), bearer(key))).status).toBe(409);
    expect((await post('/api/v1/campaigns', aCampaign({ channelId: 'elsewhere' }), bearer(key))).status).toBe(400);
    expect((await post('/api/v1/campaigns/none/sends', { sends: [aSend()] }, bearer(key))).status).toBe(404);
  });

  test('is also for a person who may write campaigns, and for nobody else', async () => {
    const campaign = ImportedCampaign.parse(aCampaign());
    await expect(callerOf('member').campaigns.import(campaign)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await callerOf('creator').campaigns.import(campaign)).toEqual({ id: campaign.id });
  });
});

describe('reporting sends', () => {
  test('twice is once, and the counts follow', async () => {
    const { id, report } = await reporting();
    const sends = Array.from({ length: 250 }, () => aSend({ buttons: ['Yes'] }));
    expect(await (await report(...sends)).json()).toEqual({ recorded: 250 });
    expect(await (await report(...sends)).json()).toEqual({ recorded: 0 });
    expect(await (await report(...sends, aSend())).json()).toEqual({ recorded: 1 });
    expect(await stored(id)).toHaveLength(251);
    expect(await figuresOf(id)).toMatchObject({ recipients: 251, sent: 251 });
  });

  test('again may add the provider’s id, once', async () => {
    const { id, report } = await reporting();
    const send = aSend({ address: '+1 650 555-7777' });
    await report(send);
    expect((await report({ ...send, providerMessageId: `wamid.${send.id}` })).status).toBe(200);
    await report(send);
    expect(await stored(id)).toMatchObject([{ provider_message_id: `wamid.${send.id}`, address: '16505557777' }]);
    expect((await report({ ...send, providerMessageId: 'wamid.other' })).status).toBe(409);
  });

  test.each([
    ['without an address', { address: ' ' }, { fields: ['sends.1.address'] }],
    ['to what is no address of the channel', { address: 'nobody' }, { reason: 'bad_send', index: 1, problem: 'address' }],
    ['of a time in seconds', { sentAt: 1_790_000_000 }, { fields: ['sends.1.sentAt'] }],
    ['of tomorrow', { sentAt: Date.now() + 86_400_000 }, { reason: 'bad_send', index: 1, problem: 'future' }],
    ['with an id as Parley makes them', { id: `${crypto.randomUUID()}.1` }, { fields: ['sends.1.id'] }],
    ['with something that nobody knows', { color: 'red' }, { fields: ['sends.1'] }],
  ])('a send %s is named, and nothing of the call is written', async (_, fields, said) => {
    const { id, report } = await reporting();
    const refused = await report(aSend(), aSend(fields));
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: said }]);
    expect(await stored(id)).toEqual([]);
    expect(await figuresOf(id)).toMatchObject({ recipients: 0, sent: 0 });
  });

  test('to somebody who hides their number is one like any other', async () => {
    const { id, report } = await reporting();
    expect((await report(aSend({ address: 'US.13491208655302741918' }))).status).toBe(200);
    expect(await stored(id)).toMatchObject([{ address: 'US.13491208655302741918' }]);
  });

  test('the same id twice in a call is a mistake', async () => {
    const { id, report } = await reporting();
    const send = aSend();
    expect(await (await report(send, send)).json()).toMatchObject({ error: { reason: 'bad_send', index: 1, problem: 'twice' } });
    expect(await stored(id)).toEqual([]);
  });

  test('what contradicts another send is a conflict, and nothing of the call is written', async () => {
    const one = await reporting();
    const marks = { providerMessageId: `wamid.${crypto.randomUUID()}`, token: crypto.randomUUID() };
    const first = { ...aSend(), ...marks };
    await one.report(first);
    const two = await reporting();
    const cases = [
      [two, first, 'campaign'],
      [two, aSend({ providerMessageId: marks.providerMessageId }), 'message'],
      [two, aSend({ token: marks.token }), 'token'],
      [one, { ...first, address: '16505559999' }, 'changed'],
    ] as const;
    for (const [{ id, report }, send, problem] of cases) {
      const before = await stored(id);
      const refused = await report(aSend(), send);
      expect([refused.status, await refused.json()]).toMatchObject([
        409,
        { error: { reason: 'send_conflict', index: 1, problem } },
      ]);
      expect(await stored(id)).toEqual(before);
    }
    expect(await figuresOf(two.id)).toMatchObject({ recipients: 0, sent: 0 });
  });

  test('of two calls at once that contradict each other one is taken', async () => {
    const [one, two] = [await reporting(), await reporting()];
    const sends = Array.from({ length: 5 }, () => aSend());
    const statuses = await Promise.all([one.report(...sends), two.report(...sends)]);
    expect(statuses.map(({ status }) => status).sort()).toEqual([200, 409]);
    const [a, b] = [await stored(one.id), await stored(two.id)];
    expect([a.length, b.length].sort()).toEqual([0, 5]);
  });

  test('lets a reply that was quicker find its campaign', async () => {
    const { id, report } = await reporting();
    const { target, stub } = await aConversation();
    const providerMessageId = `wamid.${crypto.randomUUID()}`;
    await stub.receive(target, [anInbound({ address: target.address, replyTo: providerMessageId })]);
    const campaignOf = async () => {
      const thread = await conversationOf(env, target.id).get();
      return thread.ok ? thread.value.conversation.campaign : null;
    };
    const waits = () => db.selectFrom('unmatched_replies').selectAll().where('conversation_id', '=', target.id).execute();
    await vi.waitUntil(async () => (await waits()).length > 0, 10_000);
    expect(await campaignOf()).toBeNull();
    const send = aSend({ address: target.address, providerMessageId, sentAt: Date.now() - 5_000 });
    expect(await (await report(send)).json()).toEqual({ recorded: 1 });
    expect(await campaignOf()).toMatchObject({ id, name: 'Spring', match: 'exact' });
    expect(await waits()).toEqual([]);
    expect(await figuresOf(id)).toMatchObject({ sent: 1, replied: 1 });
    await report(send);
    expect(await figuresOf(id)).toMatchObject({ sent: 1, replied: 1 });
  });

  test.each([
    ['a button, by the token that was reported', 'token', (mark: string) => ({ kind: 'button' as const, token: mark })],
    ['a link, by the campaign’s ref', 'ref', (mark: string) => ({ ref: mark })],
  ])('that comes by %s finds its campaign', async (_, match, cameBy) => {
    const { key } = await issue();
    const mark = `s26-${crypto.randomUUID()}`;
    const campaign = aCampaign(match === 'ref' ? { ref: mark } : {});
    expect((await post('/api/v1/campaigns', campaign, bearer(key))).status).toBe(200);
    const { target, stub } = await aConversation();
    if (match === 'token') {
      const sends = [aSend({ address: target.address, token: mark, sentAt: Date.now() - 5_000 })];
      expect((await post(`/api/v1/campaigns/${campaign.id}/sends`, { sends }, bearer(key))).status).toBe(200);
    }
    await stub.receive(target, [anInbound({ address: target.address, ...cameBy(mark) })]);
    const campaignOf = async () => {
      const thread = await stub.get();
      return thread.ok ? thread.value.conversation.campaign : null;
    };
    await vi.waitFor(async () => expect(await campaignOf()).toMatchObject({ id: campaign.id, match }), 10_000);
  });
});
