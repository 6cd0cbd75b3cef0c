import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { userOf } from '../../src/lib/server/auth/auth';
import { DEMO_PASSWORD, seedDemoUsers } from '../../src/lib/server/auth/demo-users';
import { authPaths } from '../../src/lib/server/auth/handler';
import { hashOf } from '../../src/lib/server/auth/hash';
import { guardOf } from '../../src/lib/server/bindings';
import * as passkeys from '../../src/lib/server/db/passkeys';
import { totpOf } from '../fixtures/totp';
import { auth, call, cookieOf, ORIGIN, signIn } from './front-door';

const MINUTE_MS = 60_000;

beforeAll(() => seedDemoUsers(env, ORIGIN));
// The clock stands still unless a test moves it: how long a hash takes here must not matter.
beforeEach(() => void vi.setSystemTime(Date.now()));
afterEach(() => void vi.useRealTimers());

const visitor = (cookie: string) => userOf(env, new Request(`${ORIGIN}/`, { headers: { cookie } }));
/** The cookies of one answer laid over those of an earlier one, as a browser keeps them. */
function jar(...answers: Response[]): string {
  const kept = new Map<string, string>();
  for (const answer of answers) {
    for (const line of answer.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';');
      const [name = ''] = pair.split('=', 1);
      if (attributes.some((attribute) => /max-age=0$/i.test(attribute.trim()))) kept.delete(name);
      else kept.set(name, pair);
    }
  }
  return [...kept.values()].join('; ');
}
const audited = async (action: string) =>
  (await env.DB.prepare('SELECT * FROM audit WHERE action = ? ORDER BY at').bind(action).all<Record<string, unknown>>()).results;

