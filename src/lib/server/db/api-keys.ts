import { z } from 'zod';
import { Scope, type ApiKey, type NewKey } from '../../domain/api-key';
import { recordingIfChanged, type AuditEntry } from './audit';
import { batch, database, hasChanged, type Db } from './client';

const Scopes = z.array(Scope);
const columns = [
  'id', 'name', 'prefix', 'scopes', 'created_by_name', 'created_at', 'expires_at', 'last_used_at', 'revoked_at',
] as const; // prettier-ignore

/** All keys, the newest first, revoked ones included. */
export async function list(db: Db): Promise<ApiKey[]> {
  const rows = await db.selectFrom('api_keys').select(columns).orderBy('created_at', 'desc').orderBy('id').limit(500).execute();
  return rows.map(keyOf);
}

/** The key with this hash, whatever has become of it; null when there is none. */
export async function byHash(db: Db, hash: string): Promise<ApiKey | null> {
  const row = await db.selectFrom('api_keys').select(columns).where('key_hash', '=', hash).executeTakeFirst();
  return row ? keyOf(row) : null;
}

/** Keeps a new key by its hash. False when one with that id is there already; that one stays. */
export async function issue(
  d1: D1Database,
  key: NewKey & { hash: string; prefix: string; by: { id: string; name: string }; at: number },
  act: AuditEntry,
): Promise<boolean> {
  const db = database(d1);
  const { id, name, hash, prefix, scopes, expiresAt, by, at } = key;
  const inserting = db
    .insertInto('api_keys')
    .values({
      id,
      name,
      key_hash: hash,
      prefix,
      scopes: JSON.stringify([...new Set(scopes)]),
      created_by: by.id,
      created_by_name: by.name,
      created_at: at,
      expires_at: expiresAt,
    })
    .onConflict((conflict) => conflict.column('id').doNothing());
  const [inserted] = await batch(d1, [inserting, recordingIfChanged(db, act)]);
  return hasChanged(inserted);
}

/** From now on the key opens nothing. False when there is no such key, or it was revoked before. */
export async function revoke(d1: D1Database, id: string, at: number, act: AuditEntry): Promise<boolean> {
  const db = database(d1);
  const revoking = db.updateTable('api_keys').set({ revoked_at: at }).where('id', '=', id).where('revoked_at', 'is', null);
  const [revoked] = await batch(d1, [revoking, recordingIfChanged(db, act)]);
  return hasChanged(revoked);
}

/** A use is noted this often. */
const NOTED_MS = 60_000;

/** Notes that the key is in use, where that has not been noted in the last minute. */
export async function noteUse(db: Db, { id, lastUsedAt }: ApiKey, now: number): Promise<void> {
  if (lastUsedAt !== null && now - lastUsedAt < NOTED_MS) return;
  await db.updateTable('api_keys').set({ last_used_at: now }).where('id', '=', id).execute();
}

type Row = {
  id: string;
  name: string;
  prefix: string;
  scopes: string;
  created_by_name: string;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  revoked_at: number | null;
};

const keyOf = (row: Row): ApiKey => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  scopes: Scopes.parse(JSON.parse(row.scopes)),
  createdBy: row.created_by_name,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
});
