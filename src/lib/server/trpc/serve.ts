import type { TRPCError } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { z } from 'zod';
import { keyIn } from '../api-key';
import { AGAIN_MS } from '../auth/unavailable';
import type { Context } from './context';
import { rejected, RejectionError } from './errors';
import { appRouter } from './router';

/** Calls of one batch; more are refused. */
const MAX_BATCH = 10;
export const ENDPOINT = '/api/trpc';

type Caller = Omit<Context, 'key'>;

/** Answers calls of procedures. */
export const serve = (request: Request, caller: Caller): Promise<Response> =>
  answer(request, () => ({ ...caller, key: keyIn(request) }));

/** Answers them while nobody can say who calls: each may be made again in a moment. */
export const refuseAll = (request: Request): Promise<Response> =>
  answer(request, () => {
    throw rejected({ reason: 'unavailable', retryAfterMs: AGAIN_MS });
  });

function answer(request: Request, createContext: () => Context): Promise<Response> {
  return fetchRequestHandler({
    endpoint: ENDPOINT,
    req: request,
    router: appRouter,
    createContext,
    maxBatchSize: MAX_BATCH,
    responseMeta: ({ errors }) => ({ headers: waitOf(errors) }),
    // Ids and codes only: inputs hold what people wrote.
    onError: ({ error, path }) => {
      if (error.code === 'INTERNAL_SERVER_ERROR')
        console.error({ event: 'procedure_failed', path, error: String(error.cause ?? error) });
    },
  });
}

/** When a refused call may come again, as HTTP says it. */
function waitOf(errors: readonly TRPCError[]): Record<string, string> {
  for (const { cause } of errors)
    if (cause instanceof RejectionError && 'retryAfterMs' in cause.rejection)
      return { 'retry-after': String(Math.ceil(cause.rejection.retryAfterMs / 1_000)) };
  return {};
}

const Answer = z.union([
  z.object({ result: z.object({ data: z.unknown() }) }),
  z.object({ error: z.object({ message: z.string(), data: z.record(z.string(), z.unknown()) }) }),
]);

/**
 * Answers a plain HTTP call by the procedure of that name: its input is the JSON of the body and what the path names. The answer is what
 * the procedure answers, or `{ error: { message, code, reason, … } }`.
 */
export async function serveAs(
  procedure: 'campaigns.import' | 'campaigns.recordSends',
  request: Request,
  caller: Caller,
  named: Record<string, string> = {},
): Promise<Response> {
  const body: unknown = await request.json().catch(() => null);
  // What is no object stays what it is, and is refused as such.
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  const headers = new Headers(request.headers);
  headers.set('content-type', 'application/json');
  headers.delete('content-length');
  const url = new URL(`${ENDPOINT}/${procedure}`, request.url);
  const input = JSON.stringify(isObject ? { ...body, ...named } : body);
  const response = await serve(new Request(url, { method: 'POST', headers, body: input }), caller);
  const answer = Answer.parse(await response.json());
  const wait = response.headers.get('retry-after');
  return Response.json('result' in answer ? answer.result.data : { error: errorOf(answer.error) }, {
    status: response.status,
    headers: wait === null ? {} : { 'retry-after': wait },
  });
}

const errorOf = ({ message, data }: { message: string; data: Record<string, unknown> }) => {
  const { path: _, httpStatus: __, ...facts } = data;
  return { message, ...facts };
};
