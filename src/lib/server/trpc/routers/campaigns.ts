import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { answerWindowOf } from '../../../domain/audience-query';
import { CampaignId } from '../../../domain/broadcast';
import { MAX_CAMPAIGN_TEXT } from '../../../domain/campaign-content';
import { Audience, CampaignDraft, MAX_LABEL, MAX_LABELS, MAX_NAME } from '../../../domain/campaign-draft';
import { actsFor, CampaignStatus } from '../../../domain/campaign-lifecycle';
import { ChannelId } from '../../../domain/ids';
import * as audiences from '../../campaign-audience';
import * as drafts from '../../db/campaign-drafts';
import * as campaigns from '../../db/campaigns';
import * as channels from '../../db/channels';
import { database } from '../../db/client';
import * as templates from '../../db/templates';
import { act, detailOf, completeOf, entryOf, One, Seen, templateOf, writtenOf, changed, type Caller } from '../campaign-act'; // prettier-ignore
import { rejected } from '../errors';
import { allowed, router } from '../trpc';
import { campaignApi } from './campaign-api';
import { campaignSending, truthOf, withdraw } from './campaign-sending';

const readers = allowed('campaigns');
const writers = allowed('campaigns.draft');
const reviewers = allowed('campaigns.approve');

const Filters = z.strictObject({
  statuses: z.array(CampaignStatus).max(20).optional(),
  labels: z.array(z.string().max(64)).max(100).optional(),
  channelIds: z.array(ChannelId).max(100).optional(),
  search: z.string().max(200).optional(),
  cursor: z.string().max(100).optional(),
  limit: z.number().int().min(1).max(100).default(30),
});

/** Why a reviewer sends it back: an author has to know what to change. */
const Comment = z.string().trim().min(1).max(1_000);

/** A campaign as its page has it, with what this person may do to it now. */
async function viewOf(ctx: Caller, stored: campaigns.CampaignDetail) {
  const { campaign, progress } = await truthOf(ctx, stored);
  const state = campaigns.stateOf(campaign);
  const [template, channel, segment] = await Promise.all([
    templateOf(ctx, campaign),
    channelOf(ctx, campaign.channelId),
    audiences.nameOf(ctx.env, campaign.audience),
  ]);
  return { ...campaign, channel, chosenTemplate: template, segment, progress, acts: actsFor(state, ctx.agent), isOwn: state.authors.includes(ctx.agent.id) }; // prettier-ignore
}

/** The channel by its name; one that is gone is still named by its id. */
async function channelOf({ env }: Caller, id: string) {
  const found = (await channels.list(database(env.DB))).find((channel) => channel.id === id);
  return { id, name: found?.name ?? id, provider: found?.provider ?? null };
}

