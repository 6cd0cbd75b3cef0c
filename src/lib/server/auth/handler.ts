import { z } from 'zod';
import type { Env } from '../../../../workers/env';
import { outsider } from '../../domain/audit';
import { FREE_FROM_NETWORK } from '../../domain/guess';
import { guardOf } from '../bindings';
import { readBody } from '../body';
import { recording, type AuditEntry } from '../db/audit';
import { database, type Db } from '../db/client';
import * as passkeys from '../db/passkeys';
import * as users from '../db/users';
import { authOf, halfSignedIn, userOf } from './auth';
import { deviceOf, newDevice } from './devices';
import { hashOf } from './hash';
import { networkOf } from './network';
import { Assertion, Registration } from './passkeys';
import { Password } from './password';

const BASE = '/api/auth';
/** The longest is a passkey's answer. */
const MAX_BODY_BYTES = 32_768;

/** `behind`: does what the answer need not wait for. */
type Call = { request: Request; env: Env; path: string; body: unknown; behind: (work: Promise<unknown>) => void };
type Entry = { body: z.ZodType; handle: (call: Call) => Promise<Response> };

const Email = z.email().max(254);
const Code = z.strictObject({ code: z.string().min(6).max(32) });
const Confirmation = z.strictObject({ password: Password });
const Nothing = z.looseObject({});
/** What a sign-in that is through answers; `token` is the cookie's and nobody else's. */
const SignedIn = z.object({ user: z.object({ id: z.string(), name: z.string(), email: z.string() }) });
const Waiting = z.object({ twoFactorRedirect: z.literal(true) });

/** Everything of better-auth that can be reached. Whatever else it brings, now or one day, is not there. */
const open: Record<string, Entry> = {
  '/sign-in/email': { body: z.strictObject({ email: Email, password: Password }), handle: signInWithPassword },
  '/sign-in/passkey/options': { body: z.strictObject({}), handle: giveChallenge },
  '/sign-in/passkey': { body: Assertion, handle: signInWithPasskey },
  '/two-factor/verify-totp': { body: Code, handle: giveSecondFactor },
  '/two-factor/verify-backup-code': { body: Code, handle: giveSecondFactor },
  '/two-factor/enable': { body: Confirmation, handle: confirmed },
  '/two-factor/disable': { body: Confirmation, handle: confirmed },
  '/two-factor/generate-backup-codes': { body: Confirmation, handle: confirmed },
  '/passkey/options': { body: Confirmation, handle: confirmed },
  '/passkey/register': { body: Registration, handle: forward },
  '/sign-out': { body: Nothing, handle: forward },
};

/** The paths under `/api/auth` that answer; all of them take POST only. */
export const authPaths: readonly string[] = Object.keys(open);

/** `/api/auth/*`: better-auth behind a list of what is open, with every guess at a secret counted before it is looked at. */
export async function handleAuth(request: Request, env: Env, ctx: Pick<ExecutionContext, 'waitUntil'>): Promise<Response> {
  const path = new URL(request.url).pathname.slice(BASE.length);
  const entry = Object.hasOwn(open, path) ? open[path] : undefined;
  if (!entry || request.method !== 'POST') return refuse(404, 'not_found', 'There is no such thing.');
  const bytes = await readBody(request, MAX_BODY_BYTES);
  if (!bytes) return refuse(413, 'too_large', 'That is too much.');
  const body = entry.body.safeParse(jsonOf(bytes));
  if (!body.success) return refuse(400, 'bad_request', 'Some fields are wrong.');
  return entry.handle({ request, env, path, body: body.data, behind: (work) => ctx.waitUntil(work) });
}

