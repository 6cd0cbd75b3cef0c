import { sql, type Compilable, type Selectable } from 'kysely';
import { z } from 'zod';
import { CampaignContent, emptyContent } from '../../domain/campaign-content';
import { Audience } from '../../domain/campaign-draft';
import type { CampaignFigures } from '../../domain/campaign-figures';
import { CampaignStatus, ReviewEntry, type CampaignState } from '../../domain/campaign-lifecycle';
import { batch, database, type Db } from './client';
import type { CampaignTable } from './schema';

/** A campaign as lists show it. Times in epoch ms. */
export type CampaignSummary = {
  id: string;
  name: string;
  labels: string[];
  channelId: string;
  status: CampaignStatus;
  /** `api`: another system owns it and reports its sends. */
  source: 'parley' | 'api';
  createdAt: number;
  scheduledAt: number | null;
  startedAt: number | null;
  finishedAt: number | null;
  figures: CampaignFigures;
};

/** All of a campaign. */
export type CampaignDetail = CampaignSummary & {
  content: CampaignContent;
  audience: Audience;
  /** Rises with every change by a person. */
  version: number;
  createdBy: { id: string; name: string } | null;
  updatedAt: number;
  updatedBy: string | null;
  review: ReviewEntry[];
  /** What it says before names and numbers are filled in. */
  template: string;
  /** What a referral of the provider carries when it leads here. */
  ref: string | null;
};

/** What the list shows. `cursor`: where the page before ended. */
export type CampaignListing = {
  statuses?: readonly CampaignStatus[];
  labels?: readonly string[];
  channelIds?: readonly string[];
  search?: string;
  cursor?: string;
  limit: number;
};

const Texts = z.array(z.string());
export const textsOf = (json: string | null): string[] => (json === null ? [] : Texts.parse(JSON.parse(json)));

/** The labels of the campaign that is `k` in the query, as a JSON array; read it with `textsOf`. */
export const labelsOf = sql<string>`(select json_group_array(label) from campaign_labels where campaign_id = k.id)`;

/** Every campaign that can have been answered, by name: what has not gone out is no filter of the inbox. */
export async function options(db: Db): Promise<{ id: string; name: string; labels: string[] }[]> {
  const rows = await db.selectFrom('campaigns as k').select(['k.id', 'k.name', labelsOf.as('labels')]).where('k.status', 'not in', ['draft', 'submitted', 'approved', 'scheduled']).orderBy('k.name').execute(); // prettier-ignore
  return rows.map(({ id, name, labels }) => ({ id, name, labels: textsOf(labels) }));
}

/** Every label there is, in order. */
export async function labels(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('campaign_labels').select('label').distinct().orderBy('label').execute();
  return rows.map(({ label }) => label);
}

/** One page of campaigns, the newest first. An unreadable cursor starts at the top. */
export async function list(db: Db, listing: CampaignListing): Promise<{ items: CampaignSummary[]; nextCursor: string | null }> {
  const { statuses, labels: wanted, channelIds, search = '', limit } = listing;
  const after = readCursor(listing.cursor);
  const term = search.trim();
  const rows = await db
    .selectFrom('campaigns as k')
    .selectAll('k')
    .select(labelsOf.as('labels'))
    .$if(after !== null, (query) => query.where(sql<boolean>`(k.created_at, k.id) < (${after?.at}, ${after?.id})`))
    .$if(statuses !== undefined, (query) => query.where(isIn(sql`k.status`, statuses)))
    .$if(channelIds !== undefined, (query) => query.where(isIn(sql`k.channel_id`, channelIds)))
    .$if(wanted !== undefined, (query) =>
      query.where(sql<boolean>`exists (select 1 from campaign_labels where campaign_id = k.id and ${isIn(sql`label`, wanted)})`),
    )
    // SQLite folds the case of ASCII only; what is beyond is found as it is written.
    .$if(term !== '', (query) =>
      query.where(sql<boolean>`(instr(lower(k.name), lower(${term})) > 0 or instr(k.name, ${term}) > 0)`),
    )
    .orderBy('k.created_at', 'desc')
    .orderBy('k.id', 'desc')
    .limit(limit + 1)
    .execute();
  const items = rows.slice(0, limit).map(summaryOf);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? `${last.createdAt}.${last.id}` : null };
}