export const campaignsRouter = router({
  ...campaignSending,
  ...campaignApi,

  /** What the inbox can be filtered by: every campaign with its labels. */
  options: allowed('conversations').query(({ ctx }) => campaigns.options(database(ctx.env.DB))),

  /** One page of campaigns, the newest first. */
  list: readers.input(Filters).query(({ ctx, input }) => campaigns.list(database(ctx.env.DB), input)),

  /** What the list can be narrowed by. */
  filters: readers.query(async ({ ctx }) => {
    const db = database(ctx.env.DB);
    const [all, labels] = await Promise.all([channels.list(db), campaigns.labels(db)]);
    return { labels, channels: all.map(({ id, name, provider }) => ({ id, name, provider })) };
  }),

  get: readers.input(One).query(async ({ ctx, input }) => viewOf(ctx, await detailOf(ctx, input.id))),

  /** What an author can choose from: channels, the labels there are, and the properties that a text can hold. */
  choices: writers.query(async ({ ctx }) => {
    const db = database(ctx.env.DB);
    const [all, labels, properties] = await Promise.all([channels.list(db), campaigns.labels(db), audiences.properties(ctx.env)]);
    return { labels, properties, channels: all.map(({ id, name, provider, enabled }) => ({ id, name, provider, enabled })) };
  }),

  /** The approved templates of a channel. */
  templates: writers
    .input(z.strictObject({ channelId: ChannelId }))
    .query(({ ctx, input }) => templates.list(database(ctx.env.DB), input.channelId)),

  /**
   * How many people it would reach now; null when the segment is gone. `windowMs`: only those who wrote so shortly before get it, as the
   * channel takes nothing else.
   */
  previewAudience: writers.input(z.strictObject({ channelId: ChannelId, audience: Audience })).query(async ({ ctx, input }) => {
    const { provider } = await channelOf(ctx, input.channelId);
    if (provider === null) throw new TRPCError({ code: 'NOT_FOUND', message: 'There is no such channel.' });
    const total = await audiences.countReachable(ctx.env, input.audience, input.channelId, provider);
    return { total, windowMs: answerWindowOf(provider) };
  }),

  /** Makes a draft under an id of the caller's, so that the same call twice makes one. */
  create: writers
    .input(z.strictObject({ id: CampaignId, draft: CampaignDraft }))
    .mutation(async ({ ctx, input: { id, draft } }) => {
      const at = Date.now();
      const written = await writtenOf(ctx, draft);
      const isMade = await drafts.create(ctx.env.DB, {
        id,
        draft: written,
        by: ctx.agent,
        at,
        act: entryOf(ctx.agent, at, 'created', id),
      });
      const campaign = await detailOf(ctx, id);
      if (!isMade && campaign.createdBy?.id !== ctx.agent.id) throw changed(campaign);
      return viewOf(ctx, campaign);
    }),

  /** Changes a draft, all of it. What was approved has to be approved anew. */
  update: writers.input(Seen.extend({ draft: CampaignDraft })).mutation(async ({ ctx, input: { id, version, draft } }) => {
    const campaign = await detailOf(ctx, id);
    const isSame = JSON.stringify(draftOf(campaign)) === JSON.stringify(draftOf(draft));
    if (isSame) return viewOf(ctx, campaign);
    const isReviewed = campaign.status !== 'draft';
    await act(ctx, campaign, version, { act: 'edit', name: 'changed', draft, scheduledAt: null, ...(isReviewed && { entry: 'changed' }), details: { from: campaign.status } }); // prettier-ignore
    await withdraw(ctx, campaign);
    return viewOf(ctx, await detailOf(ctx, id));
  }),

  submit: writers.input(Seen).mutation(async ({ ctx, input: { id, version } }) => {
    const campaign = await detailOf(ctx, id);
    if (campaign.status === 'draft') await completeOf(ctx, campaign);
    await act(ctx, campaign, version, { act: 'submit', name: 'submitted', entry: 'submitted' });
    return viewOf(ctx, await detailOf(ctx, id));
  }),

  approve: reviewers.input(Seen).mutation(async ({ ctx, input: { id, version } }) => {
    const campaign = await detailOf(ctx, id);
    if (campaign.status === 'submitted') await completeOf(ctx, campaign);
    await act(ctx, campaign, version, { act: 'approve', name: 'approved', entry: 'approved' });
    return viewOf(ctx, await detailOf(ctx, id));
  }),

  sendBack: reviewers.input(Seen.extend({ comment: Comment })).mutation(async ({ ctx, input: { id, version, comment } }) => {
    const campaign = await detailOf(ctx, id);
    await act(ctx, campaign, version, { act: 'sendBack', name: 'sent_back', entry: 'sentBack', comment, scheduledAt: null });
    await withdraw(ctx, campaign);
    return viewOf(ctx, await detailOf(ctx, id));
  }),

  /** A new draft with the same content, under an id of the caller's; whatever became of the first. */
  duplicate: writers.input(One.extend({ newId: CampaignId })).mutation(async ({ ctx, input: { id, newId } }) => {
    const campaign = await detailOf(ctx, id);
    const at = Date.now();
    const written = { ...copyOf(campaign), standIn: campaign.template };
    const record = entryOf(ctx.agent, at, 'duplicated', newId, { from: id });
    const isMade = await drafts.create(ctx.env.DB, { id: newId, draft: written, by: ctx.agent, at, act: record });
    const made = await detailOf(ctx, newId);
    if (!isMade && made.createdBy?.id !== ctx.agent.id) throw changed(made);
    return { id: newId };
  }),

  /** Removes a draft for good. */
  remove: writers.input(Seen).mutation(async ({ ctx, input: { id, version } }) => {
    const campaign = await campaigns.find(database(ctx.env.DB), id);
    // It is gone already: the second click of a double click.
    if (!campaign) return {};
    if (!actsFor(campaigns.stateOf(campaign), ctx.agent).includes('remove')) throw rejected({ reason: 'campaign_status', status: campaign.status }); // prettier-ignore
    const isRemoved = await drafts.remove(ctx.env.DB, id, version, entryOf(ctx.agent, Date.now(), 'removed', id));
    const left = isRemoved ? null : await campaigns.find(database(ctx.env.DB), id);
    if (left) throw changed(left);
    return {};
  }),
});

/** What people write of a campaign; its labels as they are stored. */
const draftOf = ({ name, labels, channelId, content, audience }: Pick<campaigns.CampaignDetail, keyof CampaignDraft>) => ({
  name,
  labels: [...new Set(labels)].sort(),
  channelId,
  content,
  audience,
});

/** Another system keeps to no limits of ours: of what it wrote, as much is copied as fits. */
const copyOf = (campaign: campaigns.CampaignDetail): CampaignDraft => {
  const { name, labels, content, ...rest } = draftOf(campaign);
  const copy = `${name} (copy)`;
  return CampaignDraft.parse({
    ...rest,
    name: copy.length <= MAX_NAME ? copy : name.slice(0, MAX_NAME),
    labels: labels.filter((label) => label.length <= MAX_LABEL).slice(0, MAX_LABELS),
    content: { ...content, text: content.text.slice(0, MAX_CAMPAIGN_TEXT) },
  });
};
