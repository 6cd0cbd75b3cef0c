import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { standIn, type CampaignContent } from '../../domain/campaign-content';
import { problemsOf, type Audience, type CampaignDraft, type DraftFacts } from '../../domain/campaign-draft';
import { decideAct, type CampaignAct, type CampaignStatus, type ReviewEntry } from '../../domain/campaign-lifecycle';
import type { Template } from '../../domain/template';
import type { Agent } from '../../domain/role';
import * as audiences from '../campaign-audience';
import type { AuditEntry } from '../db/audit';
import * as drafts from '../db/campaign-drafts';
import * as campaigns from '../db/campaigns';
import * as channels from '../db/channels';
import { database } from '../db/client';
import * as templates from '../db/templates';
import type { Context } from './context';
import { rejected, unwrap } from './errors';

export const One = z.strictObject({ id: z.string().min(1).max(64) });
/** The campaign as it was looked at: what somebody has changed since is not what is decided on. */
export const Seen = One.extend({ version: z.number().int().min(1) });

export const missing = () => new TRPCError({ code: 'NOT_FOUND', message: 'There is no such campaign.' });
export const refused = (message: string) => new TRPCError({ code: 'BAD_REQUEST', message });

/** A signed-in caller. */
export type Caller = Context & { agent: Agent };

/** The campaign, or the refusal that there is none such thrown. */
export async function detailOf({ env }: Context, id: string): Promise<campaigns.CampaignDetail> {
  const found = await campaigns.find(database(env.DB), id);
  if (!found) throw missing();
  return found;
}

/** More than this of a review is not kept. */
const MAX_REVIEW = 50;

export type Step = {
  act: CampaignAct;
  /** In the audit, after `campaign.`. */
  name: string;
  /** What is said in the review with it. */
  entry?: ReviewEntry['act'];
  comment?: string;
  scheduledAt?: number | null;
  draft?: CampaignDraft;
  details?: AuditEntry['details'];
};

/**
 * One act on a campaign: asked of the lifecycle, done at the version that was looked at, recorded. Says whether anything changed: the
 * second of two equal calls finds it done. Throws the refusals.
 */
export async function act(
  ctx: Caller,
  detail: campaigns.CampaignDetail,
  version: number,
  { act, name, entry, comment, scheduledAt, draft, details }: Step,
): Promise<{ status: CampaignStatus; isChange: boolean }> {
  const { agent, env } = ctx;
  const decided = unwrap(decideAct(campaigns.stateOf(detail), act, agent));
  if (!decided.isChange) return decided;
  if (version !== detail.version) throw changed(detail);
  const at = Date.now();
  const by = { id: agent.id, name: agent.name };
  const said = entry && [...detail.review, { act: entry, by, at, comment: comment ?? null }].slice(-MAX_REVIEW);
  const move = { status: decided.status, ...(said && { review: said }), ...(scheduledAt !== undefined && { scheduledAt }) };
  const record = entryOf(agent, at, name, detail.id, details);
  const written = draft && (await writtenOf(ctx, draft));
  const isDone = await drafts.change(env.DB, { id: detail.id, version, move, draft: written, by, at, act: record });
  if (isDone) return decided;
  const now = await detailOf(ctx, detail.id);
  // Two equal calls at once: the other one has done it.
  const again = draft ? null : decideAct(campaigns.stateOf(now), act, agent);
  if (again?.ok && !again.value.isChange) return again.value;
  // Nobody has changed it: it has begun to be sent.
  throw now.version === detail.version ? rejected({ reason: 'campaign_status', status: now.status }) : changed(now);
}

export const changed = ({ version, updatedBy, updatedAt }: campaigns.CampaignDetail) =>
  rejected({ reason: 'campaign_changed', version, by: updatedBy, at: updatedAt });

export const entryOf = (agent: Agent, at: number, name: string, id: string, details: AuditEntry['details'] = {}): AuditEntry => ({
  at,
  actor: { id: agent.id, name: agent.name },
  action: `campaign.${name}`,
  subject: { type: 'campaign', id },
  details,
});

/** The draft with the text that stands for its message. Throws when there is no such channel. */
export async function writtenOf({ env }: Context, draft: CampaignDraft): Promise<drafts.WrittenDraft> {
  const db = database(env.DB);
  const known = await channels.list(db);
  if (!known.some(({ id }) => id === draft.channelId)) throw refused('There is no such channel.');
  return { ...draft, standIn: standIn(draft.content, await templateOf({ env }, draft)) };
}

type Written = { channelId: string; content: CampaignContent; audience: Audience };

/** The channel's template that the content names. */
export async function templateOf(
  { env }: Pick<Context, 'env'>,
  { channelId, content }: Omit<Written, 'audience'>,
): Promise<Template | null> {
  const { template } = content;
  return template ? templates.find(database(env.DB), channelId, template.name, template.language) : null;
}

/** What the campaign is looked at against, as of now. Throws when its channel is gone. */
export async function factsOf(
  ctx: Pick<Context, 'env'>,
  campaign: Written,
): Promise<DraftFacts & { channel: channels.ChannelSummary }> {
  const channel = (await channels.list(database(ctx.env.DB))).find(({ id }) => id === campaign.channelId);
  if (!channel) throw refused('The channel of this campaign is not there any more.');
  const { segmentId } = campaign.audience;
  const [template, hasSegment, properties] = await Promise.all([
    templateOf(ctx, campaign),
    segmentId === null ? true : audiences.hasSegment(ctx.env, segmentId),
    audiences.properties(ctx.env),
  ]);
  return { provider: channel.provider, channel, template, customKeys: properties.map(({ key }) => key), hasSegment };
}

/** What the campaign was looked at against. Throws, with everything that is missing, when it is not complete. */
export async function completeOf(ctx: Pick<Context, 'env'>, campaign: Written) {
  const facts = await factsOf(ctx, campaign);
  const problems = problemsOf(campaign, facts);
  if (problems.length > 0) throw rejected({ reason: 'campaign_incomplete', problems });
  return facts;
}
