import type { Channel, ProviderName } from '../../domain/provider';
import { decryptSecrets, encryptSecrets } from '../secrets';
import type { Db } from './client';

/** What pages may know of a channel; times in epoch ms. */
export type ChannelSummary = {
  id: string;
  provider: ProviderName;
  name: string;
  accountId: string;
  enabled: boolean;
  createdAt: number;
};

/** The enabled channel with its secrets in the clear; null when there is none. Throws when they cannot be decrypted. */
export async function find(db: Db, id: string, secretKey: string): Promise<Channel | null> {
  const row = await db.selectFrom('channels').selectAll().where('id', '=', id).where('enabled', '=', 1).executeTakeFirst();
  if (!row) return null;
  const secrets = await decryptSecrets(row.secrets, row.id, secretKey);
  return { id: row.id, provider: row.provider, name: row.name, accountId: row.account_id, secrets };
}

/** All channels, without their secrets, by name. */
export async function list(db: Db): Promise<ChannelSummary[]> {
  const rows = await db
    .selectFrom('channels')
    .select(['id', 'provider', 'name', 'account_id', 'enabled', 'created_at'])
    .orderBy('name')
    .orderBy('id')
    .execute();
  return rows.map(({ account_id, created_at, enabled, ...row }) => ({
    ...row,
    accountId: account_id,
    enabled: enabled === 1,
    createdAt: created_at,
  }));
}

/** Adds an enabled channel, its secrets encrypted. An id that is taken is left as it is; false then. */
export async function insert(db: Db, channel: Channel, secretKey: string, now: number): Promise<boolean> {
  const { id, provider, name, accountId } = channel;
  const secrets = await encryptSecrets(channel.secrets, id, secretKey);
  const result = await db
    .insertInto('channels')
    .values({ id, provider, name, account_id: accountId, secrets, enabled: 1, created_at: now })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** Takes the channel into service, or out of it: a disabled one is unknown to its provider and cannot send. */
export async function setEnabled(db: Db, id: string, enabled: boolean): Promise<void> {
  await db
    .updateTable('channels')
    .set({ enabled: enabled ? 1 : 0 })
    .where('id', '=', id)
    .execute();
}
