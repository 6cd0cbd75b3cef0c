import { ReportQuery } from '../../../domain/report';
import { reportOf, wallOf } from '../../reports';
import { allowed, router } from '../trpc';

const readers = allowed('reports');

/** How the workspace is doing: figures only, nothing of what anybody wrote. */
export const reportsRouter = router({
  now: readers.query(({ ctx }) => wallOf(ctx.env)),
  of: readers.input(ReportQuery).query(({ ctx, input }) => reportOf(ctx.env, input)),
});
