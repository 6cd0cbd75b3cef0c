import { env } from 'cloudflare:workers';
import { expect, vi } from 'vitest';
import { sendPieces } from '../../workers/broadcast/consumer';
import { createMessageBatch, createExecutionContext, getQueueResult, runDurableObjectAlarm } from 'cloudflare:test';
import { sendIdOf, type BroadcastPlan } from '../../src/lib/domain/broadcast';
import type { Receipt } from '../../src/lib/domain/provider';
import * as campaigns from '../../src/lib/server/db/campaigns';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import { broadcastOf } from '../../workers/env';

let made = 0;

/** A channel of its own for each test, so that no audience is another's. */
export async function aShop(app: 'whatsapp' | 'messenger' = 'whatsapp'): Promise<string> {
  const id = `broadcast-${++made}`;
  const secrets = { appSecret: 'app-secret', verifyToken: 'verify-me', accessToken: 'access-token' };
  const channel = { id, provider: app, name: 'Shop', accountId: `10654034${made}`, settings: {}, secrets };
  Object.assign(env, { WHATSAPP_API_BASE: 'https://provider.test', MESSENGER_API_BASE: 'https://provider.test' });
  await channels.insert(database(env.DB), channel, env.SECRET_KEY, 1);
  return id;
}

/** Beyond those that replies make. */
let people = 1_000_000;

/** So many people with an address on the channel; their addresses, in order. */
export async function anAudience(channelId: string, count: number, names: (n: number) => string = (n) => `Person ${n}`) {
  // Room for those that the replies of a test make.
  people += 1_000;
  const crowd = Array.from({ length: count }, (_, i) => {
    const no = ++people;
    return { no, id: `person-${no}`, name: names(i), address: `4915${String(no)}` };
  });
  const json = JSON.stringify(crowd);
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO people (no, id, name, properties, created_at, updated_at)
       SELECT value->>'no', value->>'id', value->>'name', '{}', 1, 1 FROM json_each(?1)`,
    ).bind(json),
    env.DB.prepare(
      `INSERT INTO person_addresses (identity, channel_id, person_no, address)
       SELECT value->>'address', ?2, value->>'no', value->>'address' FROM json_each(?1)`,
    ).bind(json, channelId),
    env.DB.prepare(
      `INSERT INTO person_facts (no, created_at, channels, name)
       SELECT value->>'no', 1, ' ' || ?2 || ' ', lower(value->>'name') FROM json_each(?1)`,
    ).bind(json, channelId),
  ]);
  return crowd.map(({ address }) => address);
}

export async function aPlan(channelId: string, fields: Partial<BroadcastPlan> = {}): Promise<BroadcastPlan> {
  const plan = {
    campaignId: crypto.randomUUID(),
    name: 'Spring',
    labels: ['promo'],
    channelId,
    content: { text: 'Hi {{firstName}}, spring is here', buttons: ['Yes', 'No'], template: null, values: {} },
    template: null,
    segmentId: null,
    at: null,
    origin: 'https://parley.test',
    ...fields,
  };
  const { campaignId: id, name, labels } = plan;
  await campaigns.insert(env.DB, { id, name, labels, channelId, template: 'Hi', status: 'sending', ref: null, createdAt: 1 });
  return plan;
}

export type Sent = { to: string; id: string; text: string; payloads: string[]; at: number };

/** The network beyond the Worker is one provider: what it was called with, and what it answers. */
export function provider(answer: (sent: Sent) => Response | Promise<Response> = taken): Sent[] {
  const calls: Sent[] = [];
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const body: {
      to: string;
      biz_opaque_callback_data: string;
      interactive: { body: { text: string }; action: { buttons: { reply: { id: string } }[] } };
    } = await new Request(input, init).json();
    const { body: said, action } = body.interactive;
    const payloads = action.buttons.map(({ reply }) => reply.id);
    const sent = { to: body.to, id: body.biz_opaque_callback_data, text: said.text, payloads, at: Date.now() };
    calls.push(sent);
    return answer(sent);
  });
  return calls;
}

export const wamid = (to: string): string => `wamid.${to}`;
export const taken = ({ to }: Sent): Response =>
  Response.json({ messaging_product: 'whatsapp', contacts: [], messages: [{ id: wamid(to) }] });
export const refused = (status: number, code: number): Response =>
  Response.json({ error: { code, message: 'no', type: 'OAuthException' } }, { status });

export const ring = (campaignId: string) => runDurableObjectAlarm(broadcastOf(env, campaignId));

/** Lets one lane work, as a wake-up of the queue would. */
export async function work(campaignId: string, piece = 0): Promise<void> {
  const timestamp = new Date();
  const batch = createMessageBatch('parley-broadcasts', [
    { id: crypto.randomUUID(), timestamp, attempts: 1, body: { campaignId, piece } },
  ]);
  const ctx = createExecutionContext();
  await sendPieces(batch, env);
  await getQueueResult(batch, ctx);
}

export const figuresOf = (id: string) =>
  env.DB.prepare('SELECT status, recipients, sent, delivered, read, failed, unknown, replied FROM campaigns WHERE id = ?')
    .bind(id)
    .first();
export const sendsOf = async (id: string) =>
  (await env.DB.prepare('SELECT * FROM campaign_sends WHERE campaign_id = ? ORDER BY address').bind(id).all()).results;

/** Works until nothing is left to do now; the queue of the tests may do some of it. */
export async function sentOut(campaignId: string): Promise<void> {
  await ring(campaignId);
  await work(campaignId);
  await vi.waitFor(
    async () => {
      await ring(campaignId);
      expect(await broadcastOf(env, campaignId).progress()).toMatchObject({ phase: 'sent' });
    },
    { timeout: 20_000, interval: 50 },
  );
  await ring(campaignId);
}

export const receipt = (campaignId: string, seq: number, fields: Partial<Receipt> = {}): Receipt => ({
  type: 'receipt',
  address: null,
  at: Date.now(),
  providerMessageId: null,
  messageId: sendIdOf(campaignId, seq),
  status: 'delivered',
  failure: null,
  ...fields,
});
