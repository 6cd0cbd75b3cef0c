import type { Channel, Check, SendDeps } from '../../../domain/provider';
import { baseOf, messagesUrl } from './address';
import { areSecretsGood } from './verify';

/** How long the app may take to show that it is there. */
const TIMEOUT_MS = 5_000;

const good = (name: string): Check => ({ name, ok: true, help: null });
const bad = (name: string, help: string): Check => ({ name, ok: false, help });

/**
 * Looks whether the secret is one by Standard Webhooks and whether anything answers where sends go. A signed call would be a message, so
 * only `HEAD` is asked, and any answer will do. Never throws.
 */
export async function check(channel: Channel, deps: SendDeps): Promise<Check[]> {
  const secret = areSecretsGood(channel)
    ? good('Signing secret')
    : bad('Signing secret', 'It must be “whsec_” and then 24 to 64 random bytes in base64, the same here and in the app.');
  const base = baseOf(channel, deps);
  if (!base)
    return [secret, bad('Address', 'Enter the address of your app to which messages are sent, beginning with https://.')];
  const signal = AbortSignal.any([deps.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  // A method call (`deps.fetch(…)`) would be an illegal invocation in workerd.
  const { fetch } = deps;
  try {
    const response = await fetch(messagesUrl(base), { method: 'HEAD', redirect: 'manual', signal });
    await response.body?.cancel();
    return [secret, good('Address')];
  } catch {
    const what = signal.aborted ? 'did not answer within 5 seconds' : 'cannot be reached';
    return [secret, bad('Address', `The app ${what} at ${base.host}. Check the address, and that the app is running.`)];
  }
}
