import type { Compilable, Selectable } from 'kysely';
import { z } from 'zod';
import type { Channel, ChannelSecrets, ChannelSettings, ProviderName } from '../../domain/provider';
import { decryptSecrets, encryptSecrets } from '../secrets';
import type { Db } from './client';
import type { ChannelTable } from './schema';

/** What pages may know of a channel; times in epoch ms. */
export type ChannelSummary = {
  id: string;
  provider: ProviderName;
  name: string;
  accountId: string;
  enabled: boolean;
  createdAt: number;
  updatedAt: number;
};

/** What the channel's own page may know besides: the names of its secrets, never a secret. */
export type ChannelDetail = ChannelSummary & {
  settings: ChannelSettings;
  /** Which secrets are set; null when they cannot be decrypted, because SECRET_KEY is another than the one they were stored under. */
  secretNames: (keyof ChannelSecrets)[] | null;
  /** Until when the secrets before the latest rotation are taken as well; null when they are not (any more). */
  previousUntil: number | null;
};

/** A channel as stored, whether in service or not. */
export type StoredChannel = {
  /** With its current secrets only. */
  channel: Channel;
  enabled: boolean;
  /** The secrets before the latest rotation, and until when they are taken. */
  previous: { secrets: ChannelSecrets; until: number } | null;
};

/** Settings as stored. Which of them a provider has, and of what form, is for its channel form to say. */
export const Settings: z.ZodType<ChannelSettings> = z
  .object({
    businessId: z.string().optional(),
    humanAgent: z.boolean().optional(),
    sendUrl: z.string().optional(),
    mediaHosts: z.array(z.string()).optional(),
  })
  .catchall(z.union([z.string(), z.boolean(), z.array(z.string())]));

/** What is checked on arrival may be the old or the new one for a while; of what we send with there is only the new one. */
const overlapping = ['appSecret', 'verifyToken', 'webhookSecret'] as const;

/** The enabled channel with its secrets in the clear, at this time; null when there is none. Throws when they cannot be decrypted. */
export async function find(db: Db, id: string, secretKey: string, now: number): Promise<Channel | null> {
  const stored = await load(db, id, secretKey);
  return stored?.enabled ? withPrevious(stored, now) : null;
}

/** The channel as stored; null when there is none. Throws when its secrets cannot be decrypted. */
export async function load(db: Db, id: string, secretKey: string): Promise<StoredChannel | null> {
  const row = await rowOf(db, id);
  return row ? readRow(row, secretKey) : null;
}

/** A row of the table, its secrets encrypted. */
export type ChannelRow = Selectable<ChannelTable>;

/** What is stored of the channel, its secrets encrypted, to be kept elsewhere; null when there is none. */
export const loadRow = async (db: Db, id: string): Promise<ChannelRow | null> => (await rowOf(db, id)) ?? null;

/** The channel of a stored row. Throws when its secrets cannot be decrypted. */
export async function readRow(row: ChannelRow, secretKey: string): Promise<StoredChannel> {
  const { id, provider, name, account_id, settings, previous_secrets, previous_until } = row;
  const secrets = await decryptSecrets(row.secrets, id, secretKey);
  const previous =
    previous_secrets === null || previous_until === null
      ? null
      : { secrets: await decryptSecrets(previous_secrets, id, secretKey), until: previous_until };
  const channel = { id, provider, name, accountId: account_id, settings: settingsOf(settings), secrets };
  return { channel, enabled: row.enabled === 1, previous };
}

/** The channel as webhooks meet it at this time: during a rotation a secret is `new,old`, and either is good. */
export function withPrevious({ channel, previous }: StoredChannel, now: number): Channel {
  if (!previous || now >= previous.until) return channel;
  const secrets = { ...channel.secrets };
  for (const name of overlapping) {
    const [current, old] = [secrets[name], previous.secrets[name]];
    if (current !== undefined && old !== undefined && old !== current) secrets[name] = `${current},${old}`;
  }
  return { ...channel, secrets };
}

/** All channels, without their secrets, by name. */
export async function list(db: Db): Promise<ChannelSummary[]> {
  const rows = await db
    .selectFrom('channels')
    .select(['id', 'provider', 'name', 'account_id', 'enabled', 'created_at', 'updated_at'])
    .orderBy('name')
    .orderBy('id')
    .execute();
  return rows.map(summaryOf);
}

/** One channel for its page; null when there is none. */
export async function detail(db: Db, id: string, secretKey: string, now: number): Promise<ChannelDetail | null> {
  const row = await rowOf(db, id);
  if (!row) return null;
  const secrets = await secretsOf(row, secretKey);
  return {
    ...summaryOf(row),
    settings: settingsOf(row.settings),
    secretNames: secrets && namesOf(secrets),
    previousUntil: row.previous_until !== null && row.previous_until > now ? row.previous_until : null,
  };
}

