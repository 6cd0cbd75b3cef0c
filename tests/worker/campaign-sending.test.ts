import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import { ChannelId } from '../../src/lib/domain/ids';
import type { Role } from '../../src/lib/domain/role';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import { appRouter } from '../../src/lib/server/trpc/router';
import { broadcastOf } from '../../workers/env';
import { anAudience } from './broadcast-world';

const db = database(env.DB);
const HOUR = 3_600_000;
const as = (role: Role) =>
  appRouter.createCaller({
    env,
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
    const BROADCAST = new Proxy(env.BROADCAST, {
      get(target, key) {
        if (key === 'get') return () => ({ launch: () => Promise.reject(new Error('no connection')), progress: () => null });
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const broken = appRouter.createCaller({
      env: { ...env, BROADCAST },
      user: { id: 'creator', name: 'The creator', email: 'c@parley.test', role: 'creator', sessionId: 's' },
      origin: 'https://parley.test',
    }).campaigns;
    expect(await refusalOf(broken.sendNow(one))).toBe('INTERNAL_SERVER_ERROR');
    expect((await creator.get({ id: one.id })).status).toBe('approved');
    expect(await auditOf(one.id)).toContain('not_started');
  });
});
