import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { MOST_OF_A_TAB } from '../../src/lib/domain/list';
import { bucketOf, inRanges, MilestoneKind, type Milestone, SLOT_MS } from '../../src/lib/domain/milestone';
import {
  byActivity,
  byName,
  inSlots,
  type KeySum,
  MOST_CAMPAIGNS,
  MOST_DAYS,
  periodBefore,
  type Report,
  type ReportQuery,
  serviceOf,
  servicesOf,
  slotsOf,
  spreadOf,
} from '../../src/lib/domain/report';
import type { Agent } from '../../src/lib/domain/role';
import * as campaigns from '../../src/lib/server/db/campaigns';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import * as conversations from '../../src/lib/server/db/conversations';
import { hubsOf } from '../../src/lib/server/placement';
import { reportOf, wallOf } from '../../src/lib/server/reports';
import { serve } from '../../src/lib/server/trpc/serve';
import { headersOf } from '../../workers/sockets';
import { ana, ben, DAY, HOUR } from '../fixtures/conversation';
import { planOf, recorded } from '../fixtures/recorded-d1';
import { aSummary, idOf, NOW, type Random, random } from '../fixtures/summaries';
import { ORIGIN } from './front-door';

const MINUTE = 60_000;
const START = Math.floor(NOW / DAY) * DAY;

/** A milestone with what it is counted by. */
type Counted = Milestone & { channelId: string; campaignId: string | null };

const names = {
  channels: new Map([['shop', 'Shop'], ['page', 'Page']]), // prettier-ignore
  campaigns: new Map([['camp-spring', 'Spring sale'], ['camp-nps', 'How was it?']]), // prettier-ignore
  agents: new Map([['ana', 'Ana Lima'], ['ben', 'Ben Okafor']]), // prettier-ignore
};
const tables = ['milestone_counts', 'campaigns', 'channels', 'users', 'conversations_fts', 'conversations'];

beforeEach(async () => {
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  for (const [id, name] of names.channels)
    await channels.insert(database(env.DB), { id, provider: 'telegram', name, accountId: id, settings: {}, secrets: {} }, env.SECRET_KEY, 1); // prettier-ignore
  for (const [id, name] of names.campaigns)
    await campaigns.insert(env.DB, { id, name, labels: [], channelId: 'shop', template: '', status: 'sent', ref: null, createdAt: 1 }); // prettier-ignore
  for (const [id, name] of names.agents)
    await env.DB.prepare(`INSERT INTO users (id, name, email, role, created_at, updated_at) VALUES (?1, ?2, ?1 || '@parley.test', 'agent', '', '')`).bind(id, name).run(); // prettier-ignore
});

const aMilestone = (fields: Partial<Counted> = {}): Counted => ({
  kind: 'opened',
  at: START,
  ms: null,
  agentId: null,
  channelId: 'shop',
  campaignId: null,
  ...fields,
});

/** Over three days, many of them on the edge of a half hour; of some channels, campaigns and agents that are gone, and of none. */
function anyMilestone({ below, pick, chance }: Random): Counted {
  const kind = pick<MilestoneKind>(['opened', 'opened', 'reopened', 'answered', 'answered', 'closed', 'missed']);
  const isMeasured = kind === 'answered' || kind === 'closed';
  const slot = START + below(144) * SLOT_MS;
  return aMilestone({
    kind,
    at: slot + (chance(0.3) ? pick([0, SLOT_MS - 1]) : below(SLOT_MS)),
    ms: isMeasured ? below(pick([20_000, HOUR, 20 * DAY])) : null,
    agentId: isMeasured || chance(0.2) ? pick([null, 'ana', 'ben', 'gone']) : null,
    channelId: pick(['shop', 'shop', 'page', 'gone']),
    campaignId: pick([null, null, 'camp-spring', 'camp-nps', 'gone']),
  });
}

const sumsBy = (all: readonly Counted[], keyOf: (one: Counted) => string | null): KeySum[] =>
  all.flatMap((one) => {
    const key = keyOf(one);
    return key === null ? [] : [{ key, kind: one.kind, bucket: one.ms === null ? 0 : bucketOf(one.ms), n: 1 }];
  });

