import { z } from 'zod';
import { CampaignId, outcomes, phaseStatuses, type BroadcastPlan, type Progress } from '../../../domain/broadcast';
import { isUnderWay } from '../../../domain/campaign-lifecycle';
import { may } from '../../../domain/role';
import { broadcastOf } from '../../bindings';
import * as audiences from '../../campaign-audience';
import type { CampaignDetail } from '../../db/campaigns';
import * as drafts from '../../db/campaign-drafts';
import { act, completeOf, detailOf, entryOf, factsOf, One, refused, Seen, type Caller, type Step } from '../campaign-act';
import { rejected } from '../errors';
import { allowed } from '../trpc';

const readers = allowed('campaigns');
const senders = allowed('campaigns.send');

const YEAR_MS = 366 * 86_400_000;
const MINUTE_MS = 60_000;

/** How far its sending is, as the object that does it says; null = it has none (yet). */
export async function progressOf(
  { env }: Caller,
  { id, source }: Pick<CampaignDetail, 'id' | 'source'>,
): Promise<Progress | null> {
  return source === 'parley' && CampaignId.safeParse(id).success ? broadcastOf(env, id).progress() : null;
}

const underWay = ['scheduled', 'sending', 'paused', 'stopped', 'sent'];
const toCome = ['scheduled', 'sending', 'paused'];

/**
 * The campaign as it really is: while it is under way, its object knows better than the last line it wrote about itself. Of which its
 * object knows nothing, that nothing comes by itself: it is as it was before it was handed over.
 */
export async function truthOf(
  ctx: Caller,
  campaign: CampaignDetail,
): Promise<{ campaign: CampaignDetail; progress: Progress | null }> {
  if (!underWay.includes(campaign.status)) return { campaign, progress: null };
  const progress = await progressOf(ctx, campaign);
  if (!progress) {
    const isLost = campaign.source === 'parley' && toCome.includes(campaign.status) && campaign.startedAt === null;
    return { campaign: isLost ? { ...campaign, status: 'approved', scheduledAt: null } : campaign, progress };
  }
  const { recipients, sent, delivered, read, failed, unknown, startedAt, finishedAt } = progress;
  const figures = { ...campaign.figures, recipients, sent, delivered, read, failed, unknown };
  // One that is sent at once waits for its turn for a moment too.
  const status = progress.phase === 'scheduled' ? campaign.status : phaseStatuses[progress.phase];
  return { campaign: { ...campaign, status, figures, startedAt, finishedAt }, progress };
}

/** Tells the object of a campaign that was scheduled, and is not any more. One that does not hear it finds so at its time. */
export async function withdraw({ env }: Caller, { id, status }: CampaignDetail): Promise<void> {
  if (status !== 'scheduled') return;
  try {
    await broadcastOf(env, id).cancel();
  } catch (error) {
    console.warn({ event: 'campaign_not_cancelled', campaign: id, error: String(error) });
  }
}

/** Hands the approved campaign to its object, at once or at a time. When that does not work it is approved again, and nothing else. */
async function launch(ctx: Caller, id: string, version: number, at: number | null, step: Pick<Step, 'act' | 'name'>) {
  const { campaign } = await truthOf(ctx, await detailOf(ctx, id));
  const facts = await completeOf(ctx, campaign);
  if (!facts.channel.enabled) throw refused('The channel of this campaign is out of service.');
  if (step.act === 'schedule' && campaign.status === 'scheduled' && campaign.scheduledAt !== at)
    throw rejected({ reason: 'campaign_status', status: 'scheduled' });
  const { isChange } = await act(ctx, campaign, version, { ...step, scheduledAt: at, details: { at } });
  const { name, labels, channelId, content, audience } = campaign;
  const plan: BroadcastPlan = {
    campaignId: id,
    name,
    labels,
    channelId,
    content,
    template: facts.template,
    segmentId: audience.segmentId,
    at,
    origin: ctx.origin,
  };
  try {
    await broadcastOf(ctx.env, id).launch(plan);
  } catch (error) {
    if (!isChange || (await takeBack(ctx, id, version + 1, step.name))) throw error;
    // It was launched all the same, and has begun.
    if (!isUnderWay((await detailOf(ctx, id)).status)) throw error;
  }
  return {};
}

