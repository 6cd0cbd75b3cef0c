/** How sure it is that a reply answers a campaign: by its reply reference, our token, a referral, or the newest send only. */
export type CampaignMatch = 'exact' | 'token' | 'ref' | 'inferred';

const sureness: Record<CampaignMatch, number> = { inferred: 0, ref: 1, token: 2, exact: 3 };

/** Whether the one kind of match is surer than the other. */
export const isSurer = (a: CampaignMatch, b: CampaignMatch): boolean => sureness[a] > sureness[b];

/** The campaign a conversation is attributed to, as rows and headers show it. */
export type CampaignRef = { id: string; name: string; labels: string[]; match: CampaignMatch };

/** What the attribution look-up found: the campaign and the rendered message that the end user was sent. */
export type Attribution = {
  campaign: CampaignRef;
  send: { id: string; providerMessageId: string | null; text: string; buttons: string[]; at: number };
};
