import { TRPCClientError } from '@trpc/client';
import { z } from 'zod';

const Refusal = z.object({ httpStatus: z.number(), fields: z.array(z.string()).optional() });

/** Why a call did not work, in words; `fields` are the paths of those that were wrong. */
export type Problem = { words: string; fields: string[] };

/** What there is to say of a call that has thrown this: what the server says, or that it was not reached. */
export function problemOf(error: unknown): Problem {
  const refusal = error instanceof TRPCClientError ? Refusal.safeParse(error.data) : null;
  if (!(error instanceof Error) || !refusal?.success)
    return { words: 'Parley cannot be reached. Check the connection and try again.', fields: [] };
  return { words: error.message, fields: refusal.data.fields ?? [] };
}

/** Whether it was this field, wherever in the input it is. */
export const isWrong = (problem: Problem | null, field: string): boolean =>
  problem?.fields.some((path) => path.split('.').includes(field)) ?? false;
