import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
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

/** A call of the sign-in API, as a browser makes it. */
export function auth(path: string, body: unknown, cookie = ''): Promise<Response> {
  const headers = { 'content-type': 'application/json', origin: ORIGIN, ...(cookie !== '' && { cookie }) };
  return call(`/api/auth${path}`, { method: 'POST', body: JSON.stringify(body), headers });
}

export const signIn = (email: string, password: string, cookie = ''): Promise<Response> =>
  auth('/sign-in/email', { email, password }, cookie);

/** What a browser sends back after this answer. */
export const cookieOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
