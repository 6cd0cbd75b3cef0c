import { sql, type Compilable } from 'kysely';
import type { CampaignDraft } from '../../domain/campaign-draft';
import { isUnderWay, type CampaignStatus, type ReviewEntry } from '../../domain/campaign-lifecycle';
import { recording, type AuditEntry } from './audit';
import { batch, database, type Db } from './client';

/** Who writes, by id and name. */
type Author = { id: string; name: string };

/** A draft with what is kept beside it: `standIn` is shown where a reply leads to a message that was never sent. */
export type WrittenDraft = CampaignDraft & { standIn: string };

/** Adds a draft. One with an id that is taken is left as it is; false then. All or nothing. */
export async function create(
  d1: D1Database,
  { id, draft, by, at, act }: { id: string; draft: WrittenDraft; by: Author; at: number; act: AuditEntry },
): Promise<boolean> {
  const db = database(d1);
  const inserting = db
    .insertInto('campaigns')
    .values({
      id,
      status: 'draft',
      ref: null,
      created_at: at,
      created_by: by.id,
      created_by_name: by.name,
      updated_at: at,
      updated_by_name: by.name,
      ...columnsOf(draft),
    })
    .onConflict((conflict) => conflict.column('id').doNothing());
  const queries = [inserting, orNothing(db), ...labelling(db, id, draft.labels), recording(db, act)];
  return isDone(() => batch(d1, queries), async () => (await standingOf(db, id)) === null); // prettier-ignore
}

/** What a change of a campaign leads to. `review`: all of it, the new entry last. */
export type Move = { status: CampaignStatus; review?: readonly ReviewEntry[]; scheduledAt?: number | null };

/**
 * Changes a campaign, and its draft where one is given, if it still is the `version` that was looked at, and has not begun to be sent where
 * it would go back behind that. False when somebody, or its beginning, was quicker: then nothing has happened. All or nothing.
 */
export async function change(
  d1: D1Database,
  {
    id,
    version,
    move,
    draft,
    by,
    at,
    act,
  }: { id: string; version: number; move: Move; draft?: WrittenDraft; by: Author; at: number; act: AuditEntry },
): Promise<boolean> {
  const db = database(d1);
  const { status, review, scheduledAt } = move;
  const updating = db
    .updateTable('campaigns')
    .set({
      status,
      version: version + 1,
      updated_at: at,
      updated_by_name: by.name,
      ...(review && { review: JSON.stringify(review) }),
      ...(scheduledAt !== undefined && { scheduled_at: scheduledAt }),
      ...(draft && columnsOf(draft)),
    })
    .where('id', '=', id)
    .where('version', '=', version)
    .$if(!isUnderWay(status), (query) => query.where('started_at', 'is', null));
  const queries = [updating, orNothing(db), ...(draft ? labelling(db, id, draft.labels) : []), recording(db, act)];
  return isDone(
    () => batch(d1, queries),
    async () => {
      const now = await standingOf(db, id);
      return now?.version === version && (isUnderWay(status) || now.startedAt === null);
    },
  );
}

/** Removes a draft that still is this version, and nothing else. False when somebody was quicker. All or nothing. */
export async function remove(d1: D1Database, id: string, version: number, act: AuditEntry): Promise<boolean> {
  const db = database(d1);
  const removing = db
    .deleteFrom('campaigns')
    .where('id', '=', id)
    .where('version', '=', version)
    .where('status', '=', 'draft')
    .where('source', '=', 'parley');
  const labels = db.deleteFrom('campaign_labels').where('campaign_id', '=', id);
  // The labels refer to their campaign: they go first, and come back when there is nothing to remove.
  return isDone(() => batch(d1, [labels, removing, orNothing(db), recording(db, act)]), async () => (await standingOf(db, id))?.version === version); // prettier-ignore
}

const columnsOf = ({ name, channelId, content, audience, standIn }: WrittenDraft) => ({
  name,
  channel_id: channelId,
  template: standIn,
  content: JSON.stringify(content),
  audience: JSON.stringify(audience),
});

const labelling = (db: Db, id: string, labels: readonly string[]): Compilable<unknown>[] => [
  db.deleteFrom('campaign_labels').where('campaign_id', '=', id),
  ...[...new Set(labels)].map((label) => db.insertInto('campaign_labels').values({ campaign_id: id, label })),
];

/** Undoes the whole batch when the query before has changed nothing: a label of no campaign is what no row can be. */
const orNothing = (db: Db) =>
  db
    .insertInto('campaign_labels')
    .columns(['campaign_id', 'label'])
    .expression(sql<never>`select null, null where changes() = 0`);

/** Whether the work was done; when it failed although it could have been done (`isOpen`), that is no expected outcome, and thrown. */
async function isDone(work: () => Promise<unknown>, isOpen: () => Promise<boolean>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (await isOpen()) throw error;
    return false;
  }
}

async function standingOf(db: Db, id: string): Promise<{ version: number; startedAt: number | null } | null> {
  const query = db.selectFrom('campaigns').select(['version', 'started_at as startedAt']).where('id', '=', id);
  return (await query.executeTakeFirst()) ?? null;
}
