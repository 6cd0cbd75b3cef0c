import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client';
import { z } from 'zod';
import type { AppRouter } from '../server/trpc/router';

/** The one command path to the server. The header makes every call one that another site cannot send without asking first. */
export const api = createTRPCClient<AppRouter>({
  links: [httpBatchLink({ url: '/api/trpc', maxItems: 10, headers: { 'x-parley': '1' } })],
});

const Unauthorized = z.object({ code: z.literal('UNAUTHORIZED') });

/** Whether the session is over. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof TRPCClientError && Unauthorized.safeParse(error.data).success;
}

/** Whether a call was given up by ourselves because something newer was asked. */
export function isAborted(error: unknown): boolean {
  const cause = error instanceof TRPCClientError ? error.cause : error;
  return cause instanceof Error && cause.name === 'AbortError';
}
