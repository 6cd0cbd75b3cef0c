import type { Env } from '../../../workers/env';
import { base64Of, sha256Of, urlSafe } from '../domain/bytes';
import { KEY_START, keyStateOf, PREFIX_LENGTH, type ApiKey, type Scope } from '../domain/api-key';
import type { Rejection } from '../domain/rejection';
import { fail, ok, type Result } from '../domain/result';
import { keyMeterOf } from './bindings';
import * as keys from './db/api-keys';
import { database } from './db/client';

const KEY_BYTES = 32;
const FORM = new RegExp(`^Bearer (${KEY_START}[A-Za-z0-9_-]{20,100})$`);

/** A new key with what is kept of it. */
export async function makeKey(): Promise<{ key: string; prefix: string; hash: string }> {
  const key = KEY_START + urlSafe(base64Of(crypto.getRandomValues(new Uint8Array(KEY_BYTES))));
  return { key, prefix: key.slice(0, PREFIX_LENGTH), hash: await sha256Of(key) };
}

/** The key that a request without a cookie shows; null when it shows none. Who has a cookie acts as a user. */
export function keyIn({ headers }: Request): string | null {
  return headers.has('cookie') ? null : (FORM.exec(headers.get('authorization') ?? '')?.[1] ?? null);
}

/** Whose key it is, counted as one call. Looking a key up by its hash takes the same time however much of it was guessed. */
export async function openWith(env: Env, key: string, scope: Scope): Promise<Result<ApiKey, Rejection>> {
  const db = database(env.DB);
  const found = await keys.byHash(db, await sha256Of(key));
  const now = Date.now();
  if (!found || keyStateOf(found, now) !== 'active') return fail({ reason: 'bad_key' });
  const retryAfterMs = await keyMeterOf(env, found.id).take();
  if (retryAfterMs > 0) return fail({ reason: 'rate_limited', retryAfterMs });
  await keys.noteUse(db, found, now);
  return found.scopes.includes(scope) ? ok(found) : fail({ reason: 'missing_scope', scope });
}
