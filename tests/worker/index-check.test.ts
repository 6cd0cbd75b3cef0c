import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { addSteps, noDifferences, totalOf, type IndexStep } from '../../src/lib/domain/index-check';
import { ListQuery } from '../../src/lib/domain/list';
import { database } from '../../src/lib/server/db/client';
import * as conversations from '../../src/lib/server/db/conversations';
import { removeConversations, removeRows } from '../../src/lib/server/db/erasure';
import { derivedKey } from '../../src/lib/server/derived-key';
import { stepIndex } from '../../src/lib/server/index-check';
import { conversationOf, hubOf, policyOf } from '../../workers/env';
import { maintain } from '../../workers/maintenance';
import { anInbound } from '../fixtures/conversation';
import { aSummary, idOf } from '../fixtures/summaries';
import { aConversation, openShop } from './conversation-world';

type Opened = Awaited<ReturnType<typeof aConversation>>;

const texts = ['Where is my order', '订单什么时候到', 'Danke 👍', 'Is the gate still B14?', 'one more ticket please'] as const;
const talks: Opened[] = [];

const say = async ({ stub, target }: Opened, text: string, name = 'Aanya Rao') =>
  stub.receive({ ...target, name }, [anInbound({ eventId: crypto.randomUUID(), text, address: target.address, name })]);

async function walk(rebuild: boolean): Promise<IndexStep> {
  let sum: IndexStep = { next: '', conversations: 0, moving: 0, differences: noDifferences() };
  while (sum.next !== null) sum = addSteps(sum, await stepIndex(env, { after: sum.next, rebuild }));
  return sum;
}

/** Until the read model has everything: nothing is on its way any more. */
const settled = () =>
  vi.waitFor(
    async () => {
      expect((await Promise.all(talks.map(({ stub }) => stub.row()))).every((row) => row?.isTaken)).toBe(true);
      expect(await hubOf(env, '').unwritten()).toEqual([]);
    },
    { timeout: 20_000, interval: 50 },
  );

const run = (statement: string, ...values: unknown[]) => env.DB.prepare(statement).bind(...values).run(); // prettier-ignore
const count = async (table: string) => (await env.DB.prepare(`SELECT count(*) n FROM ${table}`).first<number>('n')) ?? -1;
const rows = async () => (await env.DB.prepare('SELECT * FROM conversations ORDER BY id').all()).results;

beforeAll(async () => {
  await openShop();
  for (let n = 0; n < 130; n += 1) talks.push(await aConversation());
  await Promise.all(talks.map((talk, n) => say(talk, texts[n % texts.length] ?? '', n % 7 ? 'Aanya Rao' : '王小明')));
  await settled();
}, 120_000);

beforeEach(async () => {
  await walk(true);
});

test('an index that is right has no differences, and building it anew changes no row', async () => {
  const before = await rows();
  expect(await walk(false)).toMatchObject({ conversations: talks.length, moving: 0, differences: noDifferences() });
  expect(totalOf((await walk(true)).differences)).toBe(0);
  expect(await rows()).toEqual(before);
});

test('a read model that is lost whole comes back from the conversations', async () => {
  const before = await rows();
  await env.DB.batch([env.DB.prepare('DELETE FROM conversations_fts'), env.DB.prepare('DELETE FROM conversations')]);
  expect((await walk(false)).differences).toEqual({ ...noDifferences(), missing: talks.length });
  await walk(true);
  expect((await walk(false)).differences).toEqual(noDifferences());
  expect(await rows()).toEqual(before);
  const query = ListQuery.parse({ tab: 'active', search: '订单', limit: 100 });
  const found = await conversations.list(database(env.DB), query, { now: Date.now(), policy: policyOf(env), userId: 'x' });
  expect(found.items).toHaveLength(talks.length / texts.length);
});

test('every kind of damage is found, told apart and put right', async () => {
  const [lost, changed, moved, unindexed, misindexed] = talks.map(({ target }) => target.id);
  await run('DELETE FROM conversations_fts WHERE rowid = (SELECT rid FROM conversations WHERE id = ?)', lost);
  await run('DELETE FROM conversations WHERE id = ?', lost);
  await run(`UPDATE conversations SET name = 'Somebody else' WHERE id = ?`, changed);
  await run('UPDATE conversations SET last_inbound_at = last_inbound_at - 86400000 WHERE id = ?', moved);
  await run('DELETE FROM conversations_fts WHERE rowid = (SELECT rid FROM conversations WHERE id = ?)', unindexed);
  await run(`INSERT OR REPLACE INTO conversations_fts (rowid, body) SELECT rid, 'something else' FROM conversations WHERE id = ?`, misindexed); // prettier-ignore
  await run(`INSERT INTO conversations_fts (rowid, body) VALUES (77, 'nobody'), (78, 'nobody')`);
  await conversations.write(env.DB, [aSummary({ id: idOf(1), version: 9 })]);

  const damage = { missing: 1, row: 2, entry: 2, ghost: 1, stray: 2 };
  expect((await walk(false)).differences).toEqual(damage);
  expect((await walk(true)).differences).toEqual(damage);
  expect((await walk(false)).differences).toEqual(noDifferences());
  expect(await count('conversations')).toBe(talks.length);
  expect(await count('conversations_fts')).toBe(talks.length);
  await run(`INSERT INTO conversations_fts (conversations_fts) VALUES ('integrity-check')`);
});

