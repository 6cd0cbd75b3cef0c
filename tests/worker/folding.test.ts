import { env } from 'cloudflare:workers';
import { beforeEach, expect, test, vi } from 'vitest';
import { ListQuery } from '../../src/lib/domain/list';
import { database } from '../../src/lib/server/db/client';
import type { Summary } from '../../src/lib/domain/summary';
import * as conversations from '../../src/lib/server/db/conversations';
import { beginWhole, countParts, foldSome } from '../../src/lib/server/db/folding';
import { policy } from '../fixtures/conversation';
import { recorded } from '../fixtures/recorded-d1';
import { aSummary, idOf, NOW } from '../fixtures/summaries';

const db = database(env.DB);
const CONVERSATIONS = 120;

/** A message of so many conversations, each in a batch of its own, as a quiet day brings them. */
async function writeOneByOne(version: number, from: number, to: number) {
  for (let n = from; n < to; n += 1) {
    const at = NOW - (CONVERSATIONS - n) * 1_000 + version;
    const text = `message ${n} of round${version}`;
    await conversations.write(env.DB, [aSummary({ id: idOf(n), version, lastInboundAt: at, lastMessage: { text, direction: 'inbound', at } })]); // prettier-ignore
  }
}

const found = async (search: string): Promise<string[]> => {
  const query = ListQuery.parse({ tab: 'active', search, limit: 100 });
  const { items } = await conversations.list(db, query, { now: NOW, policy, userId: 'ana' });
  return items.map(({ id }) => id);
};
const expectWhole = () => env.DB.prepare(`INSERT INTO conversations_fts (conversations_fts) VALUES ('integrity-check')`).run();

/** Folds until nothing is left; how many steps it took. */
async function fold(begin = foldSome): Promise<number> {
  let steps = 1;
  for (let isDone = await begin(env.DB); !isDone; steps += 1) isDone = await foldSome(env.DB);
  return steps;
}

beforeEach(async () => {
  await env.DB.batch(['conversations_fts', 'conversations'].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  await fold(beginWhole);
});

test('parts of a size become one, and the answers stay the same', async () => {
  await writeOneByOne(1, 0, CONVERSATIONS);
  const [before, answer] = [await countParts(env.DB), await found('round1')];
  expect(before).toBeGreaterThan(8);
  expect(answer).toHaveLength(100);
  await fold();
  expect(await countParts(env.DB)).toBeLessThan(6);
  expect(await found('round1')).toEqual(answer);
  await expectWhole();
  expect(await fold(), 'twice is once: there is nothing left to do').toBe(1);
});

test('one part is made of all, and nothing is left of the words that were deleted', async () => {
  const isKept = async (word: string) =>
    Number(await env.DB.prepare('SELECT count(*) AS n FROM conversations_fts_data WHERE instr(block, CAST(?1 AS BLOB))').bind(word).first('n')) > 0; // prettier-ignore
  const said = (version: number, text: string): Summary =>
    aSummary({ id: idOf(0), version, lastInboundAt: NOW, lastMessage: { text, direction: 'inbound', at: NOW } });
  const others = Array.from({ length: 40 }, (_, i) => aSummary({ id: idOf(i + 1), lastInboundAt: NOW - i * 1_000 }));
  await conversations.write(env.DB, [said(1, '酒'), ...others]);
  await conversations.write(env.DB, [said(2, '茶')]);
  expect([await found('酒'), await isKept('酒')]).toEqual([[], true]);
  await fold(beginWhole);
  expect([await isKept('酒'), await isKept('茶')]).toEqual([false, true]);
  expect(await countParts(env.DB)).toBe(1);
  expect(await found('茶')).toEqual([idOf(0)]);
  await expectWhole();
});

test('what is written while a fold is under way is found, before its end and after it', async () => {
  await writeOneByOne(1, 0, CONVERSATIONS);
  await beginWhole(env.DB);
  for (let n = 0; n < 40; n += 1) {
    await writeOneByOne(2, n, n + 1);
    await foldSome(env.DB);
    expect(await found('round2')).toHaveLength(n + 1);
  }
  await fold();
  expect(await found('round2')).toHaveLength(40);
  expect(await found('round1')).toHaveLength(80);
  await expectWhole();
});

test('what is gone on with after new messages takes no more steps than without a break', async () => {
  // Steps of a page, as a hundred are more than there is here.
  const merge = async (pages: number) => {
    const changes = env.DB.prepare('SELECT total_changes() AS n');
    const [before, , after] = await env.DB.batch<{ n: number }>([changes, env.DB.prepare(`INSERT INTO conversations_fts (conversations_fts, rank) VALUES ('merge', ${pages})`), changes]); // prettier-ignore
    return Number(after?.results[0]?.n) - Number(before?.results[0]?.n) < 2;
  };
  await writeOneByOne(1, 0, CONVERSATIONS);
  let isDone = await merge(-1);
  let steps = 1;
  for (; !isDone && steps < 200; steps += 1) {
    if (steps % 4 === 0) await writeOneByOne(2 + steps, 0, 1);
    isDone = await merge(1);
  }
  expect(steps).toBeLessThan(200);
  expect(await countParts(env.DB)).toBeLessThan(6);
  await expectWhole();
});

test('counting the parts reads a few rows for each, however many words there are', async () => {
  await writeOneByOne(1, 0, CONVERSATIONS);
  const { d1, ran } = recorded(env.DB);
  const parts = await countParts(d1);
  expect(ran[0]?.rowsRead).toBeLessThan(parts * 6 + 6);
});

test('the hub folds what messages have left behind', async () => {
  await writeOneByOne(1, 0, CONVERSATIONS);
  expect(await countParts(env.DB)).toBeGreaterThan(4);
  const hub = env.INBOX.getByName('a hub that folds');
  await hub.publish(aSummary({ id: idOf(0), version: 3, lastInboundAt: NOW }));
  await vi.waitFor(async () => expect(await countParts(env.DB)).toBe(1), { timeout: 20_000, interval: 100 });
  await expectWhole();
});
