import { env } from 'cloudflare:workers';
import { beforeEach, expect, test, vi } from 'vitest';
import { compareRows, ListQuery, matches } from '../../src/lib/domain/list';
import type { Summary } from '../../src/lib/domain/summary';
import * as campaigns from '../../src/lib/server/db/campaigns';
import { database } from '../../src/lib/server/db/client';
import * as conversations from '../../src/lib/server/db/conversations';
import { reindexSome } from '../../src/lib/server/db/reindexing';
import { hubOf } from '../../workers/env';
import { headersOf } from '../../workers/sockets';
import { DAY, policy } from '../fixtures/conversation';
import * as fixtures from '../fixtures/summaries';
import { aSummary, idOf, NOW, random } from '../fixtures/summaries';

const facts = { now: NOW, policy, userId: 'ana' };
const db = database(env.DB);
const [spring] = fixtures.campaigns;
const campaign: Summary['campaign'] = { id: spring.id, name: spring.name, labels: [...spring.labels], match: 'exact' };
let rows: Summary[];

const run = (statement: string, ...values: unknown[]) => env.DB.prepare(statement).bind(...values).run(); // prettier-ignore
const isUnderway = async () => (await env.DB.prepare('SELECT count(*) AS n FROM reindexing').first('n')) === 1;

/** What the migration leaves where there are conversations: entries without the lists of a campaign in a status and on a day. */
async function age(summaries: readonly Summary[]) {
  await conversations.write(env.DB, summaries);
  await env.DB.exec(`CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary USING fts5vocab(conversations_fts, instance)`);
  const { results } = await env.DB.prepare(`SELECT doc, group_concat(term, ' ') AS body FROM vocabulary
    WHERE term NOT GLOB char(57344) || 'c*[st]*' GROUP BY doc`).all<{ doc: number; body: string }>(); // prettier-ignore
  await run(
    `INSERT OR REPLACE INTO conversations_fts (rowid, body) SELECT value->>'doc', value->>'body' FROM json_each(?)`,
    JSON.stringify(results),
  );
  await run('INSERT INTO reindexing (after) SELECT -9007199254740991 WHERE EXISTS (SELECT 1 FROM conversations)');
}

async function expectAnswers() {
  for (const sort of ['latest', 'oldest'] as const) {
    for (const filter of [{ labels: ['promo'] }, { campaignIds: [spring.id], ticketStatuses: ['closed' as const] }]) {
      for (const tab of ['active', 'inactive'] as const) {
        const asked = ListQuery.parse({ tab, sort, limit: 7, ...filter });
        const expected = rows.filter((row) => matches(row, asked, facts)).sort((a, b) => compareRows(a, b, sort));
        const found: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await conversations.list(db, { ...asked, cursor }, facts);
          found.push(...page.items.map(({ id }) => id));
          cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined);
        expect(found, JSON.stringify(asked)).toEqual(expected.map(({ id }) => id));
        const counted = await conversations.counts(db, asked, facts);
        expect(counted[tab].total).toBe(expected.length);
      }
    }
  }
}

const expectWhole = async () => {
  await run(`INSERT INTO conversations_fts (conversations_fts) VALUES ('integrity-check')`);
  const lost = `SELECT count(*) AS n FROM conversations WHERE rid NOT IN
    (SELECT rowid FROM conversations_fts WHERE conversations_fts MATCH ?1)`;
  const hex = [...new TextEncoder().encode(spring.id)].map((byte) => byte.toString(16)).join('');
  const any = ['s0', 's1', 's2'].map((status) => `"\uE000c${hex}${status}"`).join(' OR ');
  expect(await env.DB.prepare(lost).bind(any).first('n')).toBe(0);
};

beforeEach(async () => {
  await env.DB.batch(['reindexing', 'conversations_fts', 'conversations', 'campaign_labels', 'campaigns'].map((table) => env.DB.prepare(`DELETE FROM ${table}`))); // prettier-ignore
  const { id, name, labels } = spring;
  await campaigns.insert(env.DB, { id, name, labels: [...labels], channelId: 'demo-whatsapp', template: '', status: 'sent', ref: null, createdAt: NOW }); // prettier-ignore
  const { below, pick } = random(3);
  rows = Array.from({ length: 60 }, (_, n) =>
    aSummary({ id: idOf(n), lastInboundAt: NOW - below(15 * DAY), ticketStatus: pick(['new', 'closed']), campaign }),
  );
});

