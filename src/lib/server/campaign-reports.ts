import { sql } from 'kysely';
import type { Env } from '../../../workers/env';
import { identityOf } from '../domain/address';
import { addressOn, wrongSendOf, type ImportedCampaign, type ReportedSends } from '../domain/campaign-report';
import type { Rejection } from '../domain/rejection';
import { fail, ok, type Result } from '../domain/result';
import { catchUp } from './campaign-sends';
import { recording, type Actor, type AuditEntry } from './db/audit';
import * as reports from './db/campaign-reports';
import * as campaigns from './db/campaigns';
import * as channels from './db/channels';
import { database } from './db/client';
import { marksOf } from './erased-mark';

/** Who reports; `keyId` where that is a key of the API. */
export type Reporter = { actor: Actor; keyId: string | null };

/** Makes a campaign of another system known, or brings it up to date. The same again changes nothing. */
export async function importCampaign(
  env: Env,
  { actor, keyId }: Reporter,
  { status, ref, ...campaign }: ImportedCampaign,
): Promise<Result<{ id: string }, Rejection>> {
  const db = database(env.DB);
  const { id, channelId } = campaign;
  const known = await campaigns.find(db, id);
  if (known?.source === 'parley') return fail({ reason: 'campaign_own' });
  if (known && known.channelId !== channelId) return fail({ reason: 'campaign_channel' });
  if (!known && !(await hasChannel(env, channelId))) return fail({ reason: 'no_channel' });
  const now = { ...campaign, ref: ref ?? null, status: status === 'finished' ? ('sent' as const) : ('running' as const) };
  if (known && isSame(known, now)) return ok({ id });
  const at = Date.now();
  const act: AuditEntry = {
    at,
    actor,
    action: 'campaign.imported',
    subject: { type: 'campaign', id },
    details: { status, channelId, ...(keyId !== null && { keyId }) },
  };
  const dating = db
    .updateTable('campaigns')
    .set({
      updated_at: at,
      finished_at: sql<number | null>`iif(status = 'sent', coalesce(finished_at, cast(${at} as integer)), null)`,
    })
    .where('id', '=', id)
    .where('source', '=', 'api');
  await campaigns.insert(env.DB, { ...now, createdAt: at }, [dating, recording(db, act)]);
  return ok({ id });
}

const isSame = (a: campaigns.CampaignDetail, b: Omit<campaigns.ReportedCampaign, 'createdAt'>): boolean =>
  a.name === b.name &&
  a.template === b.template &&
  a.status === b.status &&
  a.ref === b.ref &&
  JSON.stringify([...a.labels].sort()) === JSON.stringify([...new Set(b.labels)].sort());

async function hasChannel(env: Env, channelId: string): Promise<boolean> {
  return (await channels.list(database(env.DB))).some(({ id }) => id === channelId);
}

/**
 * Records what a campaign of another system has sent: all of the call or nothing. Replies that were quicker find their campaign now. The
 * same again changes nothing, and brings nobody back who has been erased since. `recorded`: how many were new.
 */
export async function reportSends(
  env: Env,
  { campaignId, sends }: ReportedSends,
): Promise<Result<{ recorded: number }, Rejection>> {
  const db = database(env.DB);
  const campaign = await campaigns.find(db, campaignId);
  if (!campaign) return fail({ reason: 'campaign_unknown' });
  if (campaign.source !== 'api') return fail({ reason: 'campaign_own' });
  const { channelId } = campaign;
  const channel = (await channels.list(db)).find(({ id }) => id === channelId);
  if (!channel) return fail({ reason: 'no_channel' });
  const addressed = sends.map((send) => ({ ...send, address: addressOn(channel.provider, send.address) }));
  const wrong = wrongSendOf(addressed, Date.now());
  if (wrong) return fail({ reason: 'bad_send', ...wrong });
  const receivers = addressed.map(({ address }) => ({ channelId, address: identityOf(channel.provider, address ?? '') }));
  const marks = await marksOf(env.SECRET_KEY, receivers);
  const rows = addressed.map(({ address, providerMessageId = null, token = null, ...send }, i) => ({
    ...send,
    campaignId,
    channelId,
    address: address ?? '',
    mark: marks[i] ?? '',
    providerMessageId,
    token,
  }));
  const conflict = async () => {
    const found = await reports.contradiction(env.DB, { campaignId, channelId }, rows);
    return found && fail({ reason: 'send_conflict' as const, ...found });
  };
  const refusal = await conflict();
  if (refusal) return refusal;
  try {
    const { recorded, waiting } = await reports.record(env.DB, campaignId, rows, Date.now());
    // Whoever reports them reports them again.
    if ((await catchUp(env, waiting)).length > 0) throw new Error('a reply could not be attributed');
    return ok({ recorded });
  } catch (error) {
    // Another call may have come between the look and the record.
    const late = await conflict();
    if (late) return late;
    throw error;
  }
}
