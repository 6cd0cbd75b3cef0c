import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import { ListQuery } from '../../src/lib/domain/list';
import { matchesSearch } from '../../src/lib/domain/search';
import { database } from '../../src/lib/server/db/client';
import * as conversations from '../../src/lib/server/db/conversations';
import { HOUR, policy } from '../fixtures/conversation';
import { isFound, partsOf } from '../fixtures/search-oracle';
import { anyQuery, anySummary, NOW, random } from '../fixtures/summaries';

const facts = { now: NOW, policy, userId: 'ana' };
const db = database(env.DB);
const rows = Array.from({ length: 200 }, (_, n) => ({ ...anySummary(n, random(n + 31)), lastInboundAt: NOW - HOUR - n }));

beforeAll(() => conversations.write(env.DB, rows));

async function search(text: string): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await conversations.list(db, ListQuery.parse({ tab: 'active', search: text, cursor, limit: 100 }), facts);
    found.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

const spelled = rows.map((row) => ({ id: row.id, name: partsOf(row.contact.name), text: partsOf(row.lastMessage.text) }));

test('1,000 random searches find exactly what brute force finds', async () => {
  let hits = 0;
  for (let seed = 1; seed <= 1000; seed += 1) {
    const query = anyQuery(random(seed * 13));
    const asked = partsOf(query);
    const expected = spelled.filter((row) => isFound(row, asked)).map(({ id }) => id);
    expect(await search(query), `query ${JSON.stringify(query)}`).toEqual(expected);
    const live = rows.filter(({ contact, lastMessage }) => matchesSearch({ name: contact.name, text: lastMessage.text }, query));
    expect(live.map(({ id }) => id)).toEqual(expected);
    if (expected.length > 0 && expected.length < rows.length) hits += 1;
  }
  // Searches that find all or nothing prove little.
  expect(hits).toBeGreaterThan(500);
}, 120_000);

const hostile = [
  '"', '""', '"""', "'", '*', '**', 'a*', '^a', '(', ')', '()', 'NEAR(', 'NEAR(a b, 3)', 'AND', 'OR', 'NOT', 'a AND', 'NOT a', 'a OR OR b', 'body:a',
  '{body}:a', 'rowid:1', '-a', '+a', 'a + b', '%', '_', '\\', '\u0000', 'a\u0000b', '\uE000s30', '"\uE000s30" OR "a', '\uD800', '\uDC00\uD800',
  "'; DROP TABLE conversations; --", '?1', ':a', '@a', '$a', '\u202E', '\u200D', '👍\u200D', '\u{1F3FB}', '\u0301', 'z\u0301\u0301\u0301', '🇩', '🇩🇪🇩', '\uFFFF',
  '\u{10FFFF}', 'ﷺ', '½', '①', '㎏', '\u3000', '\t\n', 'a'.repeat(10_000), '訂'.repeat(10_000), '%'.repeat(10_000), '" OR "'.repeat(1_600), '👨‍👩‍👧'.repeat(1_200),
]; // prettier-ignore

test('what looks like syntax, or like nothing, is looked for as it is written', async () => {
  for (const query of hostile) {
    const live = rows.filter(({ contact, lastMessage }) => matchesSearch({ name: contact.name, text: lastMessage.text }, query));
    expect(await search(query), JSON.stringify(query.slice(0, 40))).toEqual(live.map(({ id }) => id));
  }
}, 30_000);

test('nothing to look for is no filter', async () => {
  for (const query of ['', '   ', '\u0000', '\u200B \u0301']) expect(await search(query)).toHaveLength(rows.length);
});

test('10,000 characters of anything are answered', async () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const { below } = random(seed);
    const spread = [0x80, 0x800, 0x3000, 0x10000, 0x110000][seed % 5] ?? 0x80;
    const query = Array.from({ length: 10_000 / (spread > 0x10000 ? 2 : 1) }, () => String.fromCodePoint(below(spread))).join('');
    await expect(search(query)).resolves.toBeInstanceOf(Array);
  }
}, 30_000);