/** The report by going through all milestones, one at a time. */
function reportFrom(all: readonly Counted[], query: ReportQuery): Report {
  const within = ({ from, before }: ReportQuery) => all.filter(({ at }) => at >= from && at < before);
  const period = inSlots(query);
  const [now, earlier] = [within(period), within(periodBefore(period))];
  const total = sumsBy(now, () => '');
  return {
    total: serviceOf(total),
    previous: serviceOf(sumsBy(earlier, () => '')),
    slots: slotsOf(now.map(({ at, kind }) => ({ slot: at - (at % SLOT_MS), kind, n: 1 }))),
    answers: inRanges(spreadOf(total, 'answered')),
    channels: servicesOf(
      sumsBy(now, ({ channelId }) => channelId),
      names.channels,
    ).sort(byActivity),
    campaigns: servicesOf(
      sumsBy(now, ({ campaignId }) => campaignId),
      names.campaigns,
    ).sort(byActivity),
    agents: servicesOf(
      sumsBy(now, ({ agentId }) => agentId),
      names.agents,
    ).sort(byName),
  };
}

const totalOf = async (query: ReportQuery) => (await reportOf(env, query)).total;
const someDay: ReportQuery = { from: START, before: START + DAY };

/** As the rows of conversations count them (milestones.test.ts). */
async function count(milestones: readonly Counted[]): Promise<void> {
  const insert = env.DB.prepare(`INSERT INTO milestone_counts (scope, slot, key, kind, bucket, n) VALUES (?, ?, ?, ?, ?, 1)
    ON CONFLICT DO UPDATE SET n = n + 1`);
  const rows = milestones.flatMap(({ at, kind, ms, channelId, campaignId, agentId }) => {
    const slot = at - (at % SLOT_MS);
    const scopes = [['channel', channelId], ['campaign', campaignId], ['agent', agentId]] as const; // prettier-ignore
    return scopes.flatMap(([scope, key]) =>
      key === null ? [] : [insert.bind(scope, slot, key, kind, ms === null ? 0 : bucketOf(ms))],
    );
  });
  if (rows.length > 0) await env.DB.batch(rows);
}

