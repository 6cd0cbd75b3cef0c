import type { Env } from '../../../workers/env';
import { partsOfSendId } from '../domain/broadcast';
import type { PersonAddress, ReceivedCampaign } from '../domain/person';
import { broadcastOf } from './bindings';
import type { Db } from './db/client';
import { received } from './db/person-profile';
import { spelled } from './db/spellings';

/** Of the latest so many is asked what became of them: each campaign is a call of its object. */
const ASKED = 8;

/** The campaigns that somebody was sent, the latest first, with what is known of their delivery where Parley has sent them. */
export async function receivedCampaigns(env: Env, db: Db, known: readonly PersonAddress[]): Promise<ReceivedCampaign[]> {
  const sends = await received(db, await spelled(env.DB, known));
  return Promise.all(
    sends.map(async ({ sendId, ...campaign }, i) => ({ ...campaign, outcome: i < ASKED ? await outcomeOf(env, sendId) : null })),
  );
}

/** null: another system has sent it, nothing was reported, or its campaign does not answer for the moment: the page is worth more. */
async function outcomeOf(env: Env, sendId: string): Promise<ReceivedCampaign['outcome']> {
  const parts = partsOfSendId(sendId);
  if (!parts) return null;
  try {
    const outcome = await broadcastOf(env, parts.campaignId).outcome(parts.seq);
    return outcome === 'delivered' || outcome === 'read' || outcome === 'failed' ? outcome : null;
  } catch (error) {
    console.warn({ event: 'outcome_not_known', campaign: parts.campaignId, error: String(error) });
    return null;
  }
}
