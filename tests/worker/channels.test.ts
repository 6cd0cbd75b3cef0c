import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import { channelOf } from '../../workers/channels';

const channel = { id: 'shop', provider: 'whatsapp' as const, name: 'Shop', accountId: '1', secrets: { appSecret: 'secret' } };

beforeAll(() => channels.insert(database(env.DB), channel, env.SECRET_KEY, 1));
afterEach(() => void vi.useRealTimers());

/** The same database for the cache, with a switch for how its queries end. */
function moodyDatabase() {
  const mood = { query: () => env.DB.prepare.bind(env.DB) };
  const DB = new Proxy(env.DB, { get: (real, name) => (name === 'prepare' ? mood.query() : Reflect.get(real, name)) });
  return { env: { ...env, DB }, mood };
}

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

test('a row is read once and then served from memory', async () => {
  const { env: moody, mood } = moodyDatabase();
  expect(await channelOf(moody, 'shop')).toEqual(channel);
  mood.query = () => {
    throw new Error('asked again');
  };
  expect(await channelOf(moody, 'shop')).toEqual(channel);
});

test('an old row is good enough while the database fails', async () => {
  const { env: moody, mood } = moodyDatabase();
  await channelOf(moody, 'shop');
  mood.query = () => {
    throw new Error('D1 is down');
  };
  later(60_000);
  expect(await channelOf(moody, 'shop')).toEqual(channel);
});

test('and while it stalls', async () => {
  const { env: moody, mood } = moodyDatabase();
  await channelOf(moody, 'shop');
  const statement = { bind: () => statement, all: () => new Promise(() => {}), raw: () => new Promise(() => {}) };
  mood.query = () => Object(() => statement);
  later(60_000);
  expect(await channelOf(moody, 'shop')).toEqual(channel);
});

test('without a row to fall back on, a failing database is a failure', async () => {
  const { env: moody, mood } = moodyDatabase();
  mood.query = () => {
    throw new Error('D1 is down');
  };
  await expect(channelOf(moody, 'shop')).rejects.toThrow();
});

test('a disabled channel is gone within the time that a row is trusted, a new one is there at once', async () => {
  const { env: moody } = moodyDatabase();
  expect(await channelOf(moody, 'corner-shop')).toBeNull();
  await channels.insert(database(env.DB), { ...channel, id: 'corner-shop' }, env.SECRET_KEY, 1);
  later(2_001);
  expect(await channelOf(moody, 'corner-shop')).not.toBeNull();
  await channels.setEnabled(database(env.DB), 'corner-shop', false);
  later(30_001);
  expect(await channelOf(moody, 'corner-shop')).toBeNull();
});
