import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { BroadcastPlan } from '../../src/lib/domain/broadcast';
import { ChannelId } from '../../src/lib/domain/ids';
import type { Role } from '../../src/lib/domain/role';
import * as campaigns from '../../src/lib/server/db/campaigns';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import { appRouter } from '../../src/lib/server/trpc/router';
import { broadcastOf, type Env } from '../../workers/env';
import { anAudience } from './broadcast-world';

const db = database(env.DB);
const HOUR = 3_600_000;
const as = (role: Role, bindings: Env = env) =>
  appRouter.createCaller({
    env: bindings,
    user: { id: role, name: `The ${role}`, email: `${role}@parley.test`, role, sessionId: 's' },
    origin: 'https://parley.test',
  }).campaigns;
const creator = as('creator');
const approver = as('approver');

const bot = ChannelId.parse('quiet-bot');

beforeAll(async () => {
  // Nobody has ever written to it, so whatever is sent is sent to nobody.
  await channels.insert(db, { id: bot, provider: 'telegram', name: 'Quiet', accountId: 'q', settings: {}, secrets: { accessToken: 't' } }, env.SECRET_KEY, Date.now()); // prettier-ignore
});

const draft = {
  name: 'Quiet',
  labels: [],
  channelId: bot,
  content: { text: 'Hi.', buttons: [], template: null, values: {} },
  audience: { segmentId: null },
};
type One = { id: string; version: number };

/** A property as its own object would have it: the runtime's methods refuse any other `this`. */
function bound(target: object, key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key);
  return typeof value === 'function' ? value.bind(target) : value;
}
/** The real bindings, but that campaigns' objects answer so. */
function over(answers: { launch?: (plan: BroadcastPlan) => Promise<unknown>; cancel?: () => Promise<unknown> }): Env {
  const BROADCAST = new Proxy(env.BROADCAST, {
    get: (namespace, key) =>
      key !== 'get'
        ? bound(namespace, key)
        : (id: DurableObjectId) => new Proxy(namespace.get(id), { get: (stub, method) => Reflect.get(answers, method) ?? ((...given: unknown[]): unknown => Reflect.apply(Reflect.get(stub, method), stub, given)) }), // prettier-ignore
  });
  return { ...env, BROADCAST };
}
/** The database, but that its batches are run by somebody. */
const batching = (batch: (statements: D1PreparedStatement[]) => Promise<unknown>): D1Database =>
  new Proxy(env.DB, { get: (target, key) => (key === 'batch' ? batch : bound(target, key)) });
const seen = ({ id, version }: { id: string; version: number }) => ({ id, version });

async function approved() {
  const made = await creator.create({ id: crypto.randomUUID(), draft });
  return seen(await approver.approve(seen(await creator.submit(seen(made)))));
}
async function scheduled() {
  const { id, version } = await approved();
  await creator.schedule({ id, version, at: Date.now() + HOUR });
  return seen(await creator.get({ id }));
}
async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    return Reflect.get(Object(Reflect.get(Object(error), 'cause')), 'rejection') ?? Reflect.get(Object(error), 'code');
  }
}
const auditOf = async (id: string): Promise<string[]> => {
  const rows = await db.selectFrom('audit').select('action').where('subject_id', '=', id).execute();
  return rows.map(({ action }) => action.slice('campaign.'.length)).sort();
};

describe('a campaign for later', () => {
  test('waits in its object, and twice is once', async () => {
    const { id, version } = await approved();
    const at = Date.now() + HOUR;
    await Promise.all([creator.schedule({ id, version, at }), creator.schedule({ id, version, at })]);
    await creator.schedule({ id, version, at });
    expect(await creator.get({ id })).toMatchObject({ status: 'scheduled', scheduledAt: at, progress: { phase: 'scheduled' } });
    expect(await auditOf(id)).toEqual(['approved', 'created', 'scheduled', 'submitted']);
  });

  test('has one time: another one is refused until the first is cancelled', async () => {
    const { id, version } = await scheduled();
    expect(await refusalOf(creator.schedule({ id, version, at: Date.now() + 2 * HOUR }))).toMatchObject({
      reason: 'campaign_status',
      status: 'scheduled',
    });
    await creator.unschedule({ id, version });
    expect(await broadcastOf(env, id).progress()).toBeNull();
    expect(await creator.get({ id })).toMatchObject({ status: 'approved', scheduledAt: null });
  });

  test.each([
    ['changed', (one: { id: string; version: number }) => creator.update({ ...one, draft: { ...draft, name: 'Other' } })],
    ['sent back', (one: { id: string; version: number }) => approver.sendBack({ ...one, comment: 'Wait.' })],
  ])('that is %s is a draft, and its object has forgotten it', async (_, act) => {
    const one = await scheduled();
    await act(one);
    expect(await creator.get({ id: one.id })).toMatchObject({ status: 'draft', scheduledAt: null });
    expect(await broadcastOf(env, one.id).progress()).toBeNull();
  });

  test('is not changed by who looked before somebody else did, and still goes out', async () => {
    const one = await scheduled();
    const stale = { ...one, version: one.version - 1, draft: { ...draft, name: 'Stale' } };
    expect(await refusalOf(creator.update(stale))).toMatchObject({ reason: 'campaign_changed' });
    expect(await creator.get({ id: one.id })).toMatchObject({ status: 'scheduled', progress: { phase: 'scheduled' } });
  });

  test('cannot be planned for the past, nor for after next year', async () => {
    const { id, version } = await approved();
    expect(await refusalOf(creator.schedule({ id, version, at: Date.now() - HOUR }))).toBe('BAD_REQUEST');
    expect(await refusalOf(creator.schedule({ id, version, at: Date.now() + 400 * 24 * HOUR }))).toBe('BAD_REQUEST');
  });
});