const isIn = (column: ReturnType<typeof sql>, values: readonly string[] = []) =>
  sql<boolean>`${column} in (select value from json_each(${JSON.stringify(values)}))`;

function readCursor(cursor: string | undefined): { at: number; id: string } | null {
  const [, at, id] = /^(\d{1,15})\.(.{1,64})$/.exec(cursor ?? '') ?? [];
  return at === undefined || id === undefined ? null : { at: Number(at), id };
}

/** One campaign; null when there is none. */
export async function find(db: Db, id: string): Promise<CampaignDetail | null> {
  const row = await db
    .selectFrom('campaigns as k')
    .selectAll('k')
    .select(labelsOf.as('labels'))
    .where('k.id', '=', id)
    .executeTakeFirst();
  return row ? detailOf(row) : null;
}

/** What the lifecycle decides by: who has written it, and whether the reviewer wants it changed. */
export function stateOf({ status, createdBy, review }: Pick<CampaignDetail, 'status' | 'createdBy' | 'review'>): CampaignState {
  // Whoever worked on it since it was last approved has written it.
  const since = review.findLastIndex(({ act }) => act === 'approved') + 1;
  const submitters = review.slice(since).filter(({ act }) => act === 'submitted' || act === 'changed');
  return {
    status,
    authors: [...(createdBy ? [createdBy.id] : []), ...submitters.map(({ by }) => by.id)],
    isSentBack: review.findLast(({ act }) => act !== 'changed')?.act === 'sentBack',
  };
}

type Row = Selectable<CampaignTable> & { labels: string };

function summaryOf(row: Row): CampaignSummary {
  const { id, name, channel_id, source, created_at, scheduled_at, started_at, finished_at } = row;
  const { recipients, sent, delivered, read, failed, unknown, replied } = row;
  return {
    id,
    name,
    labels: textsOf(row.labels),
    channelId: channel_id,
    status: CampaignStatus.parse(row.status),
    source,
    createdAt: created_at,
    scheduledAt: scheduled_at,
    startedAt: started_at,
    finishedAt: finished_at,
    figures: { recipients, sent, delivered, read, failed, unknown, replied },
  };
}

const Review = z.array(ReviewEntry);

function detailOf(row: Row): CampaignDetail {
  const { template, ref, version, created_by, created_by_name, updated_at, updated_by_name } = row;
  return {
    ...summaryOf(row),
    // What another system sends keeps to no limits of ours.
    content: row.source === 'api' ? { ...emptyContent, text: template } : CampaignContent.parse(JSON.parse(row.content)),
    audience: Audience.parse(JSON.parse(row.audience)),
    version,
    createdBy: created_by === null ? null : { id: created_by, name: created_by_name ?? '' },
    updatedAt: updated_at,
    updatedBy: updated_by_name,
    review: Review.parse(JSON.parse(row.review)),
    template,
    ref,
  };
}

/** A campaign that another system owns and sends. */
export type ReportedCampaign = {
  id: string;
  name: string;
  labels: string[];
  channelId: string;
  /** What it says before names and numbers are filled in. */
  template: string;
  status: CampaignStatus;
  /** What a referral of the provider carries when it leads here. */
  ref: string | null;
  createdAt: number;
};

/**
 * Adds a campaign of another system with its labels, or brings a known one up to date; one of Parley's own stays as it is. `besides` is
 * done in the same transaction. All or nothing.
 */
export async function insert(
  d1: D1Database,
  campaign: ReportedCampaign,
  besides: readonly Compilable<unknown>[] = [],
): Promise<void> {
  const db = database(d1);
  const { id, name, template, status, ref, createdAt } = campaign;
  const changeable = { name, template, status, ref };
  const isReported = sql<boolean>`exists (select 1 from campaigns where id = ${id} and source = 'api')`;
  await batch(d1, [
    db
      .insertInto('campaigns')
      .values({ id, channel_id: campaign.channelId, created_at: createdAt, updated_at: createdAt, source: 'api', ...changeable })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(changeable).where('campaigns.source', '=', 'api')),
    db.deleteFrom('campaign_labels').where('campaign_id', '=', id).where(isReported),
    ...[...new Set(campaign.labels)].map((label) =>
      db
        .insertInto('campaign_labels')
        .columns(['campaign_id', 'label'])
        .expression(sql<never>`select ${id}, ${label} where ${isReported}`),
    ),
    ...besides,
  ]);
}
