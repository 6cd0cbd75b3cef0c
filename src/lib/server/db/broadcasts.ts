import { sql } from 'kysely';
import { phaseStatuses, type Progress } from '../../domain/broadcast';
import { database } from './client';

const BEGIN = `UPDATE campaigns SET status = iif(status = 'scheduled', 'sending', status), started_at = coalesce(started_at, ?3)
  WHERE id = ?1 AND (status IN ('sending', 'paused') OR (status = 'scheduled' AND scheduled_at = ?2)) RETURNING status`;

/**
 * Writes that a campaign's sending begins, if it is to: `at` is the time that was set when it was handed over, null = at once; epoch ms.
 * Answers with what it is now; null = it is not to be sent, or not then. Of this and whoever takes it back (`campaign-drafts.ts`) one is
 * first. Twice = once.
 */
export async function begin(
  d1: D1Database,
  campaignId: string,
  at: number | null,
  now: number,
): Promise<'sending' | 'paused' | null> {
  return d1.prepare(BEGIN).bind(campaignId, at, now).first<'sending' | 'paused'>('status');
}

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
