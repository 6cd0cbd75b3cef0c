import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { Compilable } from 'kysely';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Channel } from '../../src/lib/domain/provider';
import * as channels from '../../src/lib/server/db/channels';
import { batch, database, hasChanged } from '../../src/lib/server/db/client';
import { encryptSecrets } from '../../src/lib/server/secrets';
import * as templates from '../../src/lib/server/db/templates';
import { channelOf, keepChannel, forgetChannel, reconsidered, renewedChannel } from '../../workers/channels';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const channel: Channel = {
  id: 'shop',
  provider: 'whatsapp',
  name: 'Shop',
  accountId: '1',
  settings: { businessId: '22' },
  secrets: { appSecret: 'app-1', verifyToken: 'verify-1', accessToken: 'access-1' },
};
const db = database(env.DB);
const secretKey = env.SECRET_KEY;

/** Runs a query, and says whether it has changed anything. */
const run = async (query: Compilable<unknown>) => hasChanged((await batch(env.DB, [query]))[0]);
const setEnabled = (...how: Parameters<typeof channels.enabling>) => run(channels.enabling(...how));
const update = (...how: Parameters<typeof channels.updating>) => run(channels.updating(...how));
const insertManual = (...how: Parameters<typeof templates.insertingManual>) => run(templates.insertingManual(...how));
const removeTemplate = (...how: Parameters<typeof templates.removing>) => run(templates.removing(...how));
const rotate = async (...how: Parameters<typeof channels.rotating>) => {
  const rotation = await channels.rotating(...how);
  return rotation !== null && run(rotation.query);
};

beforeAll(() => channels.insert(db, channel, secretKey, 1));
afterEach(() => void vi.useRealTimers());

/** The same database for the cache, with a switch for how its queries end. */
function moodyDatabase() {
  const mood = { query: () => env.DB.prepare.bind(env.DB) };
  const DB = new Proxy(env.DB, { get: (real, name) => (name === 'prepare' ? mood.query() : Reflect.get(real, name)) });
  return { env: { ...env, DB }, mood };
}

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);
let made = 0;
async function aChannel(change: Partial<Channel> = {}): Promise<Channel> {
  const one = { ...channel, id: `shop-${++made}`, accountId: `${made}`, ...change };
  await channels.insert(db, one, secretKey, 1);
  return one;
}

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

test('without a row to fall back on, here or in its gate, a failing database is a failure', async () => {
  const { id } = await aChannel();
  const down = () => {
    const { env: moody, mood } = moodyDatabase();
    mood.query = () => {
      throw new Error('D1 is down');
    };
    return moody;
  };
  await expect(channelOf(down(), id)).rejects.toThrow();
  expect(await channelOf(env, id)).not.toBeNull();
  await keepChannel(env, id);
  expect((await channelOf(down(), id))?.id).toBe(id);
});

test('a disabled channel is gone within the time that a row is trusted, a new one is there at once', async () => {
  const { env: moody } = moodyDatabase();
  expect(await channelOf(moody, 'corner-shop')).toBeNull();
  await channels.insert(db, { ...channel, id: 'corner-shop' }, secretKey, 1);
  later(2_001);
  expect(await channelOf(moody, 'corner-shop')).not.toBeNull();
  await setEnabled(db, 'corner-shop', false, 2);
  later(30_001);
  expect(await channelOf(moody, 'corner-shop')).toBeNull();
});

test('where it was changed, a change is known at once', async () => {
  const { id } = await aChannel();
  expect(await channelOf(env, id)).not.toBeNull();
  await setEnabled(db, id, false, 2);
  forgetChannel(env, id);
  expect(await channelOf(env, id)).toBeNull();
  await setEnabled(db, id, true, 2);
  forgetChannel(env, id);
  expect(await channelOf(env, id)).toMatchObject({ id });
});

test('a look-up that was under way during a change does not bring the old row back', async () => {
  const { id } = await aChannel();
  let answer: (() => void) | undefined;
  const { env: moody, mood } = moodyDatabase();
  const real = mood.query();
  // Reads at once, and tells late.
  const slow = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get(target, name) {
        if (name === 'bind') return (...values: unknown[]) => slow(target.bind(...values));
        if (name !== 'all') return Reflect.get(target, name);
        return async () => {
          const rows = await target.all();
          await new Promise<void>((resolve) => (answer = resolve));
          return rows;
        };
      },
    });
  mood.query = () => Object((sql: string) => slow(real(sql)));
  const looking = channelOf(moody, id);
  await vi.waitFor(() => expect(answer).toBeDefined());
  await setEnabled(db, id, false, 2);
  forgetChannel(moody, id);
  mood.query = () => real;
  answer?.();
  await looking;
  expect(await channelOf(moody, id)).toBeNull();
});

