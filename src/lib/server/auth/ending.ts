import type { Env } from '../../../../workers/env';
import { accountOf } from '../bindings';

/**
 * Makes a change after which nobody goes on who was signed in as that user before, `except` one session. The end is promised before the
 * change: should it not get through after it, or nobody be left to say it, the user's account sees to it; also when nobody knows whether the
 * change has come to be. `isMade`: whether it has, now or before. Throws what the change or the end throws.
 */
export async function ending<T>(
  env: Env,
  userId: string,
  change: () => Promise<T>,
  { except = null, isMade = () => true }: { except?: string | null; isMade?: (outcome: T) => boolean } = {},
): Promise<T> {
  const account = accountOf(env, userId);
  await account.endSoon(except);
  const outcome = await change();
  if (isMade(outcome)) await account.end(except);
  else await account.goOn();
  return outcome;
}