test('who may send a campaign is told how many it would reach now, before anybody is reached', async () => {
  const busy = ChannelId.parse('busy-bot');
  await channels.insert(db, { id: busy, provider: 'telegram', name: 'Busy', accountId: 'b', settings: {}, secrets: { accessToken: 't' } }, env.SECRET_KEY, Date.now()); // prettier-ignore
  await anAudience(busy, 3);
  const made = await creator.create({ id: crypto.randomUUID(), draft: { ...draft, channelId: busy } });
  const one = seen(await approver.approve(seen(await creator.submit(seen(made)))));
  expect(await approver.reach({ id: one.id })).toEqual({ total: 3 });
  expect(await approver.reach({ id: (await approved()).id })).toEqual({ total: 0 });
  expect(await refusalOf(approver.reach({ id: 'nothing' }))).toBe('NOT_FOUND');
  expect(await broadcastOf(env, one.id).progress()).toBeNull();
});

describe('a campaign for later, when something fails', () => {
  const now = Date.now();
  afterEach(() => void vi.useRealTimers());
  const ring = async (id: string, at = now + 2 * HOUR) => {
    vi.setSystemTime(at);
    await runDurableObjectAlarm(broadcastOf(env, id));
    vi.useRealTimers();
  };
  const acts = (campaigns: typeof creator) => ({
    changed: (one: One) => campaigns.update({ ...one, draft: { ...draft, name: 'Other' } }),
    'sent back': (one: One) => campaigns.sendBack({ ...one, comment: 'Wait.' }),
    'taken back': (one: One) => campaigns.unschedule(one),
  });
  const names = ['changed', 'sent back', 'taken back'] as const;

  test.each(names)('that could not be %s still goes out', async (name) => {
    const one = await scheduled();
    const DB = batching(() => Promise.reject(new Error('D1_ERROR')));
    expect(await refusalOf(acts(as('admin', { ...env, DB }))[name](one))).toBe('INTERNAL_SERVER_ERROR');
    expect(await creator.get({ id: one.id })).toMatchObject({ status: 'scheduled', progress: { phase: 'scheduled' } });
    await ring(one.id);
    expect(await broadcastOf(env, one.id).progress()).toMatchObject({ phase: 'sent' });
  });

  test('is not taken back by a change that is none: of a channel that there is not', async () => {
    const one = await scheduled();
    const wrong = { ...draft, channelId: ChannelId.parse('nowhere') };
    expect(await refusalOf(creator.update({ ...one, draft: wrong }))).toBe('BAD_REQUEST');
    expect(await creator.get({ id: one.id })).toMatchObject({ status: 'scheduled', progress: { phase: 'scheduled' } });
  });

  test.each(names)('that was %s, which its object has not heard, is not sent at its time', async (name) => {
    const one = await scheduled();
    const deaf = as('admin', over({ cancel: () => Promise.reject(new Error('no connection')) }));
    await acts(deaf)[name](one);
    const { status } = await creator.get({ id: one.id });
    expect(status).toBe(name === 'taken back' ? 'approved' : 'draft');
    expect(await broadcastOf(env, one.id).progress()).toMatchObject({ phase: 'scheduled' });
    await ring(one.id);
    expect(await broadcastOf(env, one.id).progress()).toBeNull();
    expect(await creator.get({ id: one.id })).toMatchObject({ status, startedAt: null });
  });

  test.each(names)('and has begun meanwhile is not %s any more', async (name) => {
    const one = await scheduled();
    const DB = batching(async (statements) => {
      await env.DB.prepare(`UPDATE campaigns SET status = 'sending', started_at = 1 WHERE id = ?`).bind(one.id).run();
      return env.DB.batch(statements);
    });
    const late = acts(as('admin', { ...env, DB }))[name](one);
    expect(await refusalOf(late)).toMatchObject({ reason: 'campaign_status', status: 'sending' });
    expect(await campaigns.find(db, one.id)).toMatchObject({ status: 'sending', name: 'Quiet', version: one.version });
  });

  test('begins once, when the answer to its beginning is lost; waits for a database that does not answer; and pauses if it is to', async () => {
    const one = await scheduled();
    const object = broadcastOf(env, one.id);
    const fail = async (DB: unknown, at: number) => {
      await runInDurableObject(object, (instance) => Reflect.set(instance, 'env', { ...env, DB }));
      await ring(one.id, at);
      expect(await object.progress()).toMatchObject({ phase: 'scheduled' });
    };
    const down = () => Promise.reject(new Error('D1_ERROR'));
    await fail({ prepare: () => ({ bind: () => ({ first: down }) }) }, now + 2 * HOUR);
    expect(await campaigns.find(db, one.id)).toMatchObject({ status: 'scheduled' });
    const first = async (statement: D1PreparedStatement) => {
      await statement.first();
      throw new Error('Network connection lost.');
    };
    const prepare = (query: string) => ({ bind: (...values: unknown[]) => ({ first: () => first(env.DB.prepare(query).bind(...values)) }) }); // prettier-ignore
    await fail({ prepare }, now + 2.1 * HOUR);
    expect(await campaigns.find(db, one.id)).toMatchObject({ status: 'sending' });
    await creator.pause({ id: one.id });
    await runInDurableObject(object, (instance) => Reflect.set(instance, 'env', env));
    await ring(one.id, now + 3 * HOUR);
    expect(await object.progress()).toMatchObject({ phase: 'paused' });
    await creator.resume({ id: one.id });
    await ring(one.id, now + 3 * HOUR);
    expect(await object.progress()).toMatchObject({ phase: 'sent' });
  });

  test('of which its object knows nothing is shown as approved, and can be planned again', async () => {
    const one = await scheduled();
    await broadcastOf(env, one.id).cancel();
    expect(await creator.get({ id: one.id })).toMatchObject({ status: 'approved', scheduledAt: null, progress: null });
    await creator.schedule({ ...one, at: now + 3 * HOUR });
    expect(await creator.get({ id: one.id })).toMatchObject({ status: 'scheduled', progress: { phase: 'scheduled' } });
  });
});

