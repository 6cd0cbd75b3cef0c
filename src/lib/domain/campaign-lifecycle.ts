import { z } from 'zod';
import { fail, ok, type Result } from './result';
import { may, type Agent, type Permission } from './role';

/** `running`: owned by another system, which only reports its sends. */
export const CampaignStatus = z.enum([
  'draft', 'submitted', 'approved', 'scheduled', 'sending', 'paused', 'sent', 'stopped', 'running',
]); // prettier-ignore
export type CampaignStatus = z.infer<typeof CampaignStatus>;

/** What somebody can do to a campaign. `schedule`: send at a time; `unschedule`: not at that time after all, still approved. */
export const campaignActs = [
  'edit', 'submit', 'approve', 'sendBack', 'schedule', 'unschedule', 'send', 'pause', 'resume', 'stop', 'remove',
] as const; // prettier-ignore
export type CampaignAct = (typeof campaignActs)[number];

/** What the decision needs to know of a campaign. `authors`: ids of those who made or submitted it. */
export type CampaignState = { status: CampaignStatus; authors: readonly string[]; isSentBack: boolean };

/** Why an act is refused. */
export type ActRefusal =
  | { reason: 'forbidden' }
  /** Nobody but an Admin approves what they wrote themselves. */
  | { reason: 'own_campaign' }
  | { reason: 'campaign_status'; status: CampaignStatus };

/** Where an act leads from each status it may be done in. What is in no row is refused. */
const table: Record<CampaignAct, { permission: Permission; from: Partial<Record<CampaignStatus, CampaignStatus>> }> = {
  // A change takes the approval away: what goes out is what was approved.
  edit: {
    permission: 'campaigns.draft',
    from: { draft: 'draft', submitted: 'draft', approved: 'draft', scheduled: 'draft' },
  },
  submit: { permission: 'campaigns.draft', from: { draft: 'submitted' } },
  approve: { permission: 'campaigns.approve', from: { submitted: 'approved' } },
  sendBack: { permission: 'campaigns.approve', from: { submitted: 'draft', approved: 'draft', scheduled: 'draft' } },
  schedule: { permission: 'campaigns.send', from: { approved: 'scheduled' } },
  unschedule: { permission: 'campaigns.send', from: { scheduled: 'approved' } },
  send: { permission: 'campaigns.send', from: { approved: 'sending', scheduled: 'sending' } },
  pause: { permission: 'campaigns.send', from: { sending: 'paused' } },
  resume: { permission: 'campaigns.send', from: { paused: 'sending' } },
  stop: { permission: 'campaigns.send', from: { sending: 'stopped', paused: 'stopped' } },
  remove: { permission: 'campaigns.draft', from: { draft: 'draft' } },
};

/** Statuses in which an act was plainly done already: asking again is the second click of a double click, not a mistake. */
const done: Partial<Record<CampaignAct, readonly CampaignStatus[]>> = {
  submit: ['submitted'],
  approve: ['approved'],
  schedule: ['scheduled'],
  unschedule: ['approved'],
  // A campaign of few is over before the second click arrives.
  send: ['sending', 'paused', 'sent'],
  pause: ['paused'],
  resume: ['sending'],
  stop: ['stopped'],
};

/**
 * What an act makes of a campaign: its next status, and whether that is a change at all (twice = once). Pure; asked at every call,
 * whatever the page has shown.
 */
export function decideAct(
  { status, authors, isSentBack }: CampaignState,
  act: CampaignAct,
  agent: Agent,
): Result<{ status: CampaignStatus; isChange: boolean }, ActRefusal> {
  const { permission, from } = table[act];
  if (!may(agent.role, permission)) return fail({ reason: 'forbidden' });
  if (act === 'approve' && agent.role !== 'admin' && authors.includes(agent.id)) return fail({ reason: 'own_campaign' });
  const isDone = done[act]?.includes(status) === true || (act === 'sendBack' && status === 'draft' && isSentBack);
  if (isDone) return ok({ status, isChange: false });
  const next = from[status];
  return next ? ok({ status: next, isChange: true }) : fail({ reason: 'campaign_status', status });
}

/** The acts that this person could do now and that would change something: what pages offer. */
export function actsFor(state: CampaignState, agent: Agent): CampaignAct[] {
  return campaignActs.filter((act) => {
    const decided = decideAct(state, act, agent);
    return decided.ok && decided.value.isChange;
  });
}

/** Whether the campaign is on its way out, or has been: its content is history. */
export const isUnderWay = (status: CampaignStatus): boolean =>
  status === 'sending' || status === 'paused' || status === 'sent' || status === 'stopped';

/** What was said in the review of a campaign, in order. `sentBack` has a comment. Times in epoch ms. */
export const ReviewEntry = z.object({
  act: z.enum(['submitted', 'approved', 'sentBack', 'changed']),
  by: z.object({ id: z.string(), name: z.string() }),
  at: z.number(),
  comment: z.string().nullable(),
});
export type ReviewEntry = z.infer<typeof ReviewEntry>;
