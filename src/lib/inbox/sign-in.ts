import { z } from 'zod';

const AUTH = '/api/auth';

export const post = (path: string, body: unknown): Promise<Response> =>
  fetch(AUTH + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** `second`: the password was right, and a code is wanted; `no`: what to tell the person. */
export type SignInStep = { state: 'in' } | { state: 'second' } | { state: 'no'; words: string };

const NO_CONNECTION = 'No connection. Check the network and try again.';
const no = (words: string): SignInStep => ({ state: 'no', words });

/** How long to wait, in words; the server says it in seconds. */
export function waitWords(response: Response): string {
  const seconds = Number(response.headers.get('retry-after') ?? 60);
  const wait = seconds < 90 ? `${seconds} second${seconds === 1 ? '' : 's'}` : `${Math.ceil(seconds / 60)} minutes`;
  return `Too many tries. Wait ${wait}, then try again.`;
}

function problemOf(response: Response, wrong: string): SignInStep {
  if (response.status === 401) return no(wrong);
  if (response.status === 429) return no(waitWords(response));
  return no('Signing in is not possible at the moment. Try again shortly.');
}

/** Asks with e-mail and password; `second`: the second factor comes next. */
export async function signIn(email: string, password: string): Promise<SignInStep> {
  try {
    const response = await post('/sign-in/email', { email, password });
    if (response.status === 400) return no('That does not look like an e-mail address.');
    if (!response.ok) return problemOf(response, 'That e-mail and password do not match.');
    const isHalf = z.object({ twoFactorRedirect: z.literal(true) }).safeParse(await response.json()).success;
    return { state: isHalf ? 'second' : 'in' };
  } catch {
    // fetch rejects only when no answer came at all.
    return no(NO_CONNECTION);
  }
}

/** The second step: six digits of an app, or a backup code. */
export async function giveCode(code: string): Promise<SignInStep> {
  const digits = code.replaceAll(/\s/g, '');
  const path = /^\d{6}$/.test(digits) ? 'verify-totp' : 'verify-backup-code';
  try {
    const response = await post(`/two-factor/${path}`, { code: digits });
    if (response.ok) return { state: 'in' };
    return response.status === 400 ? no('Too many wrong codes. Start over.') : problemOf(response, 'That code is not right.');
  } catch {
    return no(NO_CONNECTION);
  }
}

const Options = z.looseObject({ challenge: z.string() });

/** Signs in with a key of the device. Giving up in the browser's dialog is no problem worth words. */
export async function signInWithPasskey(): Promise<SignInStep> {
  try {
    const asked = await post('/sign-in/passkey/options', {});
    if (!asked.ok) return problemOf(asked, '');
    const { startAuthentication } = await import('@simplewebauthn/browser');
    const optionsJSON = Options.parse(await asked.json());
    const answer = await startAuthentication({ optionsJSON }).catch(() => null);
    if (answer === null) return no('No passkey was used.');
    const response = await post('/sign-in/passkey', { response: answer });
    return response.ok ? { state: 'in' } : problemOf(response, 'This passkey is not known here.');
  } catch {
    return no(NO_CONNECTION);
  }
}

/** Signs out; false when the server did not hear it, and the session goes on. */
export async function signOut(): Promise<boolean> {
  try {
    return (await post('/sign-out', {})).ok;
  } catch {
    // No answer came at all.
    return false;
  }
}
