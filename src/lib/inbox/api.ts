import { createTRPCClient, httpBatchLink, httpLink, splitLink, TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { z } from 'zod';
import type { AppRouter } from '../server/trpc/router';
import { attention, headersOf } from './attention';

const SignedOut = z.object({ code: z.literal('UNAUTHORIZED') });

/**
 * Whoever looks at something after their session is over is led to the sign-in, and back from there. What somebody does is refused in
 * words instead: what they have typed stays, and goes through once they have signed in in another tab.
 */
const leaveWhenSignedOut: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) =>
    observable((observer) =>
      next(op).subscribe({
        ...observer,
        error: (error) => {
          if (op.type === 'query' && SignedOut.safeParse(error.data).success)
            location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
          observer.error(error);
        },
      }),
    );

const to = { url: '/api/trpc', headers: () => ({ 'x-parley': '1', ...headersOf(attention) }) };

/** The one command path to the server. The header makes every call one that another site cannot send without asking first. */
export const api = createTRPCClient<AppRouter>({
  links: [
    leaveWhenSignedOut,
    splitLink({
      condition: ({ context }) => context['isUrgent'] === true,
      true: httpLink(to),
      false: httpBatchLink({ ...to, maxItems: 10 }),
    }),
  ],
});

/** The context of a call that does not wait for others to travel with: a batch leaves only when the page has been drawn. */
export const urgent = { isUrgent: true };

/** Whether a call was given up by ourselves because something newer was asked. */
export function isAborted(error: unknown): boolean {
  const cause = error instanceof TRPCClientError ? error.cause : error;
  return cause instanceof Error && cause.name === 'AbortError';
}
