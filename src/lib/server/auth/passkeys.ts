import { APIError, createAuthEndpoint, sessionMiddleware } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import { z } from 'zod';
import type { Env } from '../../../../workers/env';
import { base64Of, bytesOfUrlSafe, urlSafe } from '../../domain/bytes';
import { database, type Db } from '../db/client';
import * as passkeys from '../db/passkeys';
import { passwordHashOf } from '../db/user-changes';
import { randomToken } from './hash';
import { Password, verifyPassword } from './password';

/** A challenge that is not answered by then has to be asked for anew. */
const CHALLENGE_MS = 5 * 60_000;
const CHALLENGE_COOKIE = 'passkey';

const Base64Url = z
  .string()
  .max(8_192)
  .regex(/^[\w-]+$/);
/** What browsers answer, as far as it is looked at. */
const Credential = z.object({
  id: Base64Url.max(1_400),
  rawId: Base64Url.max(1_400),
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}).catch({}),
});
export const Registration = z.strictObject({
  name: z.string().trim().min(1).max(60),
  response: Credential.extend({
    response: z.object({
      clientDataJSON: Base64Url,
      attestationObject: Base64Url.max(24_000),
      transports: z.array(z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'])).optional(),
    }),
  }),
});
export const Assertion = z.strictObject({
  response: Credential.extend({
    response: z.object({
      clientDataJSON: Base64Url,
      authenticatorData: Base64Url,
      signature: Base64Url,
      userHandle: Base64Url.optional(),
    }),
  }),
});

const refused = () => new APIError('UNAUTHORIZED', { code: 'PASSKEY_NOT_ACCEPTED', message: 'This passkey was not accepted.' });
const wrongPassword = () => new APIError('BAD_REQUEST', { code: 'INVALID_PASSWORD', message: 'Invalid password' });

/** Large, and seldom needed: it is set up when the first passkey comes. */
const webauthn = () => import('@simplewebauthn/server');

/** Who makes and takes keys: this deployment, by the name that it is reached at. */
type Party = {
  env: Env;
  db: Db;
  rpID: string;
  expected: { expectedOrigin: string; expectedRPID: string; requireUserVerification: boolean };
};

/** For somebody signed in who says their password: what their browser needs to make a key. */
const passkeyOptions = ({ db, rpID }: Party) =>
  createAuthEndpoint(
    '/passkey/options',
    { method: 'POST', use: [sessionMiddleware], body: z.strictObject({ password: Password }) },
    async (ctx) => {
      const { user, session } = ctx.context.session;
      const hash = await passwordHashOf(db, user.id);
      if (hash === null || !(await verifyPassword({ hash, password: ctx.body.password }))) throw wrongPassword();
      const existing = await passkeys.list(db, user.id);
      const options = await (
        await webauthn()
      ).generateRegistrationOptions({
        rpName: 'Parley',
        rpID,
        userName: user.email,
        userDisplayName: user.name,
        userID: new TextEncoder().encode(user.id),
        attestationType: 'none',
        excludeCredentials: existing.map(({ id }) => ({ id })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
      await ctx.context.internalAdapter.createVerificationValue({
        identifier: `passkey-for-${session.id}`,
        value: options.challenge,
        expiresAt: new Date(Date.now() + CHALLENGE_MS),
      });
      return ctx.json(options);
    },
  );

/** Keeps the key that the browser has made. */
const passkeyRegister = ({ env, db, expected }: Party) =>
  createAuthEndpoint('/passkey/register', { method: 'POST', use: [sessionMiddleware], body: Registration }, async (ctx) => {
    const { user, session } = ctx.context.session;
    const asked = await ctx.context.internalAdapter.consumeVerificationValue(`passkey-for-${session.id}`);
    if (!asked) throw refused();
    const { verifyRegistrationResponse } = await webauthn();
    const { response, name } = ctx.body;
    const checked = await verifyRegistrationResponse({ response, expectedChallenge: asked.value, ...expected }).catch(() => null);
    if (!checked?.verified) throw refused();
    const { id, publicKey, counter } = checked.registrationInfo.credential;
    if (await passkeys.find(db, id)) throw refused();
    const key = {
      id,
      name,
      publicKey: urlSafe(base64Of(publicKey)),
      counter,
      transports: response.response.transports ?? [],
    };
    await passkeys.insert(env.DB, key, { id: user.id, name: user.name }, Date.now());
    return ctx.json({});
  });

/** For anybody: a challenge. It says nothing of who has a key. */
const passkeySignInOptions = ({ rpID }: Party) =>
  createAuthEndpoint('/sign-in/passkey/options', { method: 'POST' }, async (ctx) => {
    const options = await (await webauthn()).generateAuthenticationOptions({ rpID, userVerification: 'required' });
    const identifier = `passkey-${randomToken()}`;
    const expiresAt = new Date(Date.now() + CHALLENGE_MS);
    await ctx.context.internalAdapter.createVerificationValue({ identifier, value: options.challenge, expiresAt });
    const cookie = ctx.context.createAuthCookie(CHALLENGE_COOKIE, { maxAge: CHALLENGE_MS / 1000 });
    await ctx.setSignedCookie(cookie.name, identifier, ctx.context.secret, cookie.attributes);
    return ctx.json(options);
  });

/** Signs in whoever holds the key. */
const signInPasskey = ({ db, expected }: Party) =>
  createAuthEndpoint('/sign-in/passkey', { method: 'POST', body: Assertion }, async (ctx) => {
    const cookie = ctx.context.createAuthCookie(CHALLENGE_COOKIE);
    const identifier = await ctx.getSignedCookie(cookie.name, ctx.context.secret);
    const asked = identifier ? await ctx.context.internalAdapter.consumeVerificationValue(identifier) : null;
    const { response } = ctx.body;
    const key = await passkeys.find(db, response.id);
    if (!asked || !key) throw refused();
    const credential = { id: key.id, publicKey: bytesOfUrlSafe(key.publicKey), counter: key.counter };
    const { verifyAuthenticationResponse } = await webauthn();
    const checked = await verifyAuthenticationResponse({
      response,
      expectedChallenge: asked.value,
      credential,
      ...expected,
    }).catch(() => null);
    if (!checked?.verified) throw refused();
    await passkeys.used(db, key.id, checked.authenticationInfo.newCounter, Date.now());
    const user = await ctx.context.internalAdapter.findUserById(key.userId);
    if (!user) throw refused();
    const session = await ctx.context.internalAdapter.createSession(user.id);
    await setSessionCookie(ctx, { session, user });
    return ctx.json({ user: { id: user.id, name: user.name, email: user.email } });
  });

/**
 * Passkeys for better-auth: a device's own key, unlocked by its owner, which is two factors in one. Each challenge is answered at most
 * once. The origin is the one that we are reached at, so that a key made here opens nothing elsewhere.
 */
export function passkeyPlugin(env: Env, origin: string) {
  const rpID = new URL(origin).hostname;
  const expected = { expectedOrigin: origin, expectedRPID: rpID, requireUserVerification: true };
  const party = { env, db: database(env.DB), rpID, expected };
  return {
    id: 'passkeys',
    endpoints: {
      passkeyOptions: passkeyOptions(party),
      passkeyRegister: passkeyRegister(party),
      passkeySignInOptions: passkeySignInOptions(party),
      signInPasskey: signInPasskey(party),
    },
  };
}
