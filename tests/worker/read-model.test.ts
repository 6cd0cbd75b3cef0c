import { env } from 'cloudflare:workers';
import { beforeEach, expect, test } from 'vitest';
import { compareRows, ListQuery, matches } from '../../src/lib/domain/list';
import { recencyOf } from '../../src/lib/domain/recency';
import { tokensOf } from '../../src/lib/domain/search';
import type { Summary } from '../../src/lib/domain/summary';
import * as campaigns from '../../src/lib/server/db/campaigns';
import { database } from '../../src/lib/server/db/client';
import { indexBodyOf, rowOf } from '../../src/lib/server/db/conversation-row';
import * as conversations from '../../src/lib/server/db/conversations';
import { DAY, HOUR, policy } from '../fixtures/conversation';
import { recorded } from '../fixtures/recorded-d1';
import * as fixtures from '../fixtures/summaries';
import { aSummary, anyQuery, anySummary, idOf, NOW, random } from '../fixtures/summaries';

const facts = { now: NOW, policy, userId: 'ana' };
const db = database(env.DB);
const query = (fields: Partial<ListQuery> = {}): ListQuery => ListQuery.parse({ tab: 'active', ...fields });
const ids = (rows: readonly Summary[]) => rows.map(({ id }) => id);

beforeEach(async () => {
  await env.DB.batch(['conversations_fts', 'conversations', 'campaign_sends', 'campaign_labels', 'campaigns'].map((table) => env.DB.prepare(`DELETE FROM ${table}`))); // prettier-ignore
  for (const { id, name, labels } of fixtures.campaigns) {
    await campaigns.insert(env.DB, { id, name, labels: [...labels], channelId: 'demo-whatsapp', template: 'Hi', status: 'sent', ref: null, createdAt: NOW }); // prettier-ignore
  }
});

const countOf = async (table: string) => (await env.DB.prepare(`SELECT count(*) n FROM ${table}`).first<number>('n')) ?? -1;

/** The index holds exactly one entry for each row, under its rid. */
async function expectWholeIndex() {
  const { results } = await env.DB.prepare(
    `SELECT rid FROM conversations EXCEPT SELECT rowid FROM conversations_fts
     UNION ALL SELECT rowid FROM conversations_fts EXCEPT SELECT rid FROM conversations`,
  ).all();
  expect(results).toEqual([]);
  expect(await countOf('conversations_fts')).toBe(await countOf('conversations'));
  await env.DB.prepare(`INSERT INTO conversations_fts (conversations_fts) VALUES ('integrity-check')`).run();
}