test('a row that was changed elsewhere is read again when something does not verify, but not by each forgery', async () => {
  const { id } = await aChannel();
  const { env: moody, mood } = moodyDatabase();
  const now = Date.now();
  vi.setSystemTime(now);
  let reads = 0;
  const real = mood.query();
  mood.query = () =>
    Object((sql: string) => {
      reads += 1;
      return real(sql);
    });
  await channelOf(moody, id);
  await rotate(db, id, { appSecret: 'app-2' }, { overlapMs: 0, secretKey, now });
  expect(await renewedChannel(moody, id), 'just read').toBeNull();
  vi.setSystemTime(now + 2_000);
  const renewed = await Promise.all([1, 2, 3].map(() => renewedChannel(moody, id)));
  expect(renewed.map((one) => one?.secrets.appSecret)).toEqual(['app-2', 'app-2', 'app-2']);
  expect((await channelOf(moody, id))?.secrets.appSecret).toBe('app-2');
  expect(await renewedChannel(moody, id)).toBeNull();
  expect(reads).toBe(2);
  mood.query = () => {
    throw new Error('D1 is down');
  };
  vi.setSystemTime(now + 4_000);
  expect(await renewedChannel(moody, id)).toBeNull();
  expect(await channelOf(moody, id)).not.toBeNull();
});

test('a send that stops its channel is tried again if the channel’s secrets have been replaced since, and else is what it is', async () => {
  const used = await aChannel();
  const { env: moody, mood } = moodyDatabase();
  expect(await channelOf(moody, used.id)).toEqual(used);
  const stopped = { status: 'stopped', reason: 'The access token has expired.', code: '190' } as const;
  const sent = { status: 'sent', providerMessageId: 'x' } as const;
  expect(await reconsidered(moody, used, stopped)).toEqual(stopped);
  await rotate(db, used.id, { accessToken: 'access-2' }, { overlapMs: 0, secretKey, now: 2_000 });
  mood.query = () => {
    throw new Error('D1 is down');
  };
  expect(await reconsidered(moody, used, stopped)).toEqual(stopped);
  mood.query = () => env.DB.prepare.bind(env.DB);
  expect(await reconsidered(moody, used, sent)).toEqual(sent);
  expect(await reconsidered(moody, used, stopped)).toEqual({ ...stopped, status: 'retry', afterMs: null });
  const now = await channelOf(moody, used.id);
  expect(now?.secrets.accessToken, 'and the next send is with the new ones').toBe('access-2');
  expect(await reconsidered(moody, now ?? used, stopped)).toEqual(stopped);
  await setEnabled(db, used.id, false, 3_000);
  expect(await reconsidered(moody, used, stopped)).toEqual(stopped);
});

test('what arrives may be under the old secrets until the overlap is over; what we send with is the new one at once', async () => {
  const { id } = await aChannel();
  const now = Date.now();
  const secrets = { appSecret: 'app-2', verifyToken: 'verify-2', accessToken: 'access-2' };
  expect(await rotate(db, id, secrets, { overlapMs: HOUR, secretKey, now })).toBe(true);
  const during = { appSecret: 'app-2,app-1', verifyToken: 'verify-2,verify-1', accessToken: 'access-2' };
  expect((await channels.find(db, id, secretKey, now))?.secrets).toEqual(during);
  expect((await channels.find(db, id, secretKey, now + HOUR - 1))?.secrets).toEqual(during);
  expect((await channels.find(db, id, secretKey, now + HOUR))?.secrets).toEqual(secrets);
});

test('an old secret is dead on the dot, also in a row that is still trusted or cannot be renewed', async () => {
  const { id } = await aChannel();
  const { env: moody, mood } = moodyDatabase();
  const now = Date.now();
  vi.setSystemTime(now);
  await rotate(db, id, { appSecret: 'app-2' }, { overlapMs: 10_000, secretKey, now });
  expect((await channelOf(moody, id))?.secrets.appSecret).toBe('app-2,app-1');
  mood.query = () => {
    throw new Error('D1 is down');
  };
  vi.setSystemTime(now + 9_999);
  expect((await channelOf(moody, id))?.secrets.appSecret).toBe('app-2,app-1');
  vi.setSystemTime(now + 10_000);
  expect((await channelOf(moody, id))?.secrets.appSecret).toBe('app-2');
  vi.setSystemTime(now + HOUR);
  expect((await channelOf(moody, id))?.secrets.appSecret).toBe('app-2');
});

