import { env } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import type { Channel } from '../../src/lib/domain/provider';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import { Lanes } from '../../workers/broadcast/lanes';
import { Watchers } from '../../workers/broadcast/watchers';
import { channelOf } from '../../workers/channels';
import { Publication } from '../../workers/conversation/publication';
import { aSummary } from '../fixtures/summaries';

const HOUR = 3_600_000;

afterEach(() => void vi.useRealTimers());

/** From now on the clock says that it is an hour earlier. */
const setBack = () => void vi.setSystemTime(Date.now() - HOUR);
const soon = (work: Promise<unknown>) => Promise.race([work.then(() => 'done'), scheduler.wait(1_000).then(() => 'waits')]);

test('a clock that is set back does not keep the list from what changes then', async () => {
  const published: number[] = [];
  const row = { ...aSummary(), version: 1 };
  const publication = new Publication({
    publish: async ({ version }) => void published.push(version),
    summary: () => row,
    failed: () => undefined,
  });
  publication.needed();
  await publication.round();
  setBack();
  row.version = 2;
  publication.needed();
  expect(await soon(publication.round())).toBe('done');
  expect(published).toEqual([1, 2]);
});

test('nor a campaign from going on', async () => {
  const woken: unknown[] = [];
  const BROADCASTS = new Proxy(env.BROADCASTS, {
    get: (queue, key) => (key === 'sendBatch' ? async (batch: unknown) => void woken.push(batch) : Reflect.get(queue, key)),
  });
  const lanes = new Lanes({ ...env, BROADCASTS });
  const wake = () => lanes.wake('a-campaign', { recipients: 1, perSecond: 1 }, Date.now());
  await wake();
  expect(lanes.enter(0, 'a run', Date.now())).toBe(true);
  await wake();
  expect(woken).toHaveLength(1);
  setBack();
  await wake();
  expect(woken).toHaveLength(2);
  expect(lanes.enter(0, 'another run', Date.now())).toBe(true);
});

test('nor its page from seeing that', async () => {
  const { 0: page, 1: socket } = new WebSocketPair();
  socket.accept();
  page.accept();
  const frames: unknown[] = [];
  page.addEventListener('message', ({ data }) => frames.push(data));
  const watchers = new Watchers({ acceptWebSocket: () => undefined, getWebSockets: () => [socket] }, () => null);
  watchers.changed();
  await expect.poll(() => frames.length).toBe(1);
  setBack();
  watchers.changed();
  await expect.poll(() => frames.length).toBe(2);
});

test('nor a channel in service that was taken out of it', async () => {
  const db = database(env.DB);
  const channel: Channel = {
    id: 'shop',
    provider: 'whatsapp',
    name: 'Shop',
    accountId: '1',
    settings: {},
    secrets: { appSecret: 'app', verifyToken: 'verify', accessToken: 'access' },
  };
  await channels.insert(db, channel, env.SECRET_KEY, 1);
  expect(await channelOf(env, 'shop')).not.toBeNull();
  const { sql, parameters } = channels.enabling(db, 'shop', false, 2).compile();
  await env.DB.prepare(sql)
    .bind(...parameters)
    .run();
  setBack();
  expect(await channelOf(env, 'shop')).toBeNull();
});