/** undefined for what is no JSON; what is empty stands for an empty object. */
function jsonOf(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Lets better-auth do it, with the body that was looked at and nothing else. */
async function forward({ request, env, body }: Call): Promise<Response> {
  const { origin } = new URL(request.url);
  const headers = new Headers(request.headers);
  headers.set('content-type', 'application/json');
  headers.delete('content-length');
  // The Worker's entry lets no foreign Origin through, and none at all only from a program without a cookie; better-auth would refuse
  // that program's sign-in.
  headers.set('origin', origin);
  const own = new Request(request.url, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await authOf(env, origin)).handler(own);
}

async function signInWithPassword(call: Call): Promise<Response> {
  const { request, env, body } = call;
  const { email } = z.object({ email: z.string() }).parse(body);
  const account = await hashOf(email.toLowerCase());
  const cookie = deviceOf(request);
  const device = cookie && (await hashOf(cookie));
  const guard = guardOf(env, `sign-in:${account}`);
  // Whoever floods us must not keep those out who sit beside them and have been here before.
  const isKnown = device !== null && (await guard.knows(device));
  const wait = (isKnown ? 0 : await crowdWait(call)) || (await guard.begin(device));
  if (wait > 0) return tooSoon(wait);
  const response = await forward(call);
  if (response.status === 401)
    call.behind(noteRefusal(env, async (db) => ((await users.findByEmail(db, email)) ? failedSignIn(account) : null)));
  if (!response.ok) return response;
  // The password alone was right: the try counts until the second factor is too.
  if (Waiting.safeParse(await response.clone().json()).success) return response;
  return welcome(call, response, 'password');
}

/** For anybody, who leaves with it something that we keep for a while. */
async function giveChallenge(call: Call): Promise<Response> {
  const wait = await crowdWait(call);
  return wait > 0 ? tooSoon(wait) : forward(call);
}

/** A key cannot be guessed, so nothing is counted by whose it is; that somebody's was refused is worth a line all the same. */
async function signInWithPasskey(call: Call): Promise<Response> {
  const wait = await crowdWait(call);
  if (wait > 0) return tooSoon(wait);
  const response = await forward(call);
  const { id } = Assertion.parse(call.body).response;
  const refusal = async (db: Db) => refusedUser((await passkeys.find(db, id))?.userId ?? null, 'passkey');
  if (response.status === 401) call.behind(noteRefusal(call.env, refusal));
  return response.ok ? welcome(call, response, 'passkey') : response;
}

/** At a sign-in, its second step; for somebody signed in, the first code of a new second factor. */
async function giveSecondFactor(call: Call): Promise<Response> {
  const { request, env } = call;
  const user = await userOf(env, request);
  if (!user) {
    const userId = await halfSignedIn(env, request);
    // Whose password was right has few tries, and is counted already.
    const wait = userId === null ? await crowdWait(call) : 0;
    if (wait > 0) return tooSoon(wait);
    const response = await forward(call);
    if (response.status === 401) call.behind(noteRefusal(env, () => refusedUser(userId, 'second factor')));
    return response.ok ? welcome(call, response, call.path.endsWith('totp') ? 'code' : 'backup code') : response;
  }
  return guarded(call, user);
}

/** What a signed-in user confirms with the password. */
async function confirmed(call: Call): Promise<Response> {
  const user = await userOf(call.env, call.request);
  return user ? guarded(call, user) : refuse(401, 'unauthorized', 'Sign in first.');
}

/** Counts the tries, so that a stolen session does not become a place to guess at; records what it changes. */
async function guarded(call: Call, user: { id: string; name: string }): Promise<Response> {
  const { env } = call;
  const guard = guardOf(env, `password:${user.id}`);
  const wait = await guard.begin(null);
  if (wait > 0) return tooSoon(wait);
  const db = database(env.DB);
  const before = await users.find(db, user.id);
  const response = await forward(call);
  if (!response.ok) return response;
  await guard.succeeded(null);
  const after = await users.find(db, user.id);
  const isOn = after?.hasSecondFactor === true;
  if (before?.hasSecondFactor !== isOn) {
    const action = isOn ? 'user.second_factor_on' : 'user.second_factor_off';
    await record(env, { actor: user, action, subject: { type: 'user', id: user.id } });
  }
  return response;
}

/** A sign-in that is through: the device is known from now on, and the row of tries is over. */
async function welcome({ request, env }: Call, response: Response, method: string): Promise<Response> {
  const { user } = SignedIn.parse(await response.json());
  const known = deviceOf(request);
  const made = known === null ? newDevice(request) : null;
  const device = known ?? made?.device ?? '';
  await Promise.all([
    guardOf(env, `sign-in:${await hashOf(user.email.toLowerCase())}`).succeeded(await hashOf(device)),
    guardOf(env, `network:${await networkOf(request)}`).succeeded(null),
  ]);
  const subject = { type: 'user', id: user.id };
  await record(env, { actor: user, action: 'user.signed_in', subject, details: { method, knownDevice: made === null } });
  const answer = Response.json({ user: { id: user.id, name: user.name } });
  for (const cookie of response.headers.getSetCookie()) answer.headers.append('set-cookie', cookie);
  if (made) answer.headers.append('set-cookie', made.cookie);
  return answer;
}

/** Counts a try by where it comes from: a flood is turned away before anything is looked up, hashed or kept for it. In ms; 0 = go on. */
const crowdWait = async ({ request, env }: Call): Promise<number> =>
  guardOf(env, `network:${await networkOf(request)}`).begin(null, FREE_FROM_NETWORK);

/**
 * Records whose sign-in was refused, where that is anybody's: what a stranger makes up leaves nothing that stays. Behind the answer, which
 * takes as long for nobody's as for somebody's.
 */
async function noteRefusal(env: Env, refusal: (db: Db) => Refusal | null | Promise<Refusal | null>): Promise<void> {
  try {
    const entry = await refusal(database(env.DB));
    if (entry) await record(env, entry);
  } catch (error) {
    console.error({ event: 'refusal_not_recorded', error: String(error) });
  }
}

type Refusal = Omit<AuditEntry, 'at'>;
const failedSignIn = (account: string): Refusal => ({
  actor: outsider('signIn'),
  action: 'user.sign_in_failed',
  subject: { type: 'account', id: account },
});

/** null: there is nobody whose it would be. */
const refusedUser = (userId: string | null, method: string): Refusal | null =>
  userId === null ? null : { ...failedSignIn(''), subject: { type: 'user', id: userId }, details: { method } };

const record = async (env: Env, entry: Omit<AuditEntry, 'at'>): Promise<void> =>
  void (await recording(database(env.DB), { at: Date.now(), ...entry }).execute());

/** Answered without looking at what was sent. */
function tooSoon(waitMs: number): Response {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  const response = refuse(429, 'rate_limited', 'Too many tries. Wait a moment, then try again.');
  response.headers.set('retry-after', String(seconds));
  return response;
}

const refuse = (status: number, code: string, message: string): Response =>
  Response.json({ code, message }, { status, headers: { 'cache-control': 'no-store' } });
