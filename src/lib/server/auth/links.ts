import { timingSafeEqual } from 'node:crypto';
import type { Env } from '../../../../workers/env';
import { guardOf } from '../bindings';
import { hashOf } from './hash';
import { networkOf } from './network';

/** A set-up token shorter than this could be guessed, so it opens nothing. */
const MIN_SETUP_TOKEN = 32;

/**
 * Looks up what a link or token opens, `null` for nothing. Wrong ones are counted by the address that they come from, which is a sieve
 * and no more: what makes a token safe is its length. `waitMs` > 0: not looked at, try again then.
 */
export async function lookUp<T>(
  env: Env,
  request: Request,
  find: () => Promise<T | null>,
): Promise<{ found: T | null; waitMs: number }> {
  const guard = guardOf(env, `link:${await networkOf(request)}`);
  const waitMs = await guard.begin(null);
  if (waitMs > 0) return { found: null, waitMs };
  const found = await find();
  if (found !== null) await guard.succeeded(null);
  return { found, waitMs: 0 };
}

/** Whether this deployment can be set up by a token at all. */
export const canBeSetUp = ({ SETUP_TOKEN }: Pick<Env, 'SETUP_TOKEN'>): boolean =>
  SETUP_TOKEN !== undefined && SETUP_TOKEN.length >= MIN_SETUP_TOKEN;

/** Whether this is the deployment's set-up token; takes as long for any wrong one. */
export async function isSetupToken(env: Pick<Env, 'SETUP_TOKEN'>, token: string): Promise<boolean> {
  const [expected, given] = await Promise.all([hashOf(env.SETUP_TOKEN ?? ''), hashOf(token)]);
  return canBeSetUp(env) && timingSafeEqual(Buffer.from(expected), Buffer.from(given));
}
