import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { authOf } from '../../src/lib/server/auth/auth';
import { edge } from '../../workers/edge';

export const ORIGIN = 'https://parley.test';
const worker = edge({ fetch: () => new Response('the app', { headers: { 'content-type': 'text/html' } }) });

/** A request to the Worker's entry, as the network brings it. */
export async function call(path: string, init: RequestInit = {}): Promise<Response> {
  const ctx = createExecutionContext();
  const response = await worker(new Request(ORIGIN + path, init), env, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}

export async function signIn(email: string, password: string): Promise<Response> {
  const body = JSON.stringify({ email, password });
  const headers = { 'content-type': 'application/json', origin: ORIGIN };
  return (await authOf(env, ORIGIN)).handler(new Request(`${ORIGIN}/api/auth/sign-in/email`, { method: 'POST', body, headers }));
}

/** What a browser sends back after this answer. */
export const cookieOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
