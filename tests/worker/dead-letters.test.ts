import { env } from 'cloudflare:workers';
import { beforeEach, expect, test } from 'vitest';
import { record } from '../../src/lib/server/db/dead-letters';

const DAY = 86_400_000;
const NOW = 1_790_000_000_000;
const letter = (n: number, at: number, body = `{"n":${n}}`) => ({ channelId: 'shop', reason: 'odd', body, at });
const left = async () =>
  (await env.DB.prepare('SELECT body, count FROM dead_letters ORDER BY rowid').all<{ body: string; count: number }>()).results;

beforeEach(async () => void (await env.DB.prepare('DELETE FROM dead_letters').run()));

test('a letter is kept once, with how often it came', async () => {
  await record(env.DB, [letter(1, NOW), letter(2, NOW)]);
  await record(env.DB, [letter(1, NOW + 1)]);
  expect(await left()).toEqual([
    { body: '{"n":1}', count: 2 },
    { body: '{"n":2}', count: 1 },
  ]);
});

test('a letter is kept for thirty days, however often it has come since; then the next one takes it out', async () => {
  await record(env.DB, [letter(1, NOW), letter(2, NOW + DAY)]);
  await record(env.DB, [letter(1, NOW + 29 * DAY)]);
  await record(env.DB, [letter(3, NOW + 30 * DAY)]);
  expect((await left()).map(({ body }) => body)).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
  await record(env.DB, [letter(4, NOW + 30 * DAY + 1)]);
  expect((await left()).map(({ body }) => body)).toEqual(['{"n":2}', '{"n":3}', '{"n":4}']);
  await record(env.DB, [letter(1, NOW + 30 * DAY + 2)]);
  expect((await left()).at(-1)).toEqual({ body: '{"n":1}', count: 1 });
});

test('very many old ones go a bounded number at a time, the oldest first', async () => {
  await record(
    env.DB,
    Array.from({ length: 240 }, (_, n) => letter(n, NOW)),
  );
  const counts = [];
  for (let n = 0; n < 4; n++) {
    await record(env.DB, [letter(1_000 + n, NOW + 31 * DAY)]);
    counts.push((await left()).length);
  }
  expect(counts).toEqual([141, 42, 3, 4]);
});
