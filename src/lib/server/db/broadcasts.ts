import { sql } from 'kysely';
import { phaseStatuses, type Progress } from '../../domain/broadcast';
import { database } from './client';

/**
 * Shows in `campaigns` how far its sending is, unless something newer stands there already. The status follows while the campaign is
 * under way: what has become a draft again, or ended, is nobody's to change.
 */
export async function writeFigures(d1: D1Database, campaignId: string, progress: Progress, version: number): Promise<void> {
  const { phase, recipients, sent, delivered, read, failed, unknown, startedAt, finishedAt } = progress;
  await database(d1)
    .updateTable('campaigns')
    .set({
      recipients,
      sent,
      delivered,
      read,
      failed,
      unknown,
      started_at: startedAt,
      finished_at: finishedAt,
      figures_version: version,
      status: sql<string>`iif(status in ('approved', 'scheduled', 'sending', 'paused'), ${phaseStatuses[phase]}, status)`,
    })
    .where('id', '=', campaignId)
    .where('figures_version', '<', version)
    .execute();
}
