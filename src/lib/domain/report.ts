import { z } from 'zod';
import type { Counts } from './list';
import { type MilestoneKind, percentile, SLOT_MS, type Spread } from './milestone';

/** A report is of so long at most. */
export const MOST_DAYS = 92;
/** And of so many campaigns. */
export const MOST_CAMPAIGNS = 200;
const DAY_MS = 86_400_000;
/** So much longer are as many days in which the clocks are put back. */
const CLOCK_MS = 3_600_000;
const At = z.number().int().nonnegative().max(8_640_000_000_000_000);

/** What a report is of: `from` ≤ time < `before`, epoch ms, taken to begin and end with a half hour. */
export const ReportQuery = z
  .strictObject({ from: At, before: At })
  .refine(({ from, before }) => from < before && before - from <= MOST_DAYS * DAY_MS + CLOCK_MS, {
    path: ['before'],
    error: 'the period is empty, or too long',
  });
export type ReportQuery = z.infer<typeof ReportQuery>;

/** Enquiries of a period, or of a part of it. */
export type Tally = Record<MilestoneKind, number>;

/** How long something took, ms: half of all took no longer than `p50`, nine of ten no longer than `p90`; null of none. */
export type Duration = { p50: number | null; p90: number | null };

/** What happened, and how long the first answer and the closing took. */
export type Service = Tally & { answer: Duration; closing: Duration };

/** Of one channel, campaign or agent; `name` is what it is called today, null = it is not there any more. */
export type ServiceOf = Service & { id: string; name: string | null };

export type Report = {
  total: Service;
  /** Of the period as long that ends where this one begins. */
  previous: Service;
  /** Half hours in which something happened, in order; `at` is where one begins. */
  slots: ({ at: number } & Tally)[];
  /** First answers by how long they took, as `ranges` of milestones has them. */
  answers: number[];
  channels: ServiceOf[];
  /** Those to which the most happened, `MOST_CAMPAIGNS` at most. */
  campaigns: ServiceOf[];
  agents: ServiceOf[];
};

/** A count that was not pursued beyond a limit says so. */
export type Figure = { count: number; isAtLeast: boolean };

/** How things stand now. Times in epoch ms. */
export type Wall = {
  at: number;
  active: Counts;
  inactive: Counts;
  /** Active, the customer wrote last, and the ticket is not Closed. */
  waiting: Figure;
  /** Those of them that nobody holds. */
  unheld: Figure;
  /** The latest message of the one whose latest message is the oldest; null = nobody waits. */
  oldestAt: number | null;
  /** Those who wait and whose active window ends within an hour, and within two. */
  closingSoon: { hour: Figure; twoHours: Figure };
  /** Agents who have the dashboard open. */
  online: number;
};

/** `from` ≤ time < `before`, epoch ms. */
export type Period = { from: number; before: number };

/** The whole half hours of a period. */
export const inSlots = ({ from, before }: Period): Period => ({
  from: Math.floor(from / SLOT_MS) * SLOT_MS,
  before: Math.ceil(before / SLOT_MS) * SLOT_MS,
});

/** The period as long that ends where this one begins. */
export const periodBefore = ({ from, before }: Period): Period => ({ from: from - (before - from), before: from });

/** So many of a kind that took as long as a bucket has (`bucketOf`). */
export type Sum = { kind: MilestoneKind; bucket: number; n: number };
/** Those of one channel, campaign or agent, by its id. */
export type KeySum = Sum & { key: string };
/** Those of the half hour that begins at `slot`, however long they took. */
export type SlotSum = Omit<Sum, 'bucket'> & { slot: number };

/** How many of each kind. */
export function tallyOf(sums: readonly Omit<Sum, 'bucket'>[]): Tally {
  const tally: Tally = { opened: 0, reopened: 0, answered: 0, closed: 0, missed: 0 };
  for (const { kind, n } of sums) tally[kind] += n;
  return tally;
}

/** How long those of a kind took. */
export function spreadOf(sums: readonly Sum[], kind: MilestoneKind): Spread {
  const spread = new Map<number, number>();
  for (const one of sums) if (one.kind === kind) spread.set(one.bucket, (spread.get(one.bucket) ?? 0) + one.n);
  return spread;
}

/** What happened, out of its sums. */
export const serviceOf = (sums: readonly Sum[]): Service => ({
  ...tallyOf(sums),
  answer: durationOf(spreadOf(sums, 'answered')),
  closing: durationOf(spreadOf(sums, 'closed')),
});

const durationOf = (spread: Spread): Duration => ({ p50: percentile(spread, 0.5), p90: percentile(spread, 0.9) });

/** Each channel, campaign or agent of the sums, with its name of today, in no order. */
export const servicesOf = (sums: readonly KeySum[], names: ReadonlyMap<string, string>): ServiceOf[] =>
  [...Map.groupBy(sums, ({ key }) => key)].map(([id, of]) => ({ id, name: names.get(id) ?? null, ...serviceOf(of) }));

/** By name; those without one are last. */
export function byName(a: ServiceOf, b: ServiceOf): number {
  if ((a.name === null) !== (b.name === null)) return a.name === null ? 1 : -1;
  return compare(a.name ?? '', b.name ?? '') || compare(a.id, b.id);
}

/** Those to whom the most happened first, then by name. */
export const byActivity = (a: ServiceOf, b: ServiceOf): number => activityOf(b) - activityOf(a) || byName(a, b);

const activityOf = ({ opened, reopened, answered }: Tally): number => opened + reopened + answered;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The half hours in which something happened, in their order. */
export const slotsOf = (sums: readonly SlotSum[]): Report['slots'] =>
  [...Map.groupBy(sums, ({ slot }) => slot)].map(([at, of]) => ({ at, ...tallyOf(of) })).sort((a, b) => a.at - b.at);
