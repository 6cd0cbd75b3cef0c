import { noDifferences, type IndexStep } from '../domain/index-check';
import { shown as seen, type Published } from '../domain/summary';
import type { Env } from '../../../workers/env';
import { conversationOf } from './bindings';
import { write } from './db/conversations';
import { removeConversations, removeRows } from './db/erasure';
import * as check from './db/index-check';
import { inLanes } from './lanes';
import { hubsOf, readModelOf, readModelsOf } from './placement';

/** Conversations of one step: each is a call of its object, and a Worker may make 1,000. */
const AT_ONCE = 100;
/** Two writers may want the same recency id, and one is refused: the next try finds another. */
const TRIES = 4;

/**
 * One step of a walk over all conversations: compares what the read model has with what their objects say, and with `rebuild` writes it
 * anew. The product runs on meanwhile: rows that were changed later win by their version. Steps may be repeated. Throws when an
 * object or the database does not answer: then take the same step again.
 */
export async function stepIndex(env: Env, { after, rebuild }: { after: string; rebuild: boolean }): Promise<IndexStep> {
  return after.startsWith('i') ? sweep(env, after.slice(1), rebuild) : conversations(env, after.slice(1), rebuild);
}

async function conversations(env: Env, after: string, rebuild: boolean): Promise<IndexStep> {
  const ids = await idsAfter(env, after);
  // Versions first: what is removed as a ghost must not be newer than what was seen before its object was asked.
  const versions = new Map(
    (await Promise.all([...placed(env, ids)].map(([d1, part]) => check.versionsOf(d1, part)))).flatMap((part) => [...part]),
  );
  const known = await inLanes(ids, async (id) => ({ id, row: await conversationOf(env, id).row() }));
  // Asked after the objects, so that what they have given away meanwhile is among it.
  const unwritten = new Set((await Promise.all(hubsOf(env).map((hub) => hub.unwritten()))).flat());
  const isShown = (id: string, row: { isTaken: boolean }): boolean => row.isTaken && !unwritten.has(id);
  const shown = known.flatMap(({ id, row }) => (row && isShown(id, row) ? [row.summary] : []));
  const step: IndexStep = {
    next: ids.length === 0 ? 'i' : `c${ids.at(-1) ?? ''}`,
    conversations: known.filter(({ row }) => row !== null).length,
    moving: known.filter(({ id, row }) => row && !isShown(id, row)).length,
    differences: noDifferences(),
  };
  for (const [d1, part] of placedBy(env, shown)) {
    for (const difference of await check.differences(d1, part)) step.differences[difference] += 1;
  }
  const ghosts = known.flatMap(({ id, row }) => {
    const version = versions.get(id);
    return row === null && version !== undefined ? [{ id, version }] : [];
  });
  step.differences.ghost = ghosts.length;
  if (!rebuild) return step;
  // What the read model had has been counted with it, also where it was lost since.
  const written = known.flatMap(({ id, row }) => (row ? [isShown(id, row) ? seen(row.summary) : row.summary] : []));
  await rewrite(env, written);
  await takeBack(env, written);
  for (const [d1, part] of placedBy(env, ghosts)) await check.removeGhosts(d1, part);
  // Somebody may have written for the first time while the ghost of theirs was in the way.
  const risen = await inLanes(ghosts, async ({ id }) => (await conversationOf(env, id).row())?.summary ?? null);
  await rewrite(env, risen.flatMap((summary) => summary ?? [])); // prettier-ignore
  await Promise.all(hubsOf(env).map((hub) => hub.recount()));
  return step;
}

/** Who was erased after their object was asked, and has been written since, is removed once more; unless they have begun anew. */
async function takeBack(env: Env, written: readonly Published[]): Promise<void> {
  const now = await inLanes(written, async (summary) => ({ summary, row: await conversationOf(env, summary.id).row() }));
  const erased = now.filter(({ summary, row }) => row === null || row.summary.version < summary.version);
  if (erased.length === 0) return;
  const rows = erased.map(({ summary: { id, lastInboundAt } }) => ({ id, erasedAt: lastInboundAt }));
  for (const [d1, part] of placedBy(env, rows)) await removeConversations(d1, part);
  await removeRows(env.DB, { personId: '', erased: rows, addresses: [] });
  await rewrite(
    env,
    erased.flatMap(({ row }) => row?.summary ?? []),
  );
}

async function rewrite(env: Env, summaries: readonly Published[]): Promise<void> {
  for (const [d1, part] of placedBy(env, summaries)) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await write(d1, part, { again: true });
        break;
      } catch (error) {
        if (attempt === TRIES) throw error;
      }
    }
  }
}

/** After all conversations: entries of the index that belong to nobody. */
async function sweep(env: Env, after: string, rebuild: boolean): Promise<IndexStep> {
  const from = after === '' ? Number.MIN_SAFE_INTEGER : Number(after);
  const found = await Promise.all(readModelsOf(env).map(async (d1) => ({ d1, ...(await check.straysAfter(d1, from)) })));
  // What the slowest has reached: the others look at some of theirs twice.
  const lasts = found.flatMap(({ last }) => last ?? []);
  const last = lasts.length > 0 ? Math.min(...lasts) : null;
  const strays = found.map(({ d1, strays: all }) => ({ d1, rids: all.filter((rid) => last !== null && rid <= last) }));
  if (rebuild) for (const { d1, rids } of strays) if (rids.length > 0) await check.removeStrays(d1, rids);
  const stray = strays.reduce((sum, { rids }) => sum + rids.length, 0);
  return {
    next: last === null ? null : `i${last}`,
    conversations: 0,
    moving: 0,
    differences: { ...noDifferences(), stray },
  };
}

/** The next conversations: those that the hubs know of, and those that have a row. */
async function idsAfter(env: Env, after: string): Promise<string[]> {
  const lists = await Promise.all([
    ...hubsOf(env).map((hub) => hub.conversations(after, AT_ONCE)),
    ...readModelsOf(env).map((d1) => check.idsAfter(d1, after, AT_ONCE)),
  ]);
  return [...new Set(lists.flat())].sort().slice(0, AT_ONCE);
}

const placed = (env: Env, ids: readonly string[]) => Map.groupBy(ids, (id) => readModelOf(env, id));
const placedBy = <T extends { id: string }>(env: Env, values: readonly T[]) =>
  Map.groupBy(values, ({ id }) => readModelOf(env, id));
