import { type KeySum, type Period, periodBefore, type SlotSum, type Sum } from '../../domain/report';
import type { MilestoneCountTable } from './schema';

type Scope = MilestoneCountTable['scope'];

/** So much of a period is summed up at once: messages are written and lists are read by the same thread. */
const AT_ONCE_MS = 7 * 86_400_000;

const within = (scope: Scope): string => `milestone_counts WHERE scope = '${scope}' AND slot >= ?1 AND slot < ?2`;
const SLOTS = `SELECT slot, kind, sum(n) AS n FROM ${within('channel')} GROUP BY slot, kind`;
const TOTAL = `SELECT kind, bucket, sum(n) AS n FROM ${within('channel')} GROUP BY kind, bucket`;
const byKey = (scope: Scope): string => `SELECT key, kind, bucket, sum(n) AS n FROM ${within(scope)} GROUP BY key, kind, bucket`;

/** What happened in a period: in its half hours; by whom or what; and in the period before it. In no order, and in as many sums as there are. */
export type Sums = { slots: SlotSum[]; channels: KeySum[]; campaigns: KeySum[]; agents: KeySum[]; previous: Sum[] };

/** Sums up a period of whole half hours and the one as long before it, a week after the other. Throws what D1 throws. */
export async function sumsOf(d1: D1Database, period: Period): Promise<Sums> {
  const parts: Sums[] = [];
  for (const week of weeksOf(period)) parts.push(await sumsOfWeek(d1, week));
  for (const { from, before } of weeksOf(periodBefore(period))) {
    const { results } = await d1.prepare(TOTAL).bind(from, before).all<Sum>();
    parts.push({ slots: [], channels: [], campaigns: [], agents: [], previous: results });
  }
  return joined(parts);
}

async function sumsOfWeek(d1: D1Database, { from, before }: Period): Promise<Sums> {
  const statements = [SLOTS, byKey('channel'), byKey('campaign'), byKey('agent')];
  const answers = await d1.batch<KeySum & SlotSum>(statements.map((sql) => d1.prepare(sql).bind(from, before)));
  const [slots = [], channels = [], campaigns = [], agents = []] = answers.map(({ results }) => results);
  return { slots, channels, campaigns, agents, previous: [] };
}

function weeksOf({ from, before }: Period): Period[] {
  const count = Math.ceil((before - from) / AT_ONCE_MS);
  return Array.from({ length: count }, (_, n) => ({
    from: from + n * AT_ONCE_MS,
    before: Math.min(before, from + (n + 1) * AT_ONCE_MS),
  }));
}

/** Several sums together: of weeks, or of databases. */
export const joined = (all: readonly Sums[]): Sums => ({
  slots: all.flatMap(({ slots }) => slots),
  channels: all.flatMap(({ channels }) => channels),
  campaigns: all.flatMap(({ campaigns }) => campaigns),
  agents: all.flatMap(({ agents }) => agents),
  previous: all.flatMap(({ previous }) => previous),
});

const named = (table: 'channels' | 'campaigns' | 'users'): string =>
  `SELECT id, name FROM ${table} WHERE id IN (SELECT value FROM json_each(?1))`;
export type Names = ReadonlyMap<string, string>;

/** What the channels, campaigns and agents of some sums are called today; those that are gone are left out. Throws what D1 throws. */
export async function namesIn(
  d1: D1Database,
  sums: Pick<Sums, 'channels' | 'campaigns' | 'agents'>,
): Promise<Record<'channels' | 'campaigns' | 'agents', Names>> {
  const asked = (table: 'channels' | 'campaigns' | 'users', of: readonly KeySum[]) =>
    d1.prepare(named(table)).bind(JSON.stringify([...new Set(of.map(({ key }) => key))]));
  const [channels, campaigns, agents] = await d1.batch<{ id: string; name: string }>([
    asked('channels', sums.channels),
    asked('campaigns', sums.campaigns),
    asked('users', sums.agents),
  ]);
  const byId = (found?: D1Result<{ id: string; name: string }>): Names =>
    new Map(found?.results.map(({ id, name }) => [id, name]));
  return { channels: byId(channels), campaigns: byId(campaigns), agents: byId(agents) };
}
