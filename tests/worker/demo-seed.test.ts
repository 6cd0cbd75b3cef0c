import { env } from 'cloudflare:workers';
import { beforeAll, expect, test, vi } from 'vitest';
import { conversationIdOf } from '../../src/lib/domain/ids';
import { demoContent } from '../../workers/demo/content';
import { seedDemo } from '../../workers/demo/seed';
import { conversationOf } from '../../workers/env';
import { channelOf } from '../../workers/channels';
import { simulatorOf } from '../../workers/simulator/object';
import { startDemo, threadOf } from './simulator-world';

const origin = 'http://localhost:8787';
const outgoing = vi.fn(async (_input: RequestInfo | URL) => new Response(null, { status: 500 }));

startDemo();
beforeAll(async () => {
  vi.stubGlobal('fetch', outgoing);
  const user = env.DB.prepare(
    `INSERT INTO users (id, name, email, role, created_at, updated_at) VALUES (?, ?, ?, 'agent', '', '')`,
  );
  const people = ['Ana Lima', 'Ben Okafor', 'Carl Jensen', 'Vera Novak'];
  const first = (name: string) => name.split(' ')[0]?.toLowerCase() ?? '';
  await env.DB.batch(people.map((name) => user.bind(`u-${first(name)}`, name, `${first(name)}@parley.test`)));
});

const rowCount = async (table: string) => (await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>('n')) ?? 0;
const rowsOf = async () => {
  const query = 'SELECT id, version, ticket_status, campaign_match, preview, unread FROM conversations ORDER BY id';
  return (await env.DB.prepare(query).all()).results;
};

test('a seed that broke off is finished by the next, and the one after that changes nothing', { timeout: 90_000 }, async () => {
  let left = 60;
  const CONVERSATION = new Proxy(env.CONVERSATION, {
    get(target, key) {
      if (key === 'get' && --left < 0) throw new Error('the machine was switched off');
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  await expect(seedDemo({ ...env, CONVERSATION }, origin)).rejects.toThrow('switched off');
  const startedAt = Date.now();
  expect(await seedDemo(env, origin)).toEqual({ seeded: true });
  console.info(`seeded in ${Date.now() - startedAt} ms`);
  await vi.waitFor(async () => expect(await rowCount('conversations')).toBe(200), { timeout: 20_000, interval: 100 });
  expect(await rowCount('channels')).toBe(4);
  expect(await rowCount('campaigns')).toBe(8);
  expect(await rowCount(`campaigns WHERE id LIKE 'demo-%' AND sent > replied AND delivered > replied AND replied > 20`)).toBe(3);
  expect(await rowCount('saved_replies')).toBe(4);
  const settledRows = async () => {
    const rows = await rowsOf();
    // Their files are read while the rows are there already.
    await scheduler.wait(500);
    expect(await rowsOf()).toEqual(rows);
    return rows;
  };
  const before = { rows: await vi.waitFor(settledRows, { timeout: 20_000 }), sends: await rowCount('campaign_sends') };
  // Somebody has removed one: it stays away.
  await env.DB.prepare(`DELETE FROM saved_replies WHERE name = 'Greeting'`).run();
  expect(await seedDemo(env, origin)).toEqual({ seeded: false });
  expect(await rowCount('saved_replies')).toBe(3);
  await scheduler.wait(500);
  expect({ rows: await rowsOf(), sends: await rowCount('campaign_sends') }).toEqual(before);
});

test('the seeded conversations are what the content says, attributed by the records themselves', async () => {
  const content = demoContent(Date.now());
  for (const wanted of content.slice(0, 40)) {
    const thread = await threadOf(await conversationIdOf(wanted.channelId, wanted.address));
    expect(thread?.conversation).toMatchObject({ ticketStatus: wanted.ticketStatus, lock: null });
    expect(thread?.conversation.campaign?.match).toBe(wanted.send?.match);
    expect(thread?.messages.filter((message) => message.kind === 'campaign')).toHaveLength(wanted.send ? 1 : 0);
  }
});

test('nothing of it was sent to a provider: files are read from it, and no more', () => {
  const called = outgoing.mock.calls.map(([input]) => new URL(input instanceof Request ? input.url : input).pathname);
  const reads = /\/(v24\.0\/9\d+|getFile|attachments\/9\d+\/\w+(\.pdf)?)$/;
  expect(called.filter((path) => !reads.test(path))).toEqual([]);
});

test('the channels are there with their secrets, and the contacts’ phones are in the simulator', async () => {
  const channel = await channelOf(env, 'demo-whatsapp');
  expect(channel).toMatchObject({ accountId: '106540352242922', secrets: { appSecret: 'demo-app-secret' } });
  const { phones } = await simulatorOf(env).overview();
  const aanya = phones.find((phone) => phone.address === '919820012345');
  const thread = await simulatorOf(env).thread(aanya?.id ?? '');
  expect(thread?.messages[0]).toMatchObject({ from: 'campaign', buttons: ['Book it', 'See hotels'] });
  expect(phones).toHaveLength(200);
  expect(new Set(phones.map((phone) => phone.provider)).size).toBe(4);
});

test('an agent can go on with a seeded conversation', async () => {
  const id = await conversationIdOf('demo-whatsapp', '919820012345');
  const claim = await conversationOf(env, id).claim({ id: 'u-ana', name: 'Ana Lima', role: 'agent' });
  expect(claim).toMatchObject({ ok: true, value: { granted: true } });
});

test('it is refused where there is no local demo', async () => {
  await expect(seedDemo({ ...env, DEMO: 'off' }, origin)).rejects.toThrow('local machine');
  await expect(seedDemo(env, 'https://parley.example.workers.dev')).rejects.toThrow('local machine');
});