describe('a report', () => {
  test.each([1, 2, 3, 4])('says what there is to say of what happened (%i)', async (seed) => {
    const by = random(seed);
    const all = Array.from({ length: 400 }, () => anyMilestone(by));
    await count(all);
    const edge = START + by.below(140) * SLOT_MS;
    const queries = [
      { from: START, before: START + 3 * DAY },
      { from: edge, before: edge + 2 * HOUR },
      { from: edge + 1, before: edge + DAY - 1 },
      { from: START + 2 * DAY, before: START + 2 * DAY + 1 },
    ];
    for (const query of queries) expect(await reportOf(env, query), JSON.stringify(query)).toEqual(reportFrom(all, query));
  });

  test('of many weeks is the same as of each of them', async () => {
    const by = random(5);
    const all = Array.from({ length: 400 }, () => anyMilestone(by)).map((one) => ({ ...one, at: one.at - by.below(90) * DAY }));
    await count(all);
    const queries = [40, 7, 14, 15].map((days) => ({ from: START - days * DAY, before: START }));
    for (const query of queries) expect(await reportOf(env, query)).toEqual(reportFrom(all, query));
  });

  test('of a time in which nothing happened says so', async () => {
    expect(await reportOf(env, someDay)).toEqual(reportFrom([], someDay));
  });

  test('ends and begins exactly with a half hour', async () => {
    const [from, before] = [START + 3 * SLOT_MS, START + 5 * SLOT_MS];
    const ats = [START + SLOT_MS - 1, START + SLOT_MS, from - 1, from, before - 1, before];
    await count(ats.map((at) => aMilestone({ at }))); // prettier-ignore
    const { total, previous, slots } = await reportOf(env, { from, before });
    expect([total.opened, previous.opened]).toEqual([2, 2]);
    expect(slots.map(({ at, opened }) => [at, opened])).toEqual([[from, 1], [before - SLOT_MS, 1]]); // prettier-ignore
    // What is asked for in between is taken to the whole half hours, the period before it as well.
    expect(await reportOf(env, { from: from + 1, before: before - 1 })).toEqual(await reportOf(env, { from, before }));
    expect(await totalOf({ from: from - 1, before: before + 1 })).toMatchObject({ opened: 4 });
  });

  test('says what things are called today, and null of what is gone', async () => {
    const gone = { channelId: 'old', campaignId: 'old', agentId: 'old' };
    await count([aMilestone(gone), aMilestone({ ...gone, channelId: 'shop', campaignId: 'camp-nps', agentId: 'ana' })]);
    await env.DB.prepare(`UPDATE users SET name = 'Ana Maria' WHERE id = 'ana'`).run();
    const { channels, campaigns, agents } = await reportOf(env, someDay);
    const named = (of: Report['agents']) => of.map(({ id, name }) => [id, name]);
    expect([channels, campaigns, agents].map(named)).toEqual([
      [['shop', 'Shop'], ['old', null]],
      [['camp-nps', 'How was it?'], ['old', null]],
      [['ana', 'Ana Maria'], ['old', null]],
    ]); // prettier-ignore
  });

  test('has the campaigns to which the most happened, and no more than so many', async () => {
    const ids = Array.from({ length: MOST_CAMPAIGNS + 5 }, (_, n) => `c-${String(n).padStart(3, '0')}`);
    const some = (campaignId: string, n: number, kind: MilestoneKind = 'opened') =>
      Array.from({ length: n }, () => aMilestone({ campaignId, kind, ms: kind === 'closed' ? 1 : null }));
    await count(ids.flatMap((id, n) => some(id, n < 5 ? 1 : 2))); // prettier-ignore
    // Closings do not count.
    await count([...some('c-000', 9, 'closed'), ...some('c-001', 5, 'answered')]);
    const { campaigns, total } = await reportOf(env, someDay);
    expect(campaigns).toHaveLength(MOST_CAMPAIGNS);
    expect(campaigns[0]).toMatchObject({ id: 'c-001', opened: 1, answered: 5 });
    expect(campaigns.slice(1).every(({ opened }) => opened === 2)).toBe(true);
    expect(total.opened).toBe(5 + 2 * MOST_CAMPAIGNS);
  });

  test('is read by ranges of the keys, in few round trips, whatever there is of other times', async () => {
    const { d1, ran } = recorded(env.DB);
    await count(Array.from({ length: 500 }, (_, n) => aMilestone({ at: START - 5 * DAY + n, agentId: 'ana' }))); // prettier-ignore
    await count([aMilestone({ at: START - 5 * DAY + 10 * SLOT_MS }), aMilestone()]);
    await reportOf({ ...env, DB: d1 }, someDay);
    expect(ran).toHaveLength(8);
    expect(ran.reduce((sum, { rowsRead }) => sum + rowsRead, 0)).toBeLessThan(40);
    for (const statement of ran.slice(0, 5)) {
      const plan = await planOf(env.DB, statement);
      expect(plan).toContain('SEARCH milestone_counts USING PRIMARY KEY (scope=? AND slot>? AND slot<?)');
    }
  });
});

describe('asked for from outside', () => {
  const ask = (name: string, input?: ReportQuery) => {
    const query = input ? `?input=${encodeURIComponent(JSON.stringify(input))}` : '';
    const user = { id: 'mia', name: 'Mia Tanaka', email: 'mia@parley.test', role: 'member' as const, sessionId: 's' };
    return serve(new Request(`${ORIGIN}/api/trpc/${name}${query}`), { env, user, origin: ORIGIN });
  };

  test('a report is a Member’s to see, and so is how things stand', async () => {
    await count([aMilestone()]);
    expect(await (await ask('reports.of', someDay)).json()).toMatchObject({ result: { data: { total: { opened: 1 } } } });
    expect(await (await ask('reports.now')).json()).toMatchObject({
      result: { data: { oldestAt: null, waiting: { count: 0 } } },
    });
  });

  test.each([
    ['longer than there may be', START, START + MOST_DAYS * DAY + HOUR + 1],
    ['of nothing', START, START],
    ['that ends before it begins', START, START - 1],
    ['of no whole number', START, START + 0.5],
    ['of long before', -1, START],
  ])('a period %s is refused', async (_, from, before) => {
    const response = await ask('reports.of', { from, before });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { data: { reason: 'bad_request' } } }]);
  });

  test('the longest there may be is not', async () => {
    expect((await ask('reports.of', { from: START, before: START + MOST_DAYS * DAY })).status).toBe(200);
  });
});