describe('guessing a password', () => {
  test(
    '1,000 guesses from 50 addresses in 10 minutes: at most 20 are looked at, and the owner is not locked out',
    { timeout: 180_000 },
    async () => {
      const known = jar(await signIn('ben@parley.test', DEMO_PASSWORD));
      const begun = Date.now();
      const guess = async (n: number): Promise<Response> => {
        const headers = { 'content-type': 'application/json', origin: ORIGIN, 'cf-connecting-ip': `203.0.113.${n % 50}` };
        const email = n % 2 === 0 ? 'ben@parley.test' : 'BEN@parley.test';
        return call('/api/auth/sign-in/email', {
          method: 'POST',
          body: JSON.stringify({ email, password: `guess-${n}` }),
          headers,
        });
      };
      let looked = 0;
      for (let n = 0; n < 1_000; n += 10) {
        vi.setSystemTime(begun + n * 600);
        for (const response of await Promise.all(Array.from({ length: 10 }, (_, i) => guess(n + i)))) {
          if (response.status === 429) expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
          else looked += 1;
        }
      }
      expect(looked).toBeLessThanOrEqual(20);
      expect(looked).toBeGreaterThan(5);

      const device = known.split('; ').find((pair) => pair.includes('device')) ?? '';
      expect(device).not.toBe('');
      expect((await signIn('ben@parley.test', DEMO_PASSWORD, device)).status, 'at once from a known device').toBe(200);
      expect((await signIn('ben@parley.test', DEMO_PASSWORD)).status, 'not at once from a new one').toBe(429);
      vi.setSystemTime(begun + 10 * MINUTE_MS + 15 * MINUTE_MS);
      expect((await signIn('ben@parley.test', DEMO_PASSWORD)).status, 'but a quarter of an hour later').toBe(200);
      expect((await signIn('ben@parley.test', 'mistyped')).status, 'and the row is over').toBe(401);
    },
  );

  test('guesses that come all at once are all counted', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => signIn('vera@parley.test', `at-once-${n}`)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(35);
  });

  test('whoever is not there is guessed at as slowly, and looks the same', async () => {
    const statuses = [];
    for (let n = 0; n < 7; n++) statuses.push((await signIn('nobody@parley.test', `guess-${n}`)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  });

  test('a device of one account is no known device of another', async () => {
    const mine = jar(await signIn('carl@parley.test', DEMO_PASSWORD));
    const device = mine.split('; ').find((pair) => pair.includes('device')) ?? '';
    for (let n = 0; n < 5; n++) await signIn('mia@parley.test', `guess-${n}`, device);
    expect((await signIn('mia@parley.test', DEMO_PASSWORD, device)).status).toBe(429);
  });

  test('is recorded without saying of whom, but so that it can be found', async () => {
    const account = await hashOf('vera@parley.test');
    const rows = (await audited('user.sign_in_failed')).filter(({ subject_id }) => subject_id === account);
    expect(rows).toHaveLength(5);
    expect(JSON.stringify(rows)).not.toContain('vera@');
  });

  test.each([
    ['too long a password', { email: 'ana@parley.test', password: 'é'.repeat(513) }],
    ['no password', { email: 'ana@parley.test', password: '' }],
    ['no address', { email: 'ana', password: 'x' }],
    ['another field', { email: 'ana@parley.test', password: 'x', callbackURL: 'https://evil.test' }],
    ['no object', [1]],
  ])('with %s: 400 before anything is hashed', async (_, body) => {
    expect((await auth('/sign-in/email', body)).status).toBe(400);
  });
});

const assertion = (id: string) => ({
  response: {
    ...{ id, rawId: id, type: 'public-key' },
    response: { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA' },
  },
});

describe('whoever is nobody here', () => {
  /** A sign-in API's call from somewhere. */
  const from = (address: string, path: string, body: unknown, cookie = '') => {
    const headers = { 'content-type': 'application/json', origin: ORIGIN, 'cf-connecting-ip': address };
    const init = { method: 'POST', body: JSON.stringify(body), headers: { ...headers, ...(cookie !== '' && { cookie }) } };
    return call(`/api/auth${path}`, init);
  };
  const isMade = (email: string) =>
    hashOf(email).then((account) =>
      runInDurableObject(guardOf(env, `sign-in:${account}`), async (_, { storage }) => (await storage.list()).size > 0),
    );

  test('leaves nothing in the audit, whatever they try; who has a key there does', async () => {
    const rows = async () => env.DB.prepare('SELECT count(*) AS n FROM audit').first<number>('n');
    const before = await rows();
    expect((await signIn('made-up@parley.test', 'guess')).status).toBe(401);
    expect((await auth('/sign-in/passkey', assertion('AAAA'))).status).toBe(401);
    for (const path of ['/two-factor/verify-totp', '/two-factor/verify-backup-code'])
      expect((await auth(path, { code: '000000' })).status).toBe(401);
    // A challenge is anybody's, and what is kept for it is nobody's half sign-in.
    const challenge = jar(await auth('/sign-in/passkey/options', {})).replace('passkey=', 'two_factor=');
    expect(challenge).toContain('two_factor=passkey-');
    expect((await auth('/two-factor/verify-totp', { code: '000000' }, challenge)).status).toBe(401);
    expect(await rows()).toBe(before);
    const carl = String(await env.DB.prepare(`SELECT id FROM users WHERE email = 'carl@parley.test'`).first('id'));
    const key = { id: 'BBBB', name: 'Key', publicKey: 'AA', counter: 0, transports: [] };
    await passkeys.insert(env.DB, key, { id: carl, name: 'Carl Jensen' }, 1);
    expect((await auth('/sign-in/passkey', assertion('BBBB'))).status).toBe(401);
    const [refused] = (await audited('user.sign_in_failed')).filter(({ subject_id }) => subject_id === carl);
    expect(refused).toMatchObject({ subject_type: 'user', details: '{"method":"passkey"}' });
    await passkeys.remove(env.DB, key.id, { id: carl, name: 'Carl Jensen', role: 'creator' }, 2);
  });

  test('and floods us from one network is turned away before anything is hashed or kept for them; a known device is not', async () => {
    const known = jar(await signIn('carl@parley.test', DEMO_PASSWORD));
    const device = known.split('; ').find((pair) => pair.includes('device')) ?? '';
    const somewhere = (n: number) => `2001:db8:0:7::${n.toString(16)}`;
    const statuses = [];
    for (let n = 0; n < 101; n++) statuses.push((await from(somewhere(n), '/two-factor/verify-totp', { code: '000000' })).status);
    expect([statuses[99], statuses[100]]).toEqual([401, 429]);
    const turnedAway = await from(somewhere(7), '/sign-in/email', { email: 'flood@parley.test', password: 'x' });
    expect(turnedAway.status).toBe(429);
    expect(Number(turnedAway.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await isMade('flood@parley.test')).toBe(false);
    for (const [path, body] of [
      ['/sign-in/passkey/options', {}],
      ['/sign-in/passkey', assertion('AAAA')],
    ] as const)
      // prettier-ignore
      expect((await from(somewhere(7), path, body)).status, path).toBe(429);
    expect((await from('2001:db8:0:8::1', '/sign-in/passkey/options', {})).status, 'from next door').toBe(200);

    const right = { email: 'carl@parley.test', password: DEMO_PASSWORD };
    expect((await from(somewhere(7), '/sign-in/email', right)).status, 'in the same house').toBe(429);
    expect((await from(somewhere(7), '/sign-in/email', right, device)).status, 'from where they have signed in').toBe(200);
    expect((await from(somewhere(7), '/sign-in/email', right)).status, 'and the row is over').toBe(200);
  });
});

describe('of better-auth', () => {
  test('only what is listed is there', async () => {
    const { api } = await (await import('../../src/lib/server/auth/auth')).authOf(env, ORIGIN);
    const all = Object.values(api).flatMap((endpoint) => ('path' in endpoint && endpoint.path ? [String(endpoint.path)] : []));
    expect(all.length).toBeGreaterThan(20);
    expect(all).toEqual(expect.arrayContaining([...authPaths].filter((path) => !path.includes('passkey'))));
    for (const path of all.filter((path) => !authPaths.includes(path))) {
      for (const method of ['GET', 'POST']) {
        const headers = { origin: ORIGIN, 'content-type': 'application/json' };
        const init = method === 'GET' ? { method } : { method, headers, body: '{}' };
        expect((await call(`/api/auth${path}`, init)).status, `${method} ${path}`).toBe(404);
      }
    }
    for (const path of authPaths) expect((await call(`/api/auth${path}`)).status, `GET ${path}`).toBe(404);
  });

  test('no answer holds the token that is in the cookie', async () => {
    const response = await signIn('carl@parley.test', DEMO_PASSWORD);
    const token = /session_token=([^.;]+)/.exec(jar(response))?.[1] ?? 'none';
    expect(token.length).toBeGreaterThan(20);
    expect(await response.text()).not.toContain(token);
  });
});

describe('a second factor', () => {
  async function turnOn(email: string): Promise<{ cookie: string; address: string; codes: string[] }> {
    const signedIn = await signIn(email, DEMO_PASSWORD);
    const enabled = await auth('/two-factor/enable', { password: DEMO_PASSWORD }, jar(signedIn));
    const { totpURI: address, backupCodes: codes } = await enabled.json<{ totpURI: string; backupCodes: string[] }>();
    expect(await visitor(jar(signedIn)), 'nothing has changed before the first code').not.toBeNull();
    const confirmed = await auth('/two-factor/verify-totp', { code: await totpOf(address) }, jar(signedIn));
    expect(confirmed.status).toBe(200);
    return { cookie: jar(signedIn, confirmed), address, codes };
  }

  test('is asked for at every way in, and nothing but it lets in', async () => {
    const { cookie, address, codes } = await turnOn('ana@parley.test');
    expect(await visitor(cookie)).toMatchObject({ name: 'Ana Lima' });
    expect(await audited('user.second_factor_on')).toHaveLength(1);

    const first = await signIn('ana@parley.test', DEMO_PASSWORD);
    expect(await first.json()).toMatchObject({ twoFactorRedirect: true });
    expect(await visitor(jar(first))).toBeNull();
    const wrong = await auth('/two-factor/verify-totp', { code: '000000' }, jar(first));
    expect([wrong.status, await visitor(jar(first, wrong))]).toEqual([401, null]);
    const ana = await env.DB.prepare(`SELECT id FROM users WHERE email = 'ana@parley.test'`).first<string>('id');
    const refused = async (subject: string | null) => (await audited('user.sign_in_failed')).filter(({ subject_id }) => subject_id === subject); // prettier-ignore
    expect(await refused(ana), 'whose it was').toMatchObject([{ subject_type: 'user', details: '{"method":"second factor"}' }]);
    // To be trusted for a month without it is nothing that one can ask for.
    const trusting = { code: await totpOf(address), trustDevice: true };
    expect((await auth('/two-factor/verify-totp', trusting, jar(first))).status).toBe(400);
    const second = await auth('/two-factor/verify-totp', { code: await totpOf(address) }, jar(first));
    expect(second.status).toBe(200);
    expect(await visitor(jar(first, second))).toMatchObject({ name: 'Ana Lima' });
    expect((await auth('/two-factor/verify-totp', { code: await totpOf(address) }, jar(first))).status, 'once').toBe(401);
    expect(await refused('second factor'), 'of a sign-in that is over').toEqual([]);
    const broken = jar(first).replace(/(two_factor=)[^;]*/, '$1%E0%A4%A.x');
    expect(broken).toContain('%E0%A4%A');
    expect((await auth('/two-factor/verify-totp', { code: '000000' }, broken)).status, 'a cookie that is none').toBe(401);

    const again = await signIn('ana@parley.test', DEMO_PASSWORD);
    const backup = await auth('/two-factor/verify-backup-code', { code: codes[0] }, jar(again));
    expect(await visitor(jar(again, backup))).toMatchObject({ name: 'Ana Lima' });
    const spent = await signIn('ana@parley.test', DEMO_PASSWORD);
    expect((await auth('/two-factor/verify-backup-code', { code: codes[0] }, jar(spent))).status, 'a code is for once').toBe(401);
  });

  test('cannot be guessed by whoever has the password: five codes a try, and the tries are counted', async () => {
    vi.setSystemTime(Date.now() + 20 * MINUTE_MS);
    await turnOn('mia@parley.test');
    const first = await signIn('mia@parley.test', DEMO_PASSWORD);
    const statuses = [];
    for (let n = 0; n < 7; n++) statuses.push((await auth('/two-factor/verify-totp', { code: '000000' }, jar(first))).status);
    expect(statuses.slice(0, 5)).toEqual([401, 401, 401, 401, 401]);
    expect(statuses.slice(5).every((status) => status >= 400)).toBe(true);
    for (let n = 0; n < 5; n++) await signIn('mia@parley.test', DEMO_PASSWORD);
    expect((await signIn('mia@parley.test', DEMO_PASSWORD)).status).toBe(429);
  });

  test('is not turned off without the password, and guessing that is slow as well', async () => {
    const { cookie } = await turnOn('carl@parley.test');
    const statuses = [];
    for (let n = 0; n < 7; n++) statuses.push((await auth('/two-factor/disable', { password: `guess-${n}` }, cookie)).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429, 429]);
    vi.setSystemTime(Date.now() + MINUTE_MS);
    const off = await auth('/two-factor/disable', { password: DEMO_PASSWORD }, cookie);
    expect(off.status).toBe(200);
    expect(await audited('user.second_factor_off')).toHaveLength(1);
    expect(await (await signIn('carl@parley.test', DEMO_PASSWORD)).json()).toMatchObject({ user: { name: 'Carl Jensen' } });
  });
});

test('unknown users, disabled users and wrong passwords get one answer', async () => {
  await env.DB.prepare(`UPDATE users SET disabled_at = 1 WHERE email = 'vera@parley.test'`).run();
  vi.setSystemTime(Date.now() + 20 * MINUTE_MS);
  const answers = await Promise.all([
    signIn('vera@parley.test', DEMO_PASSWORD),
    signIn('ben@parley.test', 'wrong-password'),
    signIn('stranger@parley.test', 'wrong-password'),
  ]);
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  expect(new Set(texts).size).toBe(1);
  expect(answers.map((answer) => cookieOf(answer).includes('session_token='))).toEqual([false, false, false]);
});
