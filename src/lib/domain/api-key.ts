import { z } from 'zod';

/** What a key of the API opens. There is nothing else that a key can open. */
export const Scope = z.enum(['campaigns.write', 'sends.write']);
export type Scope = z.infer<typeof Scope>;

export const scopeWords: Record<Scope, string> = {
  'campaigns.write': 'make its campaigns known and keep them up to date',
  'sends.write': 'report what its campaigns have sent to whom',
};

/** Every key begins with it, so that scanners of leaked secrets can tell. */
export const KEY_START = 'pk_';
/** The part of a key that is kept and shown. */
export const PREFIX_LENGTH = KEY_START.length + 8;

/** What the audit calls a key, which is nobody signed in. */
export const keyActorName = (name: string): string => `API key ${name}`;

/** Calls of one key within any minute; the next is refused. */
export const CALLS_A_MINUTE = 600;
const MINUTE_MS = 60_000;

/**
 * How long the next call has to wait, in ms; 0 = not at all. `nth` is when the call was that is `CALLS_A_MINUTE` before it, null = there
 * have not been as many. Epoch ms.
 */
export const waitOf = (nth: number | null, now: number): number => (nth === null ? 0 : Math.max(0, nth + MINUTE_MS - now));

/** What somebody asks for. `expiresAt` in epoch ms; null = until it is revoked. */
export const NewKey = z.strictObject({
  /** The caller's, so that the same call twice makes one key. */
  id: z.uuid(),
  name: z.string().trim().min(1).max(80),
  scopes: z.array(Scope).min(1).max(Scope.options.length),
  expiresAt: z.number().int().positive().nullable(),
});
export type NewKey = z.infer<typeof NewKey>;

/** A key as its list shows it; never the key itself. Times in epoch ms. */
export type ApiKey = {
  id: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  createdBy: string;
  createdAt: number;
  expiresAt: number | null;
  /** Up to a minute behind. */
  lastUsedAt: number | null;
  revokedAt: number | null;
};

export type KeyState = 'active' | 'expired' | 'revoked';

export function keyStateOf({ expiresAt, revokedAt }: Pick<ApiKey, 'expiresAt' | 'revokedAt'>, now: number): KeyState {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'active';
}