describe('a campaign that is sent', () => {
  test('is not one that nobody has approved, nor on a channel out of service', async () => {
    const made = await creator.create({ id: crypto.randomUUID(), draft });
    expect(await refusalOf(creator.sendNow(seen(made)))).toMatchObject({ reason: 'campaign_status', status: 'draft' });
    expect(await broadcastOf(env, made.id).progress()).toBeNull();
    const one = await approved();
    await db.updateTable('channels').set({ enabled: 0 }).where('id', '=', bot).execute();
    expect(await refusalOf(creator.sendNow(one))).toBe('BAD_REQUEST');
    await db.updateTable('channels').set({ enabled: 1 }).where('id', '=', bot).execute();
  });

  test('starts once, however often it is asked', async () => {
    const one = await approved();
    await Promise.all([creator.sendNow(one), approver.sendNow(one)]);
    await creator.sendNow(one);
    expect(await broadcastOf(env, one.id).progress()).not.toBeNull();
    expect((await auditOf(one.id)).filter((action) => action === 'started')).toHaveLength(1);
  });

  test('that could not be handed over is approved again', async () => {
    const one = await approved();
    const broken = as('creator', over({ launch: () => Promise.reject(new Error('no connection')) }));
    expect(await refusalOf(broken.sendNow(one))).toBe('INTERNAL_SERVER_ERROR');
    expect((await creator.get({ id: one.id })).status).toBe('approved');
    expect(await auditOf(one.id)).toContain('not_started');
  });

  test('and was handed over, but nobody heard so, is either under way, and nobody’s to change, or is not sent at all', async () => {
    for (const hasBegun of [true, false]) {
      const one = await approved();
      const object = broadcastOf(env, one.id);
      const lost = over({
        launch: async (plan) => {
          await object.launch(plan);
          if (hasBegun) await runDurableObjectAlarm(object);
          throw new Error('Network connection lost.');
        },
      });
      expect(await refusalOf(as('creator', lost).sendNow(one))).toBe(hasBegun ? 'ok' : 'INTERNAL_SERVER_ERROR');
      if (!hasBegun) await runDurableObjectAlarm(object);
      const { status, version } = await creator.get({ id: one.id });
      expect(status).toBe(hasBegun ? 'sent' : 'approved');
      expect((await object.progress())?.phase ?? null).toBe(hasBegun ? 'sent' : null);
      const change = creator.update({ id: one.id, version, draft: { ...draft, name: 'Other' } });
      expect(await refusalOf(change)).toEqual(hasBegun ? expect.objectContaining({ reason: 'campaign_status' }) : 'ok');
    }
  });
});