test('without an overlap the old secret is dead at once, and so is one from an overlap before', async () => {
  const { id } = await aChannel();
  const at = { secretKey, now: 1_000 };
  await rotate(db, id, { appSecret: 'app-2' }, { ...at, overlapMs: HOUR });
  await rotate(db, id, { appSecret: 'app-3' }, { ...at, overlapMs: HOUR });
  expect((await channels.find(db, id, secretKey, 2_000))?.secrets.appSecret).toBe('app-3,app-2');
  await rotate(db, id, { appSecret: 'app-4' }, { ...at, overlapMs: 0 });
  expect((await channels.find(db, id, secretKey, 2_000))?.secrets.appSecret).toBe('app-4');
});

test('a new access token leaves everything else as it is, an overlap under way too', async () => {
  const { id } = await aChannel();
  await rotate(db, id, { appSecret: 'app-2' }, { overlapMs: HOUR, secretKey, now: 1_000 });
  await rotate(db, id, { accessToken: 'access-2' }, { overlapMs: 0, secretKey, now: 2_000 });
  const found = await channels.find(db, id, secretKey, 3_000);
  expect(found?.secrets).toEqual({ appSecret: 'app-2,app-1', verifyToken: 'verify-1', accessToken: 'access-2' });
});

test('of two rotations at the same time one is told that it came too late', async () => {
  const { id } = await aChannel();
  const how = { overlapMs: HOUR, secretKey, now: 1_000 };
  const begun = await Promise.all(['a', 'b', 'c'].map((one) => channels.rotating(db, id, { appSecret: `app-${one}` }, how)));
  const done = await Promise.all(begun.map((one) => one !== null && run(one.query)));
  expect(done.filter(Boolean)).toHaveLength(1);
  const winner = ['a', 'b', 'c'][done.indexOf(true)];
  expect((await channels.find(db, id, secretKey, 2_000))?.secrets.appSecret).toBe(`app-${winner},app-1`);
});

test('stored secrets are unreadable in the row, and lost ones do not keep new ones out', async () => {
  const { id } = await aChannel();
  const row = await env.DB.prepare('SELECT * FROM channels WHERE id = ?').bind(id).first();
  expect(JSON.stringify(row)).not.toMatch(/app-1|verify-1|access-1/);
  const otherKey = 'another key of at least thirty-two characters';
  await expect(channels.find(db, id, otherKey, 1)).rejects.toThrow();
  expect(await channels.detail(db, id, otherKey, 1)).toMatchObject({ id, secretNames: null });
  await rotate(db, id, { appSecret: 'app-2' }, { overlapMs: HOUR, secretKey: otherKey, now: 1 });
  expect((await channels.find(db, id, otherKey, 2))?.secrets).toEqual({ appSecret: 'app-2' });
});

test('a channel’s name and settings change, its times tell, and the rest of it stays', async () => {
  const { id } = await aChannel();
  expect(await update(db, id, { name: 'Store' }, 50)).toBe(true);
  expect(await update(db, id, { settings: {} }, 60)).toBe(true);
  const found = await channels.detail(db, id, secretKey, 70);
  expect(found).toMatchObject({ name: 'Store', settings: {}, createdAt: 1, updatedAt: 60, previousUntil: null });
  expect(found?.secretNames).toEqual(['appSecret', 'verifyToken', 'accessToken']);
  expect(await update(db, 'nobody', { name: 'x' }, 1)).toBe(false);
  expect((await channels.list(db)).find((one) => one.id === id)).toMatchObject({ name: 'Store', enabled: true, updatedAt: 60 });
});

const template = { name: 'order_ready', language: 'en_US', category: 'UTILITY', header: null, body: 'Hi {{1}}', footer: null, buttons: ['Track'] }; // prettier-ignore

test('a sync replaces what the provider had, and leaves what was written by hand', async () => {
  const { id } = await aChannel();
  const other = await aChannel();
  await templates.replaceSynced(env.DB, other.id, [template], 1);
  expect(await insertManual(db, id, { ...template, name: 'by_hand' }, 5)).toBe(true);
  expect(await insertManual(db, id, { ...template, name: 'by_hand', body: 'Another' }, 6)).toBe(false);
  await templates.replaceSynced(env.DB, id, [template, { ...template, language: 'de' }], 10);
  await templates.replaceSynced(env.DB, id, [{ ...template, body: 'Hello {{1}}' }], 20);
  expect(await templates.list(db, id)).toEqual([
    { ...template, name: 'by_hand', source: 'manual', syncedAt: 5 },
    { ...template, body: 'Hello {{1}}', source: 'provider', syncedAt: 20 },
  ]);
  expect(await templates.find(db, id, 'order_ready', 'en_US')).toEqual({ ...template, body: 'Hello {{1}}' });
  expect(await templates.find(db, id, 'order_ready', 'de')).toBeNull();
  await removeTemplate(db, id, 'by_hand', 'en_US');
  expect(await templates.find(db, id, 'by_hand', 'en_US')).toBeNull();
  expect(await templates.list(db, other.id)).toHaveLength(1);
});