/** The channel that already stands for this account of the provider. */
export async function byAccount(db: Db, provider: ProviderName, accountId: string): Promise<ChannelSummary | null> {
  const row = await db
    .selectFrom('channels')
    .selectAll()
    .where('provider', '=', provider)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row ? summaryOf(row) : null;
}

/** Adds an enabled channel, its secrets encrypted. An id that is taken is left as it is; false then. */
export async function insert(db: Db, channel: Channel, secretKey: string, now: number): Promise<boolean> {
  const { query } = await inserting(db, channel, secretKey, now);
  return (await query.executeTakeFirst()).numInsertedOrUpdatedRows === 1n;
}

/** The query of `insert`. In an object, as a query that is returned by itself from an async function would run. */
export async function inserting(db: Db, channel: Channel, secretKey: string, now: number) {
  const { id, provider, name, accountId } = channel;
  const secrets = await encryptSecrets(channel.secrets, id, secretKey);
  const settings = JSON.stringify(Settings.parse(channel.settings));
  const query = db
    .insertInto('channels')
    .values({ id, provider, name, account_id: accountId, settings, secrets, enabled: 1, created_at: now, updated_at: now })
    .onConflict((conflict) => conflict.column('id').doNothing());
  return { query };
}

/** The query that renames the channel and replaces its settings; what is left out stays. It changes nothing when there is none. */
export function updating(db: Db, id: string, change: { name?: string; settings?: ChannelSettings }, now: number) {
  const { name, settings } = change;
  return db
    .updateTable('channels')
    .set({
      updated_at: now,
      ...(name !== undefined && { name }),
      ...(settings && { settings: JSON.stringify(Settings.parse(settings)) }),
    })
    .where('id', '=', id);
}

/**
 * The query that puts new secrets in the place of those of the same name; the others stay. What arrives under the old ones is taken for `overlapMs`
 * more, 0 = not a moment longer. There are never more than two of a secret: a rotation during another one's overlap ends that. A new
 * access token alone overlaps with nothing. null when there is no such channel; it changes nothing when somebody else was quicker.
 */
export async function rotating(
  db: Db,
  id: string,
  secrets: ChannelSecrets,
  { overlapMs, secretKey, now }: { overlapMs: number; secretKey: string; now: number },
): Promise<{ query: Compilable<unknown> } | null> {
  const row = await rowOf(db, id);
  if (!row) return null;
  const current = await secretsOf(row, secretKey);
  const old: ChannelSecrets = {};
  for (const name of overlapping) if (secrets[name] !== undefined && current?.[name] !== undefined) old[name] = current[name];
  const previous = namesOf(old).length > 0 && overlapMs > 0 ? await encryptSecrets(old, id, secretKey) : null;
  const isArrivalKept = overlapping.every((name) => secrets[name] === undefined);
  const query = db
    .updateTable('channels')
    .set({
      secrets: await encryptSecrets({ ...current, ...secrets }, id, secretKey),
      ...(!isArrivalKept && { previous_secrets: previous, previous_until: previous === null ? null : now + overlapMs }),
      updated_at: now,
    })
    .where('id', '=', id)
    // What was read above is what is replaced.
    .where('secrets', '=', row.secrets);
  return { query };
}

/** The query that takes the channel into service, or out of it: a disabled one is unknown to its provider and cannot send. */
export const enabling = (db: Db, id: string, enabled: boolean, now: number) =>
  db
    .updateTable('channels')
    .set({ enabled: enabled ? 1 : 0, updated_at: now })
    .where('id', '=', id);

type Row = ChannelRow;

const rowOf = (db: Db, id: string): Promise<Row | undefined> =>
  db.selectFrom('channels').selectAll().where('id', '=', id).executeTakeFirst();

const settingsOf = (json: string): ChannelSettings => Settings.parse(JSON.parse(json));

function summaryOf(row: Omit<Row, 'settings' | 'secrets' | 'previous_secrets' | 'previous_until'>): ChannelSummary {
  const { id, provider, name, account_id, enabled, created_at, updated_at } = row;
  return { id, provider, name, accountId: account_id, enabled: enabled === 1, createdAt: created_at, updatedAt: updated_at };
}

/** null when they were stored under another key: they are lost, and new ones have to be entered. */
async function secretsOf({ id, secrets }: Row, secretKey: string): Promise<ChannelSecrets | null> {
  try {
    return await decryptSecrets(secrets, id, secretKey);
  } catch {
    return null;
  }
}

const secretNames = ['appSecret', 'verifyToken', 'accessToken', 'webhookSecret'] as const satisfies (keyof ChannelSecrets)[];
const namesOf = (secrets: ChannelSecrets): (keyof ChannelSecrets)[] => secretNames.filter((name) => secrets[name] !== undefined);