async function everyPage(asked: ListQuery): Promise<Summary[]> {
  const rows: Summary[] = [];
  let cursor: string | undefined;
  do {
    const page = await conversations.list(db, { ...asked, cursor }, facts);
    expect(page.items.length).toBeLessThanOrEqual(asked.limit);
    if (page.nextCursor !== null) expect(page.items).toHaveLength(asked.limit);
    rows.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return rows;
}

test('a summary comes back as it was written', async () => {
  const summaries = Array.from({ length: 50 }, (_, n) => anySummary(n, random(n)));
  await conversations.write(env.DB, summaries);
  const found = new Map((await conversations.find(db, ids(summaries), facts)).map((row) => [row.id, row]));
  for (const summary of summaries) expect(found.get(summary.id)).toEqual(summary);
});

test('writing twice is writing once', async () => {
  const summaries = Array.from({ length: 20 }, (_, n) => anySummary(n, random(n)));
  await conversations.write(env.DB, summaries);
  const rows = (await env.DB.prepare('SELECT * FROM conversations ORDER BY id').all()).results;
  await conversations.write(env.DB, summaries);
  await conversations.write(env.DB, [...summaries, ...summaries]);
  expect((await env.DB.prepare('SELECT * FROM conversations ORDER BY id').all()).results).toEqual(rows);
  await expectWholeIndex();
});

test('two writers at once leave one row and one entry', async () => {
  const older = aSummary({ contact: { id: 'c', name: 'Old Name', address: '1' } });
  const newer = {
    ...older,
    version: 2,
    lastInboundAt: older.lastInboundAt + 1000,
    contact: { ...older.contact, name: 'New Name' },
  };
  const outcomes = await Promise.allSettled([newer, older, newer, older].map((row) => conversations.write(env.DB, [row])));
  // Two that found the same free id may refuse one another; the caller then writes again.
  if (outcomes.some(({ status }) => status === 'rejected')) await conversations.write(env.DB, [newer]);
  expect(await conversations.find(db, [older.id], facts)).toMatchObject([{ version: 2 }]);
  expect(ids((await conversations.list(db, query({ search: 'new' }), facts)).items)).toEqual([older.id]);
  expect((await conversations.list(db, query({ search: 'old' }), facts)).items).toEqual([]);
  await expectWholeIndex();
});

test('an older version that comes late changes nothing', async () => {
  const row = aSummary({ version: 7 });
  await conversations.write(env.DB, [row]);
  await conversations.write(env.DB, [{ ...row, version: 6, ticketStatus: 'closed', lastInboundAt: NOW - 3 * DAY }]);
  expect(await conversations.find(db, [row.id], facts)).toEqual([row]);
  expect((await conversations.list(db, query({ ticketStatuses: ['closed'] }), facts)).items).toEqual([]);
});

test('hundreds of conversations of the same second each keep an id of their own, which a change of status does not move', async () => {
  const rows = Array.from({ length: 600 }, (_, n) => aSummary({ id: idOf(n) }));
  await conversations.write(env.DB, rows);
  const before = (await env.DB.prepare('SELECT id, rid FROM conversations ORDER BY id').all()).results;
  expect(before).toHaveLength(600);
  await conversations.write(env.DB, rows.map((row) => ({ ...row, version: 2, ticketStatus: 'pending' as const }))); // prettier-ignore
  expect((await env.DB.prepare('SELECT id, rid FROM conversations ORDER BY id').all()).results).toEqual(before);
  expect(ids(await everyPage(query({ ticketStatuses: ['pending'], limit: 100 }))).sort()).toEqual(ids(rows).sort());
  await expectWholeIndex();
});

test('a millisecond in which every near slot is taken still finds a free one', async () => {
  // Ids with the same first digits want the same slot.
  const rows = Array.from({ length: 60 }, (_, n) => aSummary({ id: `ffff${idOf(n).slice(4)}` }));
  for (const row of rows.slice(0, 30)) await conversations.write(env.DB, [row]);
  await conversations.write(env.DB, rows);
  const rids = (await env.DB.prepare('SELECT rid FROM conversations').all<{ rid: number }>()).results.map(({ rid }) => rid);
  expect(new Set(rids).size).toBe(60);
  expect(Math.floor(Math.min(...rids) / 16_384)).toBe(Math.floor(Math.max(...rids) / 16_384));
  expect(rids).toContain(recencyOf('ffff', NOW - HOUR));
});

test('random writes in any order leave the newest of each conversation, and an index that finds exactly it', async () => {
  const { below, chance } = random(99);
  const newest = new Map<string, Summary>();
  for (let round = 0; round < 40; round += 1) {
    const summaries = Array.from({ length: 1 + below(30) }, () => {
      const n = below(60);
      const known = newest.get(idOf(n));
      // Often only one thing changes: the time stays, the name or the status does not.
      const any = anySummary(n, random(below(1e9)));
      const version = 1 + below(60);
      return known && chance(0.5)
        ? { ...known, version, contact: any.contact, ticketStatus: any.ticketStatus }
        : { ...any, version };
    });
    for (const row of summaries) if (row.version > (newest.get(row.id)?.version ?? 0)) newest.set(row.id, row);
    await conversations.write(env.DB, summaries);
  }
  const found = await conversations.find(db, [...newest.keys()], facts);
  expect(new Map(found.map((row) => [row.id, row.version]))).toEqual(
    new Map([...newest.values()].map((row) => [row.id, row.version])),
  );
  await expectWholeIndex();
  for (let seed = 0; seed < 50; seed += 1) {
    const asked = query({ tab: seed % 2 ? 'active' : 'inactive', search: anyQuery(random(seed)), limit: 100 });
    const expected = [...newest.values()].filter((row) => matches(row, asked, facts));
    expect(ids((await conversations.list(db, asked, facts)).items).sort(), asked.search).toEqual(ids(expected).sort());
  }
});

test('pages give every row of a tab once and in order, in both sorts, under any filters', async () => {
  const rows = Array.from({ length: 300 }, (_, n) => anySummary(n, random(n + 7)));
  await conversations.write(env.DB, rows);
  for (let seed = 1; seed <= 80; seed += 1) {
    const { pick, below, chance } = random(seed);
    const asked = query({
      tab: pick(['active', 'inactive']),
      sort: pick(['latest', 'oldest']),
      limit: 7 + below(60),
      ticketStatuses: chance(0.4) ? [pick(['new', 'pending', 'closed'])] : undefined,
      campaignIds: chance(0.3) ? [pick(fixtures.campaigns).id, 'unknown'] : [],
      labels: chance(0.3) ? [pick(['promo', 'events', 'nothing'])] : undefined,
      channelIds: chance(0.3) ? ListQuery.shape.channelIds.parse([pick(fixtures.channelIds), 'demo-telegram']) : undefined,
      unanswered: chance(0.3),
      heldBy: chance(0.3) ? pick(['me', 'nobody']) : undefined,
      search: chance(0.3) ? anyQuery(random(seed)) : '',
    });
    const me = { ...facts, userId: pick(fixtures.agentIds) };
    const expected = rows.filter((row) => matches(row, asked, me)).sort((a, b) => compareRows(a, b, asked.sort));
    const seen: Summary[] = [];
    let cursor: string | undefined;
    do {
      const page = await conversations.list(db, { ...asked, cursor }, me);
      seen.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen, JSON.stringify(asked)).toEqual(expected);

    const counted = await conversations.counts(db, asked, me);
    const inTab = (tab: 'active' | 'inactive') => rows.filter((row) => matches(row, { ...asked, tab }, me));
    for (const tab of ['active', 'inactive'] as const) {
      const of = (status: string) => inTab(tab).filter((row) => row.ticketStatus === status).length;
      expect(counted[tab]).toEqual({ total: inTab(tab).length, new: of('new'), pending: of('pending'), closed: of('closed') });
    }
  }
}, 60_000);

test.each([
  [86_399_999, 'active'],
  [86_400_000, 'inactive'],
  [15 * DAY - 1, 'inactive'],
  [15 * DAY, null],
])('a row %i ms after the last reply is listed and counted in: %s', async (age, tab) => {
  // The highest and the lowest slot of the millisecond.
  const rows = [`ffff${idOf(1).slice(4)}`, `0000${idOf(2).slice(4)}`].map((id) => aSummary({ id, lastInboundAt: NOW - age }));
  await conversations.write(env.DB, rows);
  const counted = await conversations.counts(db, {}, facts);
  for (const each of ['active', 'inactive'] as const) {
    expect((await conversations.list(db, query({ tab: each }), facts)).items).toHaveLength(each === tab ? 2 : 0);
    expect((await conversations.list(db, query({ tab: each, search: 'book' }), facts)).items).toHaveLength(each === tab ? 2 : 0);
    expect(counted[each].total).toBe(each === tab ? 2 : 0);
  }
});

test('labels mean the campaigns that carry them today, however many', async () => {
  const row = aSummary({ campaign: { ...fixtures.campaigns[2], labels: [], match: 'exact' } });
  await conversations.write(env.DB, [row]);
  const found = async (labels: string[]) => (await conversations.list(db, query({ labels, search: 'book' }), facts)).items;
  expect(await found(['late', 'more'])).toEqual([]);
  const many = Array.from({ length: 400 }, (_, n) => ({ ...fixtures.campaigns[0], id: `many-${n}`, labels: ['more'] }));
  for (const { id, name, labels } of [...many, { ...fixtures.campaigns[2], labels: ['late', 'more'] }]) {
    await campaigns.insert(env.DB, { id, name, labels, channelId: 'demo-whatsapp', template: '', status: 'sent', ref: null, createdAt: NOW }); // prettier-ignore
  }
  expect(await found(['late', 'more'])).toMatchObject([{ id: row.id, campaign: { labels: ['late', 'more'] } }]);
});

test('a campaign that is gone still stands on its rows', async () => {
  const row = aSummary({ campaign: { id: 'gone', name: 'Gone', labels: ['x'], match: 'inferred' } });
  await conversations.write(env.DB, [row]);
  expect(await conversations.find(db, [row.id], facts)).toMatchObject([
    { campaign: { id: 'gone', labels: [], match: 'inferred' } },
  ]);
});

test('rows too large for one parameter are written in parts', async () => {
  const text = '界'.repeat(60_000);
  const rows = Array.from({ length: 12 }, (_, n) =>
    aSummary({ id: idOf(n), lastMessage: { text, direction: 'inbound', at: NOW } }),
  );
  await conversations.write(env.DB, rows);
  expect(await countOf('conversations')).toBe(12);
  await expectWholeIndex();
});

test('of the whole list counting stops at 10,000 of a status', async () => {
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10005)
     INSERT INTO conversations_fts (rowid, body) SELECT ?1 + i, ?2 FROM n`,
  )
    .bind(recencyOf('0000', NOW - HOUR), [...tokensOf({ name: 'Ana', text: '' }), '\uE000s30'].join(' '))
    .run();
  const counted = { total: 10_000, new: 10_000, pending: 0, closed: 0 };
  expect((await conversations.counts(db, {}, facts)).active).toEqual(counted);
  expect((await conversations.counts(db, { ticketStatuses: ['new'], labels: [] }, facts)).active).toEqual(counted);
});

test.each(['   ', '\u00ad', '\uE000', '\t\n'])('a search of nothing but %j narrows nothing', async (search) => {
  const rows = [aSummary({ id: idOf(1) }), aSummary({ id: idOf(2), ticketStatus: 'closed' })];
  await conversations.write(env.DB, rows);
  expect((await conversations.list(db, query({ search }), facts)).items).toHaveLength(2);
  expect((await conversations.counts(db, { search }, facts)).active).toEqual({ total: 2, new: 1, pending: 0, closed: 1 });
  expect((await conversations.counts(db, { search, ticketStatuses: ['closed'] }, facts)).active.total).toBe(1);
});

test('of what is narrowed it stops at 1,000 of a tab, and says which statuses those have', async () => {
  const rows = Array.from({ length: 1_010 }, (_, n) =>
    aSummary({ id: idOf(n), lastInboundAt: NOW - n, ticketStatus: n % 4 ? 'new' : 'closed' }),
  );
  await conversations.write(env.DB, rows);
  const { active, inactive } = await conversations.counts(db, { search: rows[0]?.contact.name ?? '' }, facts);
  expect(active).toEqual({ total: 1_000, new: 750, pending: 0, closed: 250 });
  expect(inactive).toEqual({ total: 0, new: 0, pending: 0, closed: 0 });
});

const [spring] = fixtures.campaigns;
const ofSpring: Summary['campaign'] = { id: spring.id, name: spring.name, labels: [...spring.labels], match: 'exact' };

test('pages under a campaign from anywhere are whole and in order, whether the days near by fill them or not', async () => {
  const { below, chance, pick } = random(7);
  // Crowds, days with hardly anybody, and who is archived already.
  const rows = Array.from({ length: 500 }, (_, n) => {
    const age = chance(0.5) ? pick([0, 3, 9]) * DAY + below(HOUR) : below(17 * DAY);
    return aSummary({ id: idOf(n), lastInboundAt: NOW - age, ticketStatus: pick(['new', 'pending', 'closed']), campaign: n % 5 ? ofSpring : null }); // prettier-ignore
  });
  await conversations.write(env.DB, rows);
  const narrowed: Partial<ListQuery>[] = [
    { campaignIds: [spring.id, 'x'] },
    { labels: ['promo'] },
    { labels: ['season'], campaignIds: [spring.id], ticketStatuses: ['new', 'closed'] },
  ];
  const { d1, ran } = recorded(env.DB);
  const taken = { near: 0, far: 0 };
  for (const tab of ['active', 'inactive'] as const) {
    for (const sort of ['latest', 'oldest'] as const) {
      for (const filter of narrowed) {
        const asked = query({ tab, sort, limit: 15, ...filter });
        const expected = rows.filter((row) => matches(row, asked, facts)).sort((a, b) => compareRows(a, b, sort));
        const found: string[] = [];
        let cursor: string | undefined;
        do {
          ran.length = 0;
          const page = await conversations.list(database(d1), { ...asked, cursor }, facts);
          found.push(...ids(page.items));
          if (cursor !== undefined) taken[ran.length === 1 ? 'near' : 'far'] += 1;
          cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined);
        expect(found, JSON.stringify(asked)).toEqual(ids(expected));
      }
    }
  }
  expect(taken.near).toBeGreaterThan(50);
  expect(taken.far).toBeGreaterThan(5);
});

test('all of Active under a campaign is one statement from its old end, also at midnight', async () => {
  const midnight = Date.UTC(2026, 10, 21);
  const old = aSummary({ id: idOf(1), lastInboundAt: midnight - 1, campaign: ofSpring });
  const late = aSummary({ id: idOf(2), lastInboundAt: midnight + DAY + 20_000, campaign: ofSpring });
  await conversations.write(env.DB, [old, late]);
  // A crowded millisecond has put it into the next one, and so into the next day.
  const rid = recencyOf(old.id, midnight);
  await env.DB.batch([
    env.DB.prepare(`DELETE FROM conversations_fts WHERE rowid = (SELECT rid FROM conversations WHERE id = ?)`).bind(old.id),
    env.DB.prepare(`UPDATE conversations SET rid = CAST(? AS INTEGER) WHERE id = ?`).bind(rid, old.id),
    env.DB.prepare(`INSERT INTO conversations_fts (rowid, body) VALUES (CAST(? AS INTEGER), ?)`).bind(rid, indexBodyOf(rowOf(old, rid))),
  ]); // prettier-ignore
  const { d1, ran } = recorded(env.DB);
  // The clock that asks is twenty seconds behind the one that took the newest message, which is tomorrow's.
  const asked = { ...facts, now: midnight + DAY - 1 };
  const page = await conversations.list(database(d1), query({ sort: 'oldest', campaignIds: [spring.id] }), asked);
  expect(ids(page.items)).toEqual([old.id, late.id]);
  expect(ran).toHaveLength(1);
});
