import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client';
import { z } from 'zod';
import type { Message } from '../domain/message';
import type { Rejection } from '../domain/rejection';
import type { AppRouter } from '../server/trpc/router';

/** The one command path to the server. The header makes every call one that another site cannot send without asking first. */
export const api = createTRPCClient<AppRouter>({
  links: [httpBatchLink({ url: '/api/trpc', maxItems: 10, headers: { 'x-parley': '1' } })],
});

const LockInfo = z.object({ agentId: z.string(), agentName: z.string(), since: z.number() });
const Refusal: z.ZodType<Rejection> = z.discriminatedUnion('reason', [
  z.object({ reason: z.literal('not_found') }),
  z.object({ reason: z.literal('forbidden') }),
  z.object({ reason: z.literal('locked'), lock: LockInfo }),
  z.object({ reason: z.literal('stale_epoch'), lock: LockInfo.nullable() }),
  z.object({ reason: z.literal('unseen_messages'), unseen: z.array(z.custom<Message>((value) => typeof value === 'object')) }),
  z.object({ reason: z.literal('window_closed'), sendWindowUntil: z.number() }),
  z.object({ reason: z.literal('not_retryable') }),
  z.object({ reason: z.literal('rate_limited'), retryAfterMs: z.number() }),
  z.object({ reason: z.literal('unavailable'), retryAfterMs: z.number() }),
]);

/** The expected refusal behind an error, with its facts; null when it is another failure (network, fault, signed out). */
export function refusalOf(error: unknown): { reason: Rejection['reason']; facts: Rejection } | null {
  if (!(error instanceof TRPCClientError)) return null;
  const parsed = Refusal.safeParse(error.data);
  return parsed.success ? { reason: parsed.data.reason, facts: parsed.data } : null;
}

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
