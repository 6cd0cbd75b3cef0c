import { hexOf } from '../../src/lib/domain/bytes';
import { derivedKey } from '../../src/lib/server/derived-key';
import { keyOf } from '../../src/lib/server/media';
import { bytesOfHex } from '../../src/lib/server/providers/signature';
import type { Env } from '../env';

/** How long an app may take to fetch what it was sent. */
export const LINK_MS = 7 * 86_400_000;

/**
 * An address at which anybody who has it may fetch this file for seven days: `/media/shared/<expiry>.<signature>/<key>`. For apps that
 * we send to. `now` in epoch ms. Rejects without an origin.
 */
export async function sharedUrl(env: Env, origin: string, key: string, now: number): Promise<string> {
  const expiresAt = now + LINK_MS;
  const signature = await crypto.subtle.sign('HMAC', await linkKey(env), textOf(expiresAt, key));
  return new URL(`/media/shared/${expiresAt}.${hexOf(new Uint8Array(signature))}/${key}`, origin).href;
}

/** The key of the file that a shared path leads to; null when we have not signed it, or its time is over. */
export async function keyOfShared(env: Env, path: string, now: number): Promise<string | null> {
  const [, expiry = '', hex = '', conversationId = '', id = ''] = SHARED.exec(path) ?? [];
  const signature = bytesOfHex(hex);
  if (!signature) return null;
  const key = keyOf(conversationId, id);
  // The platform compares, in constant time.
  const isOurs = await crypto.subtle.verify('HMAC', await linkKey(env), new Uint8Array(signature), textOf(Number(expiry), key));
  return isOurs && now < Number(expiry) ? key : null;
}

const SHARED = /^\/media\/shared\/([1-9]\d{0,14})\.([0-9a-f]{64})\/([0-9a-f]{40})\/([0-9a-z][0-9a-z-]{2,63})$/;

const encoder = new TextEncoder();
const textOf = (expiresAt: number, key: string) => encoder.encode(`${expiresAt}.${key}`);

const linkKey = ({ SECRET_KEY }: Env): Promise<CryptoKey> =>
  derivedKey(SECRET_KEY, 'media-link', { name: 'HMAC', hash: 'SHA-256', length: 256 }, ['sign', 'verify']);
