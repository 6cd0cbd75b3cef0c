/** How a campaign did. `sent`: the provider took it, those delivered and read among them; `replied`: recipients who wrote back, each once. */
export type CampaignFigures = {
  recipients: number;
  sent: number;
  delivered: number;
  read: number;
  failed: number;
  unknown: number;
  replied: number;
};

/** What the reply rate means, for where it is shown. */
export const REPLY_RATE_WORDS =
  'Recipients who replied, each counted once, out of those the message was delivered to. Where the app does not report delivery: out of those it was sent to.';

/**
 * The share of recipients who replied, from 0 to 1; null while there is nobody to be a share of. Out of those delivered to where the
 * provider has reported any delivery, else out of those sent to. A reply can be quicker than its receipt, so it is never more than 1.
 */
export function replyRate({ sent, delivered, replied }: Pick<CampaignFigures, 'sent' | 'delivered' | 'replied'>): number | null {
  const reached = delivered > 0 ? delivered : sent;
  return reached === 0 ? null : Math.min(1, replied / reached);
}
