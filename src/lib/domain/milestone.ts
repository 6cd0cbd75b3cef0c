import { z } from 'zod';

/**
 * What reports count of an enquiry (`enquiry.ts`). `opened`: a customer wrote, and nothing of theirs was open. `reopened`: the same, after
 * the last one was closed and within the active window of what they wrote before. `answered`: its first answer. `closed`: its ticket was
 * set to Closed. `missed`: the customer wrote last, and the active window ended.
 */
export const MilestoneKind = z.enum(['opened', 'reopened', 'answered', 'closed', 'missed']);
export type MilestoneKind = z.infer<typeof MilestoneKind>;

/** `ms`: from the enquiry's beginning, of `answered` and `closed`; `agentId`: who did it, null = no agent. `at` in epoch ms. */
export type Milestone = { kind: MilestoneKind; at: number; ms: number | null; agentId: string | null };

/** One that a conversation has reached, with its version: a row of that version, or a later one, has been counted for it. */
export type ReachedMilestone = Milestone & { version: number };

/** So many of a conversation are kept until they are surely counted: its row is written within seconds, in the worst of times within hours. */
const MOST_KEPT = 10;

/** The milestones to keep when these are reached, the latest last. */
export const latestMilestones = (kept: readonly ReachedMilestone[], reached: readonly ReachedMilestone[]): ReachedMilestone[] =>
  [...kept, ...reached].slice(-MOST_KEPT);

/** Milestones are counted by half hours, which begin when hours do in nearly every time zone. */
export const SLOT_MS = 1_800_000;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Where one bucket of durations ends and the next begins, ms. A percentile is off by no more than the width of its bucket. */
const edges: readonly number[] = [
  5 * SECOND, 10 * SECOND, 15 * SECOND, 20 * SECOND, 30 * SECOND, 45 * SECOND, MINUTE, 1.5 * MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE,
  5 * MINUTE, 7 * MINUTE, 10 * MINUTE, 15 * MINUTE, 20 * MINUTE, 30 * MINUTE, 45 * MINUTE, HOUR, 1.5 * HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR,
  6 * HOUR, 8 * HOUR, 12 * HOUR, 18 * HOUR, DAY, 1.5 * DAY, 2 * DAY, 3 * DAY, 5 * DAY, 7 * DAY, 10 * DAY, 15 * DAY,
]; // prettier-ignore

/** The bucket of a duration, from 0: those of a bucket are at least as long as the edge before it and shorter than its own. */
export function bucketOf(ms: number): number {
  const index = edges.findIndex((edge) => ms < edge);
  return index === -1 ? edges.length : index;
}

/** How many durations each bucket has. */
export type Spread = ReadonlyMap<number, number>;

/**
 * The duration that the given share (0 to 1) of all stays under, ms, taken to be spread evenly within its bucket; null of none. What is beyond
 * the last edge counts as the last edge.
 */
export function percentile(spread: Spread, share: number): number | null {
  const filled = [...spread].filter(([, n]) => n > 0).sort(([a], [b]) => a - b);
  const total = filled.reduce((sum, [, n]) => sum + n, 0);
  if (total === 0) return null;
  let before = 0;
  for (const [bucket, n] of filled) {
    const within = (share * total - before) / n;
    if (within <= 1) return between(bucket, Math.max(0, within));
    before += n;
  }
  return between(filled.at(-1)?.[0] ?? 0, 1);
}

function between(bucket: number, part: number): number {
  const longest = edges.at(-1) ?? 0;
  const [from, to] = [edges[bucket - 1] ?? 0, edges[bucket] ?? longest];
  return Math.round(bucket >= edges.length ? longest : from + part * (to - from));
}

/** Ranges of durations as a picture shows them: each ends at one of the edges, the last never. */
export const ranges = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, DAY, Infinity] as const;

/** How many durations lie in each of `ranges`. */
export function inRanges(spread: Spread): number[] {
  const counts = ranges.map(() => 0);
  for (const [bucket, n] of spread) {
    const at = ranges.findIndex((end) => (edges[bucket] ?? Infinity) <= end);
    counts[at] = (counts[at] ?? 0) + n;
  }
  return counts;
}
