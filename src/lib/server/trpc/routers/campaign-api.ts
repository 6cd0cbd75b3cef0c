import { ImportedCampaign, ReportedSends } from '../../../domain/campaign-report';
import { importCampaign, reportSends } from '../../campaign-reports';
import { unwrap } from '../errors';
import { reported } from '../trpc';

/** What another system tells of the campaigns that it owns, with a key of the API or as somebody who may write campaigns. */
export const campaignApi = {
  /** Makes a campaign known under the caller's id, or brings it up to date; one of Parley's own is never touched. */
  import: reported('campaigns.draft', 'campaigns.write')
    .input(ImportedCampaign)
    .mutation(async ({ ctx, input }) => unwrap(await importCampaign(ctx.env, ctx.reporter, input))),

  /** Records what such a campaign has sent to whom, all of it or nothing. */
  recordSends: reported('campaigns.draft', 'sends.write')
    .input(ReportedSends)
    .mutation(async ({ ctx, input }) => unwrap(await reportSends(ctx.env, input))),
};
