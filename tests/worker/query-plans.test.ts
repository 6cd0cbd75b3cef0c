import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { ListQuery, writeCursor } from '../../src/lib/domain/list';
import { everybody, type PeopleQuery } from '../../src/lib/domain/people-query';
import { recencyOf } from '../../src/lib/domain/recency';
import * as campaigns from '../../src/lib/server/db/campaigns';
import { database } from '../../src/lib/server/db/client';
import * as conversations from '../../src/lib/server/db/conversations';
import * as people from '../../src/lib/server/db/people';
import { HOUR, policy } from '../fixtures/conversation';
import { planOf, recorded } from '../fixtures/recorded-d1';
import { aSummary, campaigns as fixtureCampaigns, idOf, NOW } from '../fixtures/summaries';

const facts = { now: NOW, policy, userId: 'ana' };
const { d1, ran } = recorded(env.DB);
const db = database(d1);
const rows = Array.from({ length: 1_000 }, (_, n) =>
  aSummary({
    id: idOf(n),
    contact: { id: `contact-${n}`, name: 'Aanya Rao', address: `1650555${n}` },
    lastInboundAt: NOW - HOUR - n * 1000,
    ticketStatus: n % 2 ? 'new' : 'pending',
    campaign: n % 3 ? { ...fixtureCampaigns[0], labels: ['promo', 'season'], match: 'exact' } : null,
  }),
);

const read = () => ran.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
const written = () => ran.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0);

beforeAll(async () => {
  for (const { id, name, labels } of fixtureCampaigns) {
    await campaigns.insert(env.DB, { id, name, labels: [...labels], channelId: 'demo-whatsapp', template: '', status: 'sent', ref: null, createdAt: NOW }); // prettier-ignore
  }
  await conversations.write(env.DB, rows);
});
beforeEach(() => {
  ran.length = 0;
});

const cursor = writeCursor(recencyOf(idOf(500), NOW - HOUR - 500_000));
const views = (['active', 'inactive'] as const).flatMap((tab) =>
  (['latest', 'oldest'] as const).flatMap((sort) => [undefined, cursor].map((after) => ({ tab, sort, cursor: after }))),
);
const filters = [
  { search: 'book' },
  { search: '订单 👍 %' },
  { ticketStatuses: ['new' as const] },
  { ticketStatuses: ['new' as const, 'closed' as const], campaignIds: ['camp-Spring', 'x'], search: 'a' },
  { labels: ['promo', 'events'] },
  { labels: ['promo'], unanswered: true, heldBy: 'nobody' as const },
  { heldBy: 'me' as const },
];

/* That no statement of the product passes over a table that grows, or sorts one, plans/watch.ts looks at. What is sharper is here. */

test.each(views)('the list of %j is a range of the recency id, without a sort', async (view) => {
  await conversations.list(db, ListQuery.parse(view), facts);
  expect(ran).toHaveLength(1);
  for (const statement of ran) {
    const plan = await planOf(env.DB, statement);
    expect(plan).not.toContain('TEMP B-TREE');
    expect(plan).toContain('SEARCH c USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)');
  }
});

test.each(views.flatMap((view) => filters.map((filter) => ({ ...view, ...filter }))))(
  'the list of %j is one full-text statement within the bounds of the recency id, without a sort; under campaigns two when the days near by have too few',
  async (view) => {
    const isNearby = (view.sort === 'oldest' || view.cursor !== undefined) && ('labels' in view || 'campaignIds' in view);
    await conversations.list(db, ListQuery.parse(view), facts);
    expect(ran.length).toBeLessThanOrEqual(isNearby ? 2 : 1);
    for (const statement of ran) {
      const plan = await planOf(env.DB, statement);
      expect(plan).not.toContain('TEMP B-TREE');
      // `><`: the index itself gets both bounds.
      expect(plan).toMatch(/SCAN conversations_fts VIRTUAL TABLE INDEX \d+:M1><\n/);
      expect(plan).toContain('SEARCH c USING INTEGER PRIMARY KEY (rowid=?)');
    }
  },
);

