import type { Env } from '../../../workers/env';
import { type ListFacts, ListQuery, MOST_OF_A_TAB, sumCounts, WAITING } from '../domain/list';
import { inRanges } from '../domain/milestone';
import {
  byActivity,
  byName,
  type Figure,
  inSlots,
  MOST_CAMPAIGNS,
  type Report,
  type ReportQuery,
  serviceOf,
  servicesOf,
  slotsOf,
  spreadOf,
  type Wall,
} from '../domain/report';
import { policyOf } from './bindings';
import { database, type Db } from './db/client';
import * as conversations from './db/conversations';
import * as milestones from './db/milestones';
import { hubsOf, readModelsOf } from './placement';

/**
 * How things stand now, by what the read model has: a row that was changed within the last second may be missing. Throws what D1 and
 * the hubs throw.
 */
export async function wallOf(env: Env): Promise<Wall> {
  // Nobody in particular asks.
  const facts = { now: Date.now(), policy: policyOf(env), userId: '' };
  const [parts, agents] = await Promise.all([
    Promise.all(readModelsOf(env).map((d1) => standingOf(database(d1), facts))),
    Promise.all(hubsOf(env).map((hub) => hub.online())),
  ]);
  const figure = (which: keyof conversations.Waiting) => figureOf(parts.map(({ waiting }) => waiting[which]));
  return {
    at: facts.now,
    ...sumCounts(parts.map(({ counts }) => counts)),
    waiting: figure('all'),
    unheld: figure('unheld'),
    oldestAt: parts.reduce<number | null>((oldest, part) => earlier(oldest, part.oldestAt), null),
    closingSoon: { hour: figure('hour'), twoHours: figure('twoHours') },
    online: new Set(agents.flat()).size,
  };
}

const longestWaiting = ListQuery.parse({ tab: 'active', sort: 'oldest', limit: 1, ...WAITING });

/** How things stand in one database. */
async function standingOf(db: Db, facts: ListFacts) {
  const [counts, waiting, { items }] = await Promise.all([
    conversations.counts(db, {}, facts),
    conversations.waiting(db, facts),
    conversations.list(db, longestWaiting, facts),
  ]);
  return { counts, waiting, oldestAt: items[0]?.lastInboundAt ?? null };
}

/** The figures of all databases together. */
const figureOf = (counts: readonly number[]): Figure => ({
  count: counts.reduce((sum, count) => sum + count, 0),
  isAtLeast: counts.some((count) => count >= MOST_OF_A_TAB),
});

const earlier = (a: number | null, b: number | null): number | null => (a === null || b === null ? (a ?? b) : Math.min(a, b));

/**
 * What happened in the half hours of a period, beside the ones before it. Agents by name, channels and campaigns by how much happened; of
 * campaigns the first `MOST_CAMPAIGNS`. Throws what D1 throws.
 */
export async function reportOf(env: Env, query: ReportQuery): Promise<Report> {
  const period = inSlots(query);
  const sums = milestones.joined(await Promise.all(readModelsOf(env).map((d1) => milestones.sumsOf(d1, period))));
  const names = await milestones.namesIn(env.DB, sums);
  return {
    // Whatever happened has a channel.
    total: serviceOf(sums.channels),
    previous: serviceOf(sums.previous),
    slots: slotsOf(sums.slots),
    answers: inRanges(spreadOf(sums.channels, 'answered')),
    channels: servicesOf(sums.channels, names.channels).sort(byActivity),
    campaigns: servicesOf(sums.campaigns, names.campaigns).sort(byActivity).slice(0, MOST_CAMPAIGNS),
    agents: servicesOf(sums.agents, names.agents).sort(byName),
  };
}
