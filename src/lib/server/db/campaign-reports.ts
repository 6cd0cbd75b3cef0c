import type { SendProblem } from '../../domain/campaign-report';
import { partsOf, WAITING, unmatchedOf, type CampaignSend, type UnmatchedReply, type WaitingRow } from './campaign-sends';
import { FORGET, MARKED_MS } from './erased-addresses';

/** A send as another system reports it; `mark`: of its receiver, should they have been erased (`erased-mark.ts`). */
export type Reported = CampaignSend & { mark: string };

/**
 * The first of the sends that contradicts what is recorded, by its index from 0; null = none does. All are of one campaign and channel.
 */
export async function contradiction(
  d1: D1Database,
  { campaignId, channelId }: Pick<CampaignSend, 'campaignId' | 'channelId'>,
  sends: readonly CampaignSend[],
): Promise<{ index: number; problem: SendProblem } | null> {
  const marks = sends.map(({ id, address, providerMessageId, token }) => ({ id, address, providerMessageId, token }));
  return d1.prepare(CONTRADICTION).bind(JSON.stringify(marks), campaignId, channelId).first<{ index: number; problem: SendProblem }>(); // prettier-ignore
}

const CONTRADICTION = `SELECT * FROM (
  SELECT j.key AS "index", CASE
    WHEN own.campaign_id <> ?2 THEN 'campaign'
    WHEN own.address = '' THEN NULL
    WHEN own.address <> (j.value->>'address') OR own.provider_message_id <> (j.value->>'providerMessageId')
      OR own.token <> (j.value->>'token') THEN 'changed'
    WHEN quoted.id <> (j.value->>'id') THEN 'message'
    WHEN marked.id <> (j.value->>'id') THEN 'token' END AS problem
  FROM json_each(?1) AS j
  LEFT JOIN campaign_sends AS own ON own.id = j.value->>'id'
  LEFT JOIN campaign_sends AS quoted ON quoted.channel_id = ?3 AND quoted.provider_message_id = j.value->>'providerMessageId'
  LEFT JOIN campaign_sends AS marked ON marked.token = j.value->>'token'
) WHERE problem IS NOT NULL ORDER BY "index" LIMIT 1`;

/**
 * Records what a campaign of another system has sent, and counts it: all or nothing. A send that is there already stays as it is, but
 * may get the provider's id or token that it had not. Of one to somebody who has been erased since, and of one that was sent over a year
 * ago, only the figure is kept. Answers with how many are new, and the replies that have waited for one of them. Throws when one of them
 * contradicts what is recorded.
 */
export async function record(
  d1: D1Database,
  campaignId: string,
  sends: readonly Reported[],
  now: number,
): Promise<{ recorded: number; waiting: UnmatchedReply[] }> {
  const ids = JSON.stringify(sends.map(({ id }) => id));
  const parts = partsOf(sends);
  const firstAt = Math.min(...sends.map(({ sentAt }) => sentAt));
  const oldest = now - MARKED_MS;
  const [, counted, , ...results] = await d1.batch<WaitingRow & { fresh: number }>([
    d1.prepare(FORGET).bind(oldest),
    d1.prepare(`SELECT ${FRESH} AS fresh`).bind(ids),
    d1.prepare(COUNT).bind(ids, campaignId, firstAt),
    ...parts.map((part) => d1.prepare(RECORD).bind(part, oldest)),
    ...parts.map((part) => d1.prepare(WAITING).bind(part)),
  ]);
  const waiting = results.slice(parts.length).flatMap(({ results: rows }) => rows.map(unmatchedOf));
  return { recorded: counted?.results[0]?.fresh ?? 0, waiting };
}

const FRESH = `(SELECT count(*) FROM json_each(?1) AS j WHERE NOT EXISTS (SELECT 1 FROM campaign_sends AS s WHERE s.id = j.value))`;
const COUNT = `UPDATE campaigns SET recipients = recipients + ${FRESH}, sent = sent + ${FRESH},
    started_at = min(coalesce(started_at, ?3), CAST(?3 AS INTEGER))
  WHERE id = ?2 AND source = 'api'`;
// A contradiction that came between the look and this leaves a NULL where none may be, which undoes the whole call.
const RECORD = `INSERT INTO campaign_sends
    (id, campaign_id, channel_id, address, provider_message_id, token, text, buttons, sent_at)
  SELECT value->>'id', value->>'campaignId', value->>'channelId', iif(is_gone, '', value->>'address'),
    iif(is_gone, NULL, value->>'providerMessageId'), iif(is_gone, NULL, value->>'token'), iif(is_gone, '', value->>'text'),
    iif(is_gone, '[]', value->>'buttons'), value->>'sentAt'
  FROM (SELECT value, value->>'sentAt' < ?2
    OR EXISTS (SELECT 1 FROM erased_addresses AS e WHERE e.mark = value->>'mark' AND e.until >= value->>'sentAt') AS is_gone
    FROM json_each(?1)) WHERE true
  ON CONFLICT (id) DO UPDATE SET
    campaign_id = iif(campaign_id = excluded.campaign_id AND (address = '' OR excluded.address = '' OR (address = excluded.address
      AND coalesce(provider_message_id = excluded.provider_message_id, true) AND coalesce(token = excluded.token, true))),
      campaign_id, NULL),
    provider_message_id = iif(address = '', NULL, coalesce(provider_message_id, excluded.provider_message_id)),
    token = iif(address = '', NULL, coalesce(token, excluded.token))`;