describe('how things stand', () => {
  const open: WebSocket[] = [];
  const connect = async (agent: Agent) => {
    const [hub] = hubsOf(env);
    const headers: [string, string][] = [['upgrade', 'websocket'], ...headersOf(agent, `session-of-${agent.id}`)];
    const { webSocket } = await hub.fetch('https://parley.test/live/inbox?since=', { headers });
    webSocket?.accept();
    if (webSocket) open.push(webSocket);
  };
  const figure = (count: number) => ({ count, isAtLeast: false });

  test('with nothing there all is none', async () => {
    const none = { total: 0, new: 0, pending: 0, closed: 0 };
    const closingSoon = { hour: figure(0), twoHours: figure(0) };
    const rest = { waiting: figure(0), unheld: figure(0), oldestAt: null, closingSoon, online: 0 };
    expect(await wallOf(env)).toEqual({ at: expect.any(Number), active: none, inactive: none, ...rest });
  });

  test('who waits, whom nobody holds, and whose window ends soon', async () => {
    const now = Date.now();
    const lock = { agentId: 'ana', agentName: 'Ana Lima', since: now };
    // Minutes that are left of the window.
    const rows = [
      { left: 23 * 60, unanswered: true, lock: null, ticketStatus: 'new' as const },
      { left: 23 * 60 + 1, unanswered: false, lock: null, ticketStatus: 'pending' as const },
      { left: 119, unanswered: true, lock, ticketStatus: 'pending' as const },
      { left: 121, unanswered: true, lock: null, ticketStatus: 'closed' as const },
      { left: 61, unanswered: true, lock: null, ticketStatus: 'new' as const },
      { left: 59, unanswered: true, lock, ticketStatus: 'new' as const },
      { left: 2, unanswered: true, lock: null, ticketStatus: 'new' as const },
      { left: 1, unanswered: false, lock: null, ticketStatus: 'new' as const },
      { left: -1, unanswered: true, lock: null, ticketStatus: 'new' as const },
      { left: -60, unanswered: false, lock: null, ticketStatus: 'closed' as const },
    ];
    const summaries = rows.map(({ left, ...fields }, n) =>
      aSummary({ id: idOf(n), lastInboundAt: now - DAY + left * MINUTE, ...fields }),
    );
    await conversations.write(env.DB, summaries);
    const wall = await wallOf(env);
    expect(wall).toMatchObject({
      active: { total: 8, new: 5, pending: 2, closed: 1 },
      inactive: { total: 2, new: 1, pending: 0, closed: 1 },
      waiting: figure(5),
      unheld: figure(3),
      oldestAt: now - DAY + 2 * MINUTE,
      closingSoon: { hour: figure(2), twoHours: figure(4) },
    });
    expect(wall.at).toBeGreaterThanOrEqual(now);
  });

  test('no figure is pursued for ever', async () => {
    const now = Date.now();
    const rows = Array.from({ length: MOST_OF_A_TAB + 2 }, (_, n) =>
      aSummary({ id: idOf(n), contact: { id: `c-${n}`, name: 'Aanya Rao', address: `1650555${n}` }, lastInboundAt: now - 22.5 * HOUR - n * 1000 }),
    ); // prettier-ignore
    for (let from = 0; from < rows.length; from += 200) await conversations.write(env.DB, rows.slice(from, from + 200));
    const most = { count: MOST_OF_A_TAB, isAtLeast: true };
    expect(await wallOf(env)).toMatchObject({
      active: { new: MOST_OF_A_TAB + 2 },
      waiting: most,
      unheld: most,
      closingSoon: { hour: figure(0), twoHours: most },
    });
  });

  test('who has the dashboard open counts once, in however many tabs', async () => {
    await connect(ana);
    await connect(ana);
    await connect(ben);
    expect((await wallOf(env)).online).toBe(2);
    for (const socket of open.splice(0)) socket.close(1000);
    await vi.waitFor(async () => expect((await wallOf(env)).online).toBe(0), { timeout: 5_000 });
  });
});
