import { replyRate } from '../domain/campaign-figures';
import type { CampaignStatus } from '../domain/campaign-lifecycle';
import type { Outcome } from '../domain/broadcast';

/** A campaign's status as pages name it. */
export const campaignStatusNames: Record<CampaignStatus, string> = {
  draft: 'Draft',
  submitted: 'Waits for approval',
  approved: 'Approved',
  scheduled: 'Scheduled',
  sending: 'Sending',
  paused: 'Paused',
  sent: 'Sent',
  stopped: 'Stopped',
  running: 'Run elsewhere',
};

/** What became of one recipient. */
export const outcomeNames: Record<Outcome, string> = {
  queued: 'Waiting',
  sending: 'Being sent',
  unknown: 'Uncertain',
  sent: 'Sent',
  failed: 'Failed',
  delivered: 'Delivered',
  read: 'Read',
  skipped: 'Left out',
};

const shares = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

/** `4.2%`, or a dash while there is nobody to be a share of. */
export function replyRateText(figures: Parameters<typeof replyRate>[0]): string {
  const rate = replyRate(figures);
  return rate === null ? '–' : shares.format(rate);
}
