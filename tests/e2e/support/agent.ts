import type { BrowserContext } from '@playwright/test';
import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client';
import { request as httpRequest } from 'node:http';
import { z } from 'zod';
import type { AppRouter } from '../../../src/lib/server/trpc/router';

/** The demo's sign-ins by first name, and what others see them called. */
export const people = {
  admin: { email: 'admin@parley.test', name: 'Alex Moreau' },
  ana: { email: 'ana@parley.test', name: 'Ana Lima' },
  ben: { email: 'ben@parley.test', name: 'Ben Okafor' },
  mia: { email: 'mia@parley.test', name: 'Mia Tanaka' },
  carl: { email: 'carl@parley.test', name: 'Carl Jensen' },
  vera: { email: 'vera@parley.test', name: 'Vera Novak' },
} as const;
export type Person = keyof typeof people;
export const PASSWORD = 'parley-demo';

const COOKIE = 'parley.session_token';

/** A signed-in user: the cookie, and the procedures called with it as the dashboard calls them. */
export class Session {
  readonly origin: string;
  readonly cookie: string;
  readonly api: ReturnType<typeof createTRPCClient<AppRouter>>;

  constructor(origin: string, cookie: string) {
    this.origin = origin;
    this.cookie = cookie;
    const headers = { cookie: `${COOKIE}=${cookie}`, origin, 'x-parley': '1' };
    this.api = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${origin}/api/trpc`, headers })] });
  }

  /** Makes a browser's pages those of this user. */
  async enter(context: BrowserContext): Promise<void> {
    await context.addCookies([{ name: COOKIE, value: this.cookie, url: this.origin, httpOnly: true, sameSite: 'Lax' }]);
  }
}

/** Sign-ins cost a password hash each, so one a person and server has to do. */
const sessions = new Map<string, Promise<Session>>();

export function signIn(origin: string, person: Person): Promise<Session> {
  const key = `${origin} ${person}`;
  const known = sessions.get(key) ?? requestSession(origin, person);
  sessions.set(key, known);
  return known;
}

async function requestSession(origin: string, person: Person): Promise<Session> {
  const response = await fetch(`${origin}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ email: people[person].email, password: PASSWORD }),
  });
  const cookie = response.headers
    .getSetCookie()
    .map((line) => /^([^=]+)=([^;]+)/.exec(line))
    .find((match) => match?.[1] === COOKIE)?.[2];
  if (!response.ok || !cookie) throw new Error(`Signing ${person} in was answered with ${response.status}`);
  return new Session(origin, cookie);
}

const Refusal = z.object({ code: z.string(), httpStatus: z.number(), reason: z.string() });

/** What a procedure refused: HTTP status, code and reason; fails when it was not refused. */
export async function refusalOf(call: Promise<unknown>): Promise<z.infer<typeof Refusal>> {
  try {
    await call;
  } catch (error) {
    if (error instanceof TRPCClientError) return Refusal.parse(error.data);
    throw error;
  }
  throw new Error('It was not refused');
}

/** The HTTP status that a WebSocket upgrade is answered with; 101 is an open socket, which is closed at once. */
export function upgradeStatus(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.from('a socket for one').toString('base64'),
        ...headers,
      },
    });
    request.once('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    request.once('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.once('error', reject);
    request.end();
  });
}

/** The headers of a request with this user's cookie and, unless left out, that Origin. */
export function headersOf(session: Session | null, origin?: string): Record<string, string> {
  return { ...(session && { cookie: `${COOKIE}=${session.cookie}` }), ...(origin !== undefined && { origin }) };
}
