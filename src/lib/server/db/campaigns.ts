import { sql } from 'kysely';
import { z } from 'zod';
import { batch, database, type Db } from './client';

export type Campaign = {
  id: string;
  name: string;
  labels: string[];
  channelId: string;
  /** What it says before names and numbers are filled in. */
  template: string;
  status: string;
  /** What a referral of the provider carries when it leads here. */
  ref: string | null;
  createdAt: number;
};

const Texts = z.array(z.string());
export const textsOf = (json: string | null): string[] => (json === null ? [] : Texts.parse(JSON.parse(json)));

/** The labels of the campaign that is `k` in the query, as a JSON array; read it with `textsOf`. */
export const labelsOf = sql<string>`(select json_group_array(label) from campaign_labels where campaign_id = k.id)`;

/** Every campaign as the filter offers it, by name. */
export async function options(db: Db): Promise<{ id: string; name: string; labels: string[] }[]> {
  const rows = await db.selectFrom('campaigns as k').select(['k.id', 'k.name', labelsOf.as('labels')]).orderBy('k.name').execute(); // prettier-ignore
  return rows.map(({ id, name, labels }) => ({ id, name, labels: textsOf(labels) }));
}

/** Adds a campaign with its labels, or brings a known one up to date. All or nothing. */
export async function insert(d1: D1Database, campaign: Campaign): Promise<void> {
  const db = database(d1);
  const { id, name, template, status, ref } = campaign;
  const changeable = { name, template, status, ref };
  const labels = [...new Set(campaign.labels)].map((label) => ({ campaign_id: id, label }));
  await batch(d1, [
    db
      .insertInto('campaigns')
      .values({ id, channel_id: campaign.channelId, created_at: campaign.createdAt, ...changeable })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(changeable)),
    db.deleteFrom('campaign_labels').where('campaign_id', '=', id),
    ...labels.map((row) => db.insertInto('campaign_labels').values(row)),
  ]);
}