test('what nobody finds by its words any more is found by no old ones either', async () => {
  const [{ target }] = [talks[0] ?? (await aConversation())];
  await run(`INSERT OR REPLACE INTO conversations_fts (rowid, body) SELECT rid, 'stale' FROM conversations WHERE id = ?`, target.id); // prettier-ignore
  await walk(true);
  expect(await count(`conversations_fts WHERE conversations_fts MATCH '"stale"'`)).toBe(0);
});

test('messages that arrive while it is built anew are neither lost nor doubled', async () => {
  let isOver = false;
  let written = 0;
  const traffic = (async () => {
    for (let n = 0; !isOver; n += 1) {
      // Known ones and new ones.
      if (n % 5 === 0) talks.push(await aConversation());
      const some = Array.from({ length: 8 }, (_, i) => talks.at(-1 - ((n * 8 + i) % talks.length))).flatMap((talk) => talk ?? []);
      await Promise.all(some.map((talk) => say(talk, `Message ${n} of many`, `Name ${n}`)));
      written += some.length;
    }
  })();
  await walk(true);
  await walk(true);
  isOver = true;
  await traffic;
  await Promise.all(talks.map((talk) => say(talk, 'and the last one')));
  await settled();
  expect(written).toBeGreaterThan(20);
  expect(await walk(false)).toMatchObject({ conversations: talks.length, moving: 0, differences: noDifferences() });
  expect(await count('conversations')).toBe(talks.length);
  expect(await count('conversations_fts')).toBe(talks.length);
  for (const { stub, target } of talks.slice(0, 20)) {
    const [shown] = await conversations.find(database(env.DB), [target.id], { now: Date.now(), policy: policyOf(env) });
    expect(shown?.version).toBe((await stub.row())?.summary.version);
  }
}, 120_000);

test('who is erased while it is built anew does not come back', async () => {
  const gone = talks.splice(0, 12);
  const erasures = (async () => {
    for (const { stub, target } of gone) {
      const { erasedAt } = await stub.erase(Date.now());
      const erased = [{ id: target.id, erasedAt }];
      await hubOf(env, target.id).erase(erased);
      await removeConversations(env.DB, erased);
      await removeRows(env.DB, { personId: target.id, erased, addresses: [] });
    }
  })();
  await Promise.all([erasures, walk(true), walk(true)]);
  const ids = JSON.stringify(gone.map(({ target }) => target.id));
  expect(await count(`conversations WHERE id IN (SELECT value FROM json_each('${ids}'))`)).toBe(0);
  expect(await count(`people WHERE id IN (SELECT value FROM json_each('${ids}'))`)).toBe(0);
  const known = await hubOf(env, '').conversations('', 10_000);
  expect(known.filter((id) => gone.some(({ target }) => target.id === id))).toEqual([]);
  expect(await walk(false)).toMatchObject({ conversations: talks.length, differences: noDifferences() });
}, 120_000);

test('an older state that comes late does not replace a newer row', async () => {
  const talk = talks[3] ?? (await aConversation());
  const old = (await talk.stub.row())?.summary;
  await say(talk, 'newer');
  await settled();
  if (old) await conversations.write(env.DB, [old], { again: true });
  expect((await walk(false)).differences).toEqual(noDifferences());
});

test('the hub knows each conversation once, whatever was published how often', async () => {
  const known = await hubOf(env, '').conversations('', 10_000);
  expect(known).toEqual([...new Set(known)].sort());
  expect(new Set(known)).toEqual(new Set(talks.map(({ target }) => target.id)));
  expect(await conversationOf(env, idOf(7)).row()).toBeNull();
});

const algorithm = { name: 'HMAC', hash: 'SHA-256', length: 256 };
async function call(asked: object, secret = env.SECRET_KEY): Promise<Response> {
  const body = JSON.stringify(asked);
  const key = await derivedKey(secret, 'maintenance', algorithm, ['sign']);
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(body)));
  const signature = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const headers = { 'x-parley-signature': signature };
  return maintain(new Request('https://parley.test/maintenance/search-index', { method: 'POST', headers, body }), env);
}

test('the command line is let in by the key of the deployment alone, and building anew is on record', async () => {
  const at = Date.now();
  expect((await call({ action: 'compare', after: '', at })).status).toBe(200);
  expect((await call({ action: 'compare', after: '', at }, 'another key that is as long as it has to be')).status).toBe(401);
  expect((await call({ action: 'compare', after: '', at: at - 600_000 })).status).toBe(400);
  expect((await call({ action: 'erase', after: '', at })).status).toBe(400);
  const unsigned = new Request('https://parley.test/maintenance/search-index', { method: 'POST', body: '{}' });
  expect((await maintain(unsigned, env)).status).toBe(404);
  const before = await count(`audit WHERE action = 'index.rebuilt'`);
  expect((await call({ action: 'rebuild', after: '', at })).status).toBe(200);
  expect(await count(`audit WHERE action = 'index.rebuilt'`)).toBe(before + 1);
});
