import { sql, type RawBuilder } from 'kysely';
import { identityOf, spellingsOf } from '../../domain/address';
import type { Attribution, CampaignMatch } from '../../domain/campaign';
import type { ProviderName } from '../../domain/provider-rules';
import { labelsOf, textsOf } from './campaigns';
import type { Db } from './client';

/** What a reply carries that may lead to a campaign. `at` in epoch ms. */
export type Reply = {
  channelId: string;
  provider: ProviderName;
  /** All by which whoever replies is known on the channel, in any spelling. */
  addresses: readonly string[];
  replyTo: string | null;
  token: string | null;
  /** The send that the token proves to be about, when it is one that Parley has signed. */
  sendId?: string | null;
  ref: string | null;
  at: number;
};

/** A reply without any mark counts for the newest campaign message of this long before it. */
const INFERRED_WITHIN_MS = 72 * 3_600_000;
/** Providers' clocks and whole seconds can put a quick reply before the send it answers. */
const CLOCK_SKEW_MS = 300_000;

/**
 * Which campaign a reply answers. In order: the message it quotes (`exact`), our token in a button or link (`token`), a referral
 * (`ref`), the newest campaign message to them within 72 h (`inferred`). null = none.
 */
export async function attribute(db: Db, reply: Reply): Promise<Attribution | null> {
  return (
    (reply.replyTo === null ? null : await byQuote(db, reply, reply.replyTo)) ??
    (reply.sendId ? await bySend(db, reply, reply.sendId) : null) ??
    (reply.token === null ? null : await byToken(db, reply, reply.token)) ??
    (reply.ref === null ? null : await byRef(db, reply, reply.ref)) ??
    (await byRecency(db, reply))
  );
}

async function byQuote(db: Db, reply: Reply, replyTo: string): Promise<Attribution | null> {
  const row = await sends(db)
    .where('s.channel_id', '=', reply.channelId)
    .where('s.provider_message_id', '=', replyTo)
    .executeTakeFirst();
  return row && isTheirs(reply, row.address) ? found(row, 'exact') : null;
}

async function bySend(db: Db, reply: Reply, sendId: string): Promise<Attribution | null> {
  const row = await sends(db).where('s.id', '=', sendId).where('s.channel_id', '=', reply.channelId).executeTakeFirst();
  if (!row) return null;
  return isTheirs(reply, row.address) ? found(row, 'token') : unsent(row, 'token', reply.at);
}

async function byToken(db: Db, reply: Reply, token: string): Promise<Attribution | null> {
  const row = await sends(db).where('s.token', '=', token).where('s.channel_id', '=', reply.channelId).executeTakeFirst();
  if (!row) return null;
  // A link that was passed on: the campaign is the same, but the text was written to somebody else.
  return isTheirs(reply, row.address) ? found(row, 'token') : unsent(row, 'token', reply.at);
}

/** Whether something that was sent to this address was sent to them. */
export function isTheirs({ provider, addresses }: Pick<Reply, 'provider' | 'addresses'>, address: string): boolean {
  const identity = identityOf(provider, address);
  return addresses.some((one) => identityOf(provider, one) === identity);
}

async function byRef(db: Db, reply: Reply, ref: string): Promise<Attribution | null> {
  const campaign = await db
    .selectFrom('campaigns as k')
    .select(['k.id as campaign_id', 'k.name', 'k.template', labelsOf.as('labels')])
    .where('k.channel_id', '=', reply.channelId)
    .where('k.ref', '=', ref)
    .orderBy('k.created_at', 'desc')
    .executeTakeFirst();
  if (!campaign) return null;
  const send = await newestSend(db, reply, sql`x.campaign_id = ${campaign.campaign_id}`);
  return send ? found(send, 'ref') : unsent(campaign, 'ref', reply.at);
}

async function byRecency(db: Db, reply: Reply): Promise<Attribution | null> {
  const row = await newestSend(db, reply, sql`x.sent_at >= ${reply.at - INFERRED_WITHIN_MS}`);
  return row ? found(row, 'inferred') : null;
}

/** The newest of what they were sent; of each spelling the index gives the newest by itself. */
function newestSend(
  db: Db,
  { channelId, provider, addresses, at }: Reply,
  holds: RawBuilder<unknown>,
): Promise<SendRow | undefined> {
  const spellings = JSON.stringify([...new Set(addresses.flatMap((address) => spellingsOf(provider, address)))]);
  return sends(db)
    .where(
      sql<boolean>`s.id in (select (select x.id from campaign_sends as x where x.channel_id = ${channelId} and x.address = j.value
        and x.sent_at <= ${at + CLOCK_SKEW_MS} and ${holds} order by x.sent_at desc limit 1) from json_each(${spellings}) as j)`,
    )
    .orderBy('s.sent_at', 'desc')
    .executeTakeFirst();
}

const sends = (db: Db) =>
  db
    .selectFrom('campaign_sends as s')
    .innerJoin('campaigns as k', 'k.id', 's.campaign_id')
    .select(['s.id', 's.campaign_id', 's.address', 's.provider_message_id', 's.text', 's.buttons', 's.sent_at'])
    .select(['k.name', 'k.template', labelsOf.as('labels')]);

type CampaignRow = { campaign_id: string; name: string; template: string; labels: string };
type SendRow = CampaignRow & { id: string; provider_message_id: string | null; text: string; buttons: string; sent_at: number };

const found = (row: SendRow, match: CampaignMatch): Attribution => ({
  campaign: { id: row.campaign_id, name: row.name, labels: textsOf(row.labels), match },
  send: {
    id: row.id,
    providerMessageId: row.provider_message_id,
    text: row.text,
    buttons: textsOf(row.buttons),
    at: row.sent_at,
  },
});

/** The end user came by a link of a campaign that was never sent to them: its template stands for the message. */
const unsent = (row: CampaignRow, match: CampaignMatch, at: number): Attribution => ({
  campaign: { id: row.campaign_id, name: row.name, labels: textsOf(row.labels), match },
  send: { id: row.campaign_id, providerMessageId: null, text: row.template, buttons: [], at },
});

/** The campaign of a message that is not recorded yet, as its sender knows it; null when there is no such campaign on the channel. */
export async function unrecorded(
  db: Db,
  channelId: string,
  campaignId: string,
  send: Attribution['send'],
): Promise<Attribution | null> {
  const row = await db
    .selectFrom('campaigns as k')
    .select(['k.id', 'k.name', labelsOf.as('labels')])
    .where('k.id', '=', campaignId)
    .where('k.channel_id', '=', channelId)
    .executeTakeFirst();
  return row ? { campaign: { id: row.id, name: row.name, labels: textsOf(row.labels), match: 'token' }, send } : null;
}