const segment: PeopleQuery = {
  match: 'any',
  of: [
    { property: 'name', op: 'contains', value: 'aan' },
    {
      match: 'all',
      of: [
        { property: 'ticketStatus', op: 'is', value: 'closed' },
        { property: 'ticketChangedAt', op: 'inLast', value: 7 },
        { property: 'lastCampaignId', op: 'is', value: 'camp-Spring' },
      ],
    },
  ],
};

test('a question to people is one pass over the narrow rows, and a page looks up no more than what it shows', async () => {
  const everyone = rows.length;
  const context = { now: NOW, policy };
  const limit = 50;
  for (const query of [everybody, segment]) {
    ran.length = 0;
    await people.count(d1, query, context, { search: 'aan' });
    expect(read()).toBeLessThanOrEqual(everyone + 10);
    ran.length = 0;
    await people.list(d1, { query, search: '', sort: 'lastReply', limit }, context);
    // Once to be looked at, at most once more to be put in order, and four look-ups for each of the page.
    expect(read()).toBeLessThanOrEqual(2 * everyone + 5 * (limit + 1) + 10);
    ran.length = 0;
    await people.reachable(d1, query, 'demo-whatsapp', { after: 10, limit }, context);
    for (const statement of ran.filter(({ sql }) => sql.includes('person_facts'))) {
      expect(await planOf(env.DB, statement)).toContain('SEARCH f USING INTEGER PRIMARY KEY (rowid>?)');
    }
  }
});

test('a page reads no more than its own rows, twice with a filter, and what the campaigns on it are called', async () => {
  const limit = 50;
  for (const [filter, timesRead] of [
    [{}, 1],
    [{ search: 'book' }, 2],
    [{ ticketStatuses: ['pending' as const], search: 'aan' }, 2],
    [{ campaignIds: ['camp-Spring'], unanswered: true, heldBy: 'nobody' as const }, 2],
  ] as const) {
    ran.length = 0;
    const page = await conversations.list(db, ListQuery.parse({ tab: 'active', limit, ...filter }), facts);
    expect(page.items).toHaveLength(limit);
    // The row that is only there to tell of a next page may have a campaign as well.
    const named = 4 + page.items.reduce((sum, { campaign }) => sum + (campaign ? 2 + campaign.labels.length : 0), 0);
    expect(read(), JSON.stringify(filter)).toBeLessThanOrEqual(timesRead * (limit + 1) + named);
  }
});

test('a new conversation writes 3 rows and 6 of its person, a new message 4 and 1, a new status 3 and 1, and a repeat none', async () => {
  const row = aSummary({ id: idOf(5_000), contact: { id: 'c', name: 'New Person', address: '15550005000' } });
  const cost = async (summary: typeof row) => {
    ran.length = 0;
    await conversations.write(d1, [summary]);
    expect(read()).toBeLessThanOrEqual(80);
    return written();
  };
  expect(await cost(row)).toBe(3 + 6);
  expect(await cost({ ...row, version: 2, lastInboundAt: row.lastInboundAt + 1000, lastMessage: { ...row.lastMessage, text: 'Hello' } })).toBe(4 + 1); // prettier-ignore
  expect(await cost({ ...row, version: 3, lastInboundAt: row.lastInboundAt + 1000, ticketStatus: 'closed' })).toBe(3 + 1);
  // What is not known of the person changes nothing of theirs.
  expect(await cost({ ...row, version: 4, lastInboundAt: row.lastInboundAt + 1000, ticketStatus: 'closed', lastMessage: { ...row.lastMessage, direction: 'outbound', text: 'Yes' } })).toBe(3); // prettier-ignore
  expect(await cost({ ...row, version: 4, lastInboundAt: row.lastInboundAt + 1000, ticketStatus: 'closed' })).toBe(0);
});

test('a batch of 50 writes no more a row than one does', async () => {
  await conversations.write(
    d1,
    Array.from({ length: 50 }, (_, n) => ({
      ...aSummary({ id: idOf(n), contact: { id: `contact-${n}`, name: 'Aanya Rao', address: `1650555${n}` } }),
      version: 2,
      lastInboundAt: NOW - n,
    })),
  );
  expect(written()).toBeLessThanOrEqual(5 * 50);
});
