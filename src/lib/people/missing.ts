import { TRPCClientError } from '@trpc/client';
import { z } from 'zod';

const NotFound = z.object({ httpStatus: z.literal(404) });

/** Whether what was asked for is not there (any more). */
export const isMissing = (error: unknown): boolean => error instanceof TRPCClientError && NotFound.safeParse(error.data).success;
