import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import { ListQuery } from '../../src/lib/domain/list';
import { matchesSearch } from '../../src/lib/domain/search';
import { database } from '../../src/lib/server/db/client';
import * as conversations from '../../src/lib/server/db/conversations';
import { HOUR, policy } from '../fixtures/conversation';
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

// The oracle: what a search means, by brute force over strings and with none of the product's code. It spells characters its own way
// (accents by script, emoji by the platform's segmenter), so that the two can only agree by meaning the same.

const neighbours: Record<string, string> = { ø: 'o', ł: 'l', ß: 'ss', 'ё': 'е', 'й': 'и', '’': "'" }; // prettier-ignore
const accented = /^[\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Arab}\p{sc=Hebr}]/u;
const unspaced = /^(?!\p{P})[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}ー]/u;

function spell(text: string): string[] {
  const skinless = text.normalize('NFKC').replace(/[\u{1F3FB}-\u{1F3FF}\uFE0F]/gu, '');
  const graphemes = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(skinless)].map(({ segment }) => segment);
  return graphemes.flatMap((grapheme) => {
    if (/^\p{ExtPict}|^\p{RI}/u.test(grapheme)) return [grapheme];
    const letters = accented.test(grapheme) ? grapheme.normalize('NFD').replace(/\p{M}/gu, '') : grapheme.normalize('NFKC');
    return [...letters.toLowerCase()].flatMap((letter) => [...(neighbours[letter] ?? letter)]);
  });
}

type Parts = { words: string[]; runs: string[]; signs: string[] };

function partsOf(text: string): Parts {
  const parts: Parts = { words: [], runs: [], signs: [] };
  let open: 'words' | 'runs' | null = null;
  for (const character of spell(text)) {
    const isLetter = /^[\p{L}\p{N}\p{M}]/u.test(character) && !/^\p{ExtPict}/u.test(character);
    // Thai and Lao vowel signs have no letter of their own: they belong to the run.
    const kind = unspaced.test(character) ? 'runs' : isLetter ? 'words' : null;
    if (kind === null) {
      if (character.trim() !== '') parts.signs.push(character);
    } else if (kind === open) parts[kind].push(`${parts[kind].pop() ?? ''}${character}`);
    else parts[kind].push(character);
    open = kind;
  }
  return parts;
}

const spelled = rows.map((row) => ({ id: row.id, name: partsOf(row.contact.name), text: partsOf(row.lastMessage.text) }));

function isFound({ name, text }: { name: Parts; text: Parts }, asked: Parts): boolean {
  const runs = [...name.runs, ...text.runs];
  const isInRuns = (part: string) => runs.some((run) => run.includes(part));
  const word = (wanted: string) =>
    name.words.some((has) => has.includes(wanted)) || text.words.some((has) => has.startsWith(wanted));
  const run = (wanted: string) => {
    const characters = [...wanted];
    return characters.length === 1
      ? isInRuns(wanted)
      : characters.slice(1).every((next, i) => isInRuns(`${characters[i]}${next}`));
  };
  const sign = (wanted: string) => name.signs.includes(wanted) || text.signs.includes(wanted);
  return asked.words.every(word) && asked.runs.every(run) && asked.signs.every(sign);
}

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