test('lists answer the same before, meanwhile and after, also for who writes meanwhile', async () => {
  await age(rows);
  await expectAnswers();
  let looks = 0;
  while (!(await reindexSome(env.DB, 25))) {
    looks += 1;
    await expectAnswers();
    const changed = [0, 20, 40].map((n): Summary => {
      const row = rows[n + looks];
      if (!row) throw new Error('no row');
      // One moves to the top, one stays where it is, and one is told late of an older time.
      const lastInboundAt = n === 0 ? NOW - looks : n === 20 ? row.lastInboundAt : row.lastInboundAt - DAY;
      return { ...row, version: 2, ticketStatus: 'closed', lastInboundAt };
    });
    await conversations.write(env.DB, changed);
    rows = rows.map((row) => changed.find(({ id }) => id === row.id) ?? row);
    await expectAnswers();
    expect(await isUnderway()).toBe(true);
  }
  expect(looks).toBeGreaterThan(2);
  expect(await isUnderway()).toBe(false);
  await expectAnswers();
  await expectWhole();
  expect(await reindexSome(env.DB, 25)).toBe(true);
  await expectAnswers();
});

test('a row that changes between being read and being written keeps the entry of its newest version', async () => {
  await age(rows);
  const [first] = rows.toSorted((a, b) => a.lastInboundAt - b.lastInboundAt);
  if (!first) throw new Error('no row');
  const closed = { ...first, version: 2, ticketStatus: first.ticketStatus === 'new' ? ('closed' as const) : ('new' as const) };
  const interrupted = new Proxy(env.DB, {
    get: (d1, key) =>
      key === 'batch'
        ? async (statements: D1PreparedStatement[]) => {
            await conversations.write(d1, [closed]);
            return d1.batch(statements);
          }
        : typeof Reflect.get(d1, key) === 'function'
          ? Reflect.get(d1, key).bind(d1)
          : Reflect.get(d1, key),
  });
  await reindexSome(interrupted, 25);
  while (!(await reindexSome(env.DB, 25)));
  rows = rows.map((row) => (row.id === closed.id ? closed : row));
  await expectAnswers();
  await expectWhole();
});

test('a batch that fails changes nothing, and the next look does it', async () => {
  await age(rows);
  await run(`CREATE TRIGGER halt BEFORE UPDATE ON reindexing BEGIN SELECT raise(ABORT, 'halt'); END`);
  await expect(reindexSome(env.DB, 25)).rejects.toThrow('halt');
  expect(await env.DB.prepare(`SELECT count(*) AS n FROM vocabulary WHERE term GLOB char(57344) || 'c*s*'`).first('n')).toBe(0);
  await run('DROP TRIGGER halt');
  while (!(await reindexSome(env.DB, 25)));
  await expectAnswers();
});

test('long messages, more than one parameter can hold, are done in parts', async () => {
  const { below } = random(5);
  const text = () => Array.from({ length: 500 }, () => below(1e9).toString(36)).join(' ');
  rows = rows.map((row) => ({ ...row, lastMessage: { ...row.lastMessage, text: text() } }));
  rows.push(...rows.map((row, n) => ({ ...row, id: idOf(n + 100) })), ...rows.map((row, n) => ({ ...row, id: idOf(n + 200) })));
  for (let from = 0; from < rows.length; from += 20) await conversations.write(env.DB, rows.slice(from, from + 20));
  await run('INSERT INTO reindexing (after) VALUES (-9007199254740991)');
  let looks = 0;
  while (!(await reindexSome(env.DB, 200))) looks += 1;
  expect(looks).toBeGreaterThan(1);
  await expectAnswers();
  await expectWhole();
});

test('a message that comes between the last look and the end does not keep it from ending', async () => {
  await age(rows);
  const newest = aSummary({ id: idOf(1_000), lastInboundAt: NOW, campaign });
  const interrupted = new Proxy(env.DB, {
    get: (d1, key) => {
      if (key !== 'prepare') return Reflect.get(d1, key).bind(d1);
      return (statement: string) => {
        const prepared = d1.prepare(statement);
        if (!statement.startsWith('DELETE FROM reindexing')) return prepared;
        return { run: () => conversations.write(env.DB, [newest]).then(() => prepared.run()) };
      };
    },
  });
  while (!(await reindexSome(interrupted, 25)));
  expect(await isUnderway()).toBe(false);
  rows.push(newest);
  await expectAnswers();
  await expectWhole();
});

test('the hub does it when somebody comes', async () => {
  await age(rows);
  const ana = { id: 'ana', name: 'Ana Lima', role: 'agent' as const };
  const headers = new Headers([['upgrade', 'websocket'], ...headersOf(ana, 's')]);
  const { webSocket } = await hubOf(env, 'any').fetch('https://parley.test/live/inbox', { headers });
  webSocket?.accept();
  await vi.waitFor(async () => expect(await isUnderway()).toBe(false), { timeout: 10_000 });
  await expectAnswers();
  await expectWhole();
  webSocket?.close();
});

test('the migration leaves it to be done only where there are conversations', async () => {
  const migration = env.TEST_MIGRATIONS.find(({ name }) => name === '0013_reindexing.sql');
  if (!migration) throw new Error('no migration');
  const apply = async () => {
    await run('DROP TABLE reindexing');
    for (const statement of migration.queries) await run(statement);
  };
  await apply();
  expect(await isUnderway()).toBe(false);
  await conversations.write(env.DB, rows);
  await apply();
  expect(await isUnderway()).toBe(true);
});
