import { bucketOf, SLOT_MS } from '../../domain/milestone';
import type { Published } from '../../domain/summary';

/** A milestone as one of the things that it is counted by. */
type Counted = { id: string; version: number; scope: 'channel' | 'campaign' | 'agent'; slot: number; key: string; kind: string; bucket: number }; // prettier-ignore

/**
 * Counts milestones, before the row of their conversation becomes the version that has reached them, and in the same transaction: those of
 * the version that is there have been counted with it.
 */
export const COUNT = `INSERT INTO milestone_counts (scope, slot, key, kind, bucket, n)
  SELECT value->>'scope', value->>'slot', value->>'key', value->>'kind', value->>'bucket', count(*) AS n FROM json_each(?1) AS j
  WHERE j.value->>'version' > coalesce((SELECT c.version FROM conversations AS c WHERE c.id = j.value->>'id'), -1)
  GROUP BY 1, 2, 3, 4, 5
  ON CONFLICT (scope, slot, key, kind, bucket) DO UPDATE SET n = n + excluded.n`;

/** What `COUNT` is to count for a row that was found at version `from`. */
export function countedOf({ id, version, milestones = [], channel, campaign }: Published, from: number): Counted[] {
  const reached = milestones.filter((one) => one.version > from && one.version <= version);
  return reached.flatMap(({ version: at, kind, agentId, ...milestone }) => {
    const slot = Math.floor(milestone.at / SLOT_MS) * SLOT_MS;
    const bucket = milestone.ms === null ? 0 : bucketOf(milestone.ms);
    const keys = [['channel', channel.id], ['campaign', campaign?.id], ['agent', agentId]] as const; // prettier-ignore
    return keys.flatMap(([scope, key]) => (key ? [{ id, version: at, scope, slot, key, kind, bucket }] : []));
  });
}