/** False when it has begun, or somebody has changed it. One that was launched all the same finds at its time that it is not to begin. */
async function takeBack({ env, agent }: Caller, id: string, version: number, name: string): Promise<boolean> {
  const at = Date.now();
  const move = { status: 'approved' as const, scheduledAt: null };
  return drafts.change(env.DB, { id, version, move, by: agent, at, act: entryOf(agent, at, 'not_started', id, { after: name }) });
}

/** An act on what is under way: recorded, then done by the object; done twice it is done once. */
async function steer(ctx: Caller, id: string, step: Step & { act: 'pause' | 'resume' | 'stop' }) {
  const { campaign } = await truthOf(ctx, await detailOf(ctx, id));
  await act(ctx, campaign, campaign.version, step);
  await broadcastOf(ctx.env, id)[step.act]();
  return {};
}

const Recipients = One.extend({
  outcome: z.enum(outcomes).optional(),
  after: z.number().int().min(0).default(0),
  limit: z.number().int().min(1).max(200).default(50),
});

/** What is done with a campaign that was approved. */
export const campaignSending = {
  /** Sends it at a time, epoch ms. */
  schedule: senders.input(Seen.extend({ at: z.number().int() })).mutation(({ ctx, input: { id, version, at } }) => {
    const now = Date.now();
    if (at < now - MINUTE_MS) throw refused('This time has passed. Choose a later one.');
    if (at > now + YEAR_MS) throw refused('This is more than a year away. Choose an earlier time.');
    return launch(ctx, id, version, at, { act: 'schedule', name: 'scheduled' });
  }),

  /** Not at that time after all; it stays approved. */
  unschedule: senders.input(Seen).mutation(async ({ ctx, input: { id, version } }) => {
    const { campaign } = await truthOf(ctx, await detailOf(ctx, id));
    await act(ctx, campaign, version, { act: 'unschedule', name: 'unscheduled', scheduledAt: null });
    await withdraw(ctx, campaign);
    return {};
  }),

  /** How many people it would reach if it were sent now; null when its segment is gone. */
  reach: senders.input(One).query(async ({ ctx, input: { id } }) => {
    const campaign = await detailOf(ctx, id);
    const { provider } = await factsOf(ctx, campaign);
    return { total: await audiences.countReachable(ctx.env, campaign.audience, campaign.channelId, provider) };
  }),

  sendNow: senders
    .input(Seen)
    .mutation(({ ctx, input: { id, version } }) => launch(ctx, id, version, null, { act: 'send', name: 'started' })),

  /** Nobody is called any more until it is resumed. */
  pause: senders.input(One).mutation(({ ctx, input }) => steer(ctx, input.id, { act: 'pause', name: 'paused' })),
  resume: senders.input(One).mutation(({ ctx, input }) => steer(ctx, input.id, { act: 'resume', name: 'resumed' })),
  /** For good: who has not been called stays uncalled. */
  stop: senders.input(One).mutation(({ ctx, input }) => steer(ctx, input.id, { act: 'stop', name: 'stopped' })),

  /** What became of each recipient. Who they are is for those who may see people. */
  recipients: readers.input(Recipients).query(async ({ ctx, input: { id, outcome, after, limit } }) => {
    const campaign = await detailOf(ctx, id);
    const isOurs = (await progressOf(ctx, campaign)) !== null;
    const rows = isOurs
      ? await broadcastOf(ctx.env, id).recipients({ ...(outcome && { outcome }), after, limit: limit + 1 })
      : [];
    const isOpen = may(ctx.agent.role, 'people');
    const items = rows.slice(0, limit).map(({ personId, name, address, ...row }) => ({ ...row, person: isOpen ? { id: personId, name, address } : null })); // prettier-ignore
    return { items, nextAfter: rows.length > limit ? (items.at(-1)?.seq ?? null) : null };
  }),
};
