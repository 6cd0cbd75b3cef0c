import { betterAuth } from 'better-auth';
import { twoFactor } from 'better-auth/plugins/two-factor';
import { z } from 'zod';
import type { Env } from '../../../../workers/env';
import { Role, type Agent } from '../../domain/role';
import { BY_ITSELF } from '../../domain/protocol';
import { hashOf } from './hash';
import { hashPassword, MAX_PASSWORD_BYTES, MIN_PASSWORD_LENGTH, verifyPassword } from './password';
import { passkeyPlugin } from './passkeys';
import { sessionStorage } from './session-storage';
import { answered } from './unavailable';

/** A sign-in ends after this long, whatever happens; when it is not used, earlier (workers/session). */
const SESSION_SECONDS = 24 * 60 * 60;

/** `sessionId` names the session's object: the hash of the token in the cookie. */
export type User = Agent & { email: string; sessionId: string };

type Auth = ReturnType<typeof authFor>;

/** Setting it up costs more than most requests; keyed by the bindings, as tests run several in one isolate. */
const made = {
  use: new WeakMap<Env, { origin: string; auth: Auth }>(),
  look: new WeakMap<Env, { origin: string; auth: Auth }>(),
};

/**
 * better-auth under the request's own origin, set up once per isolate. Kept only when it is ready: a request that is cut off during
 * the set-up would leave those after it waiting for ever. `purpose`: one that only looks at sessions does not keep them from ending idle.
 */
export async function authOf(env: Env, origin: string, purpose: 'use' | 'look' = 'use'): Promise<Auth> {
  const known = made[purpose].get(env);
  if (known?.origin === origin) return known.auth;
  const auth = authFor(env, origin, purpose === 'use');
  await auth.$context;
  made[purpose].set(env, { origin, auth });
  return auth;
}

/** Users and password hashes are in D1, sessions in objects. Nobody signs up by themselves. */
function authFor(env: Env, origin: string, isUse: boolean) {
  if (env.SECRET_KEY === undefined || env.SECRET_KEY.length < 32) {
    throw new Error('SECRET_KEY must be set to at least 32 random characters: npx wrangler secret put SECRET_KEY');
  }
  const isSecure = origin.startsWith('https:');
  return betterAuth({
    appName: 'Parley',
    database: env.DB,
    secret: env.SECRET_KEY,
    baseURL: origin,
    basePath: '/api/auth',
    trustedOrigins: [origin],
    secondaryStorage: sessionStorage(env, isUse),
    session: { expiresIn: SESSION_SECONDS, disableSessionRefresh: true },
    user: {
      modelName: 'users',
      fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
      additionalFields: { role: { type: 'string', required: true, input: false } },
    },
    account: {
      modelName: 'accounts',
      fields: {
        accountId: 'account_id',
        providerId: 'provider_id',
        userId: 'user_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
    },
    verification: {
      modelName: 'verifications',
      fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: MIN_PASSWORD_LENGTH,
      maxPasswordLength: MAX_PASSWORD_BYTES,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    advanced: {
      // `__Host-`: of this very host, over TLS, for every path. Plain http, which is a local machine's, has no such names.
      cookiePrefix: isSecure ? '__Host-parley' : 'parley',
      useSecureCookies: false,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', secure: isSecure, path: '/' },
      // Nothing a client sends may choose the address that limits are counted by.
      ipAddress: { ipAddressHeaders: ['cf-connecting-ip'] },
    },
    plugins: [
      passkeyPlugin(env, origin),
      twoFactor({
        issuer: 'Parley',
        schema: {
          user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
          twoFactor: {
            modelName: 'two_factors',
            fields: {
              userId: 'user_id',
              backupCodes: 'backup_codes',
              failedVerificationCount: 'failed_verification_count',
              lockedUntil: 'locked_until',
            },
          },
        },
      }),
    ],
    // Tries are counted by account in front of it (handler.ts).
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: 'error' },
  });
}

const SessionUser = z.object({ id: z.string(), name: z.string(), email: z.string(), role: Role });

/** What better-auth keeps under whose password was right by: 20 characters by lot. */
const HALF = /^2fa-[\w-]{20}$/;

/** The user whose password was right and whose second factor is waited for; null when nobody's is. Throws `SessionUnavailable`. */
export async function halfSignedIn(env: Env, request: Request): Promise<string | null> {
  const { createAuthCookie, internalAdapter } = await (await authOf(env, new URL(request.url).origin)).$context;
  const { name } = createAuthCookie('two_factor');
  const pairs = (request.headers.get('cookie') ?? '').split(/;\s*/).map((pair) => pair.split('=', 2));
  const signed = pairs.find(([key]) => key === name)?.[1];
  // Behind the last dot is the cookie's signature; what is before it is too long to be guessed, and is looked up. Nothing else that is kept
  // in the same place, of which anybody can have a name, stands for somebody.
  const identifier = signed?.replace(/\.[^.]*$/, '') ?? '';
  if (!HALF.test(identifier)) return null;
  return (await answered(internalAdapter.findVerificationValue(identifier)))?.value ?? null;
}

/**
 * Who is signed in with this request, or null. Reads the session's object only. What a page does by itself is no use of the session: a
 * socket that is opened again, a picture that comes in, a call that says so. Throws `SessionUnavailable`.
 */
export async function userOf(env: Env, request: Request): Promise<User | null> {
  if (!request.headers.get('cookie')?.includes('parley')) return null;
  const { origin, pathname } = new URL(request.url);
  const { headers, method } = request;
  const isByItself = headers.has('upgrade') || headers.has(BY_ITSELF) || (method === 'GET' && pathname.startsWith('/media/'));
  const { api } = await authOf(env, origin, isByItself ? 'look' : 'use');
  const session = await answered(api.getSession({ headers: request.headers }));
  const user = SessionUser.safeParse(session?.user);
  return session && user.success ? { ...user.data, sessionId: await hashOf(session.session.token) } : null;
}
