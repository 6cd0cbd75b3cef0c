import { isHttpError } from '@sveltejs/kit';
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import * as importing from '../../src/routes/people/import/+server';
import * as exporting from '../../src/routes/people/export/+server';
import * as auditExporting from '../../src/routes/settings/audit/export/+server';
import { userOf } from '../../src/lib/server/auth/auth';
import { edge } from '../../workers/edge';
import { ORIGIN } from './front-door';

/** Routes of SvelteKit that are no pages: what each file answers to. */
export const fileRoutes: Record<string, object> = {
  '/people/import': importing,
  '/people/export': exporting,
  '/settings/audit/export': auditExporting,
};

/** The front door, and behind it these routes as SvelteKit serves them: with who is signed in, 405 for any other method. */
const worker = edge({
  async fetch(request) {
    const url = new URL(request.url);
    const handler: unknown = Reflect.get(fileRoutes[url.pathname] ?? {}, request.method);
    if (typeof handler !== 'function') return new Response('Method not allowed', { status: 405 });
    const event = { request, url, locals: { user: await userOf(env, request) }, platform: { env } };
    try {
      const answer: unknown = await handler(event);
      return answer instanceof Response ? answer : new Response('no answer', { status: 500 });
    } catch (error) {
      if (isHttpError(error)) return Response.json(error.body, { status: error.status });
      throw error;
    }
  },
});

/** A request as the network brings it. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const ctx = createExecutionContext();
  const response = await worker(new Request(ORIGIN + path, init), env, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}
