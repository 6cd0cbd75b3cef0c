import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ListQuery, mergePages, type Page, readCursor, sumCounts, writeCursor } from '../../src/lib/domain/list';
import { recencyFloor, recencyOf } from '../../src/lib/domain/recency';
import type { Summary } from '../../src/lib/domain/summary';
import { aSummary, idOf, NOW, random } from '../fixtures/summaries';

const PLACEMENT = 'src/lib/server/placement.ts';
/** It declares the bindings. */
const BINDINGS = 'workers/env.ts';
const sources = ['src', 'workers']
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
  .filter((name) => /\.(ts|svelte)$/.test(name))
  .map((name) => ({ name, text: readFileSync(name, 'utf8') }));
const naming = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name);

test('only one module knows which hub and which database a conversation belongs to', () => {
  expect(naming(/\bINBOX\b/).sort()).toEqual([PLACEMENT, BINDINGS].sort());
  // Whoever reads or writes rows of conversations asks where they are, and does not name a database itself.
  const callers = sources.flatMap(({ name, text }) => {
    const imported = [
      ...text.matchAll(/^import (?:\* as (\w+)|\{([^}]*)\}) from '[^']*db\/(?:conversations|projection|index-check)'/gm),
    ];
    const names = imported.flatMap(
      ([, whole, some]) => whole ?? (some ?? '').split(',').map((one) => one.replace('type ', '').trim()),
    );
    return names.length > 0
      ? [{ name, calls: new RegExp(`\\b(?:${names.join('|')})(?:\\.\\w+)?\\((?:database\\()?[\\w.]*\\bDB\\b`), text }]
      : [];
  });
  expect(callers.map(({ name }) => name)).toEqual(expect.arrayContaining(['workers/inbox/inbox.ts']));
  expect(callers.filter(({ calls, text }) => calls.test(text)).map(({ name }) => name)).toEqual([]);
  // Nobody else has SQL of their own over them.
  const own = naming(/\b(from|into|update|join)\b[\s('"`]+conversations(_fts)?\b/i);
  expect(own.filter((name) => !name.startsWith('src/lib/server/db/'))).toEqual([]);
});

// A simulation of docs/scale.md: S databases, each with the conversations whose slot leaves the rest s when divided by S.

type Row = { summary: Summary; rid: number };

/** What one database would answer: the keyset page of its own rows. */
function pageOf(rows: readonly Row[], { cursor, sort, limit }: Pick<ListQuery, 'cursor' | 'sort' | 'limit'>): Page {
  const after = cursor === undefined ? null : readCursor(cursor);
  const sign = sort === 'latest' ? -1 : 1;
  const found = rows.filter(({ rid }) => after === null || sign * (rid - after) > 0).sort((a, b) => sign * (a.rid - b.rid));
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(({ summary }) => summary),
    positions: shown.map(({ rid }) => rid),
    nextCursor: found.length > limit && last ? writeCursor(last.rid) : null,
  };
}

/** The conversations of S databases. Most of them in few milliseconds, so that slots are taken and the next free one is not near. */
function simulated(shards: number, count: number, seed: number): Row[][] {
  const { below, chance } = random(seed);
  const databases: Row[][] = Array.from({ length: shards }, () => []);
  const taken = new Set<number>();
  for (let n = 0; n < count; n += 1) {
    // Every third id begins alike: they all want the same slot.
    const id = chance(1 / 3) ? `beef${idOf(n).slice(4)}` : idOf(n);
    const at = NOW - (chance(0.8) ? below(3) : below(1_000_000));
    const shard = (recencyOf(id, at) - recencyFloor(at)) % shards;
    let step = 0;
    while (taken.has(recencyOf(id, at, step))) step += shards;
    const rid = recencyOf(id, at, step);
    taken.add(rid);
    databases[shard]?.push({ summary: aSummary({ id, lastInboundAt: at }), rid });
  }
  return databases;
}

const layouts = [1, 2, 4, 16, 64].flatMap((shards) => (['latest', 'oldest'] as const).map((sort) => ({ shards, sort })));

test.each(layouts)(
  'the merged pages of $shards databases, $sort first, are the pages of one, in order, each row once',
  ({ shards, sort }) => {
    for (const limit of [1, 7, 50]) {
      const databases = simulated(shards, 600, shards * 100 + limit);
      const one = databases.flat();
      let cursor: string | undefined;
      const seen: number[] = [];
      do {
        const query = { cursor, sort, limit };
        const merged = mergePages(
          databases.map((rows) => pageOf(rows, query)),
          query,
        );
        expect(merged).toEqual(pageOf(one, query));
        seen.push(...merged.positions);
        cursor = merged.nextCursor ?? undefined;
      } while (cursor !== undefined);
      const sign = sort === 'latest' ? -1 : 1;
      expect(seen).toEqual(one.map(({ rid }) => rid).sort((a, b) => sign * (a - b)));
    }
  },
);

test('a recency id belongs to one database only, also where slots are taken', () => {
  for (const shards of [2, 16, 64]) {
    const rids = simulated(shards, 2_000, shards).map((rows) => rows.map(({ rid }) => rid));
    expect(new Set(rids.flat()).size).toBe(2_000);
    rids.forEach((own, shard) => expect(own.every((rid) => ((rid % shards) + shards) % shards === shard)).toBe(true));
  }
});

test('counts of several databases are added up', () => {
  const counts = (n: number) => ({ total: 6 * n, new: n, pending: 2 * n, closed: 3 * n });
  const one = { active: counts(1), inactive: counts(10) };
  expect(sumCounts([one])).toEqual(one);
  expect(sumCounts([one, one, one])).toEqual({ active: counts(3), inactive: counts(30) });
});