test('more templates than one statement could carry are one sync', async () => {
  const { id } = await aChannel();
  const many = Array.from({ length: 250 }, (_, n) => ({ ...template, name: `t_${n}` }));
  await templates.replaceSynced(env.DB, id, many, 1);
  expect(await templates.list(db, id)).toHaveLength(250);
});

// The last one, as it makes every table anew.
test('the migration keeps every channel and every conversation, found by the same words as before', async () => {
  const { results } = await env.DB.prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT NULL`).all<{
    name: string;
  }>();
  const mine = results.map(({ name }) => name).filter((name) => !/^(_cf|d1_|sqlite_|conversations_fts_)/.test(name));
  // Tables refer to each other; when all are gone, none does any more.
  const drops = [...mine, 'd1_migrations'].map((name) => env.DB.prepare(`DROP TABLE ${name}`));
  await env.DB.batch([env.DB.prepare('PRAGMA defer_foreign_keys = true'), ...drops]);
  const [first, second, ...rest] = env.TEST_MIGRATIONS;
  if (!first || !second) throw new Error('no migrations');
  await applyD1Migrations(env.DB, [first, second]);
  const secrets = await encryptSecrets(channel.secrets, 'old', secretKey);
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO channels (id, provider, name, account_id, secrets, enabled, created_at) VALUES ('old', 'whatsapp', 'Old', '7', ?, 1, 42)`,
    ).bind(secrets),
    env.DB.prepare(
      `INSERT INTO conversations VALUES (77, 'c1', 3, 'old', 'whatsapp', 'p1', 'Asha', '49', 'Hello', 'inbound', NULL, NULL, 1, 5, 6, NULL, 2, 1, NULL, NULL, NULL)`,
    ),
    // One number in the two spellings that networks have of it: one person with two conversations.
    env.DB.prepare(
      `INSERT INTO conversations VALUES (78, 'c2', 3, 'old', 'whatsapp', 'p2', 'Rui', '551187654321', 'Oi', 'inbound', NULL, NULL, 0, 7, 8, NULL, 2, 1, NULL, NULL, NULL)`,
    ),
    env.DB.prepare(
      `INSERT INTO conversations VALUES (79, 'c3', 3, 'old', 'whatsapp', 'p3', 'Rui', '5511987654321', 'Oi', 'inbound', NULL, NULL, 2, 9, 9, NULL, 2, 1, NULL, NULL, NULL)`,
    ),
    env.DB.prepare(`INSERT INTO conversations_fts (rowid, body) VALUES (77, 'asha hello')`),
  ]);
  const before = await env.DB.prepare('SELECT * FROM conversations').all();
  await applyD1Migrations(env.DB, [first, second, ...rest]);
  const kept = before.results.map((row) => ({ ...row, ticket_changed_at: row.last_at, snoozed_until: null, snoozed_by: null }));
  expect((await env.DB.prepare('SELECT * FROM conversations').all()).results).toEqual(kept);
  const people = `SELECT p.id, p.name, a.identity, a.conversation_id, f.ticket_status, f.last_reply_at, f.channels, f.name AS folded
    FROM people p JOIN person_addresses a ON a.person_no = p.no JOIN person_facts f ON f.no = p.no`;
  const [asha, rui] = [
    { id: 'c1', name: 'Asha', ticket_status: 1, last_reply_at: 5, channels: ' old ', folded: 'asha' },
    { id: 'c3', name: 'Rui', ticket_status: 2, last_reply_at: 9, channels: ' old ', folded: 'rui' },
  ];
  expect((await env.DB.prepare(`${people} ORDER BY p.no, a.identity DESC`).all()).results).toEqual([
    { ...asha, identity: '49', conversation_id: 'c1' },
    { ...rui, identity: '551187654321', conversation_id: 'c3' },
    { ...rui, identity: ' c2', conversation_id: 'c2' },
  ]);
  const found = `SELECT c.name FROM conversations_fts f JOIN conversations c ON c.rid = f.rowid WHERE conversations_fts MATCH 'asha'`;
  expect(await env.DB.prepare(found).first('name')).toBe('Asha');
  expect(await channels.load(db, 'old', secretKey)).toEqual({
    channel: { ...channel, id: 'old', name: 'Old', accountId: '7', settings: {} },
    enabled: true,
    previous: null,
  });
  expect(await channels.list(db)).toMatchObject([{ id: 'old', createdAt: 42, updatedAt: 42 }]);
  // A provider that nobody knows yet needs no migration.
  await env.DB.prepare(`UPDATE channels SET provider = 'carrier-pigeon'`).run();
  await env.DB.prepare(`UPDATE conversations SET provider = 'carrier-pigeon'`).run();
});
