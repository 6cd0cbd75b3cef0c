import { z } from 'zod';
import type { Details } from '../../domain/message';
import { cleanText } from '../../domain/text';

/** Longest single fact kept beside a message. */
const MAX_FACT = 1_024;
/** Longest campaign token looked at. */
const MAX_TOKEN = 256;

/** A provider's id of anything: some apps send numbers. Not of halves of characters or NUL, which storage would not tell apart. */
export const Id = z
  .union([z.string(), z.number().int()])
  .transform(String)
  .pipe(z.string().min(1).max(512))
  .refine((id) => id.isWellFormed() && !id.includes('\0'));

/** A field that is nice to have: whatever is wrong with it, the message is not lost for it. */
export const soft = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

/** Small facts worth showing; what is missing or empty is left out. null when nothing is left. */
export function facts(found: Record<string, string | number | boolean | null | undefined>): Details | null {
  const details: Details = {};
  for (const [key, value] of Object.entries(found)) {
    if (value === undefined || value === null || value === '') continue;
    details[key] = typeof value === 'string' ? cleanText(value, MAX_FACT) : value;
  }
  return Object.keys(details).length > 0 ? details : null;
}

/** What a button or a link brings back, as a campaign's token: our own mark if there is one, else what another system has put there. */
export function tokenOf(...payloads: (string | undefined)[]): string | null {
  const tokens = payloads.filter((payload) => payload !== undefined && payload !== '' && payload.length <= MAX_TOKEN);
  return tokens.find((token) => token?.startsWith('pc_')) ?? tokens[0] ?? null;
}
