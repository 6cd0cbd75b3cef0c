import { error } from '@sveltejs/kit';
import type { Env } from '../../../../workers/env';
import { database, type Db } from '../db/client';
import { hashOf } from './hash';
import { lookUp } from './links';

type Visit = { params: { token: string }; platform: App.Platform | undefined; request: Request };

/**
 * What the link in the address opens, by the hash of its token; `found` null = nothing, or nothing any more. Throws 503, and 429 where
 * too many wrong links have come from.
 */
export async function openedLink<T>(
  { params, platform, request }: Visit,
  usable: (db: Db, tokenHash: string, now: number) => Promise<T | null>,
): Promise<{ env: Env; tokenHash: string; found: T | null }> {
  if (!platform) error(503);
  const { env } = platform;
  const tokenHash = await hashOf(params.token);
  const { found, waitMs } = await lookUp(env, request, () => usable(database(env.DB), tokenHash, Date.now()));
  if (waitMs > 0) error(429);
  return { env, tokenHash, found };
}
