import { hexOf } from '../domain/bytes';

const encoder = new TextEncoder();

export type Purpose = 'channel-secrets' | 'maintenance' | 'media-link' | 'pseudonym' | 'campaign-token' | 'erased-address';

/**
 * The key of one purpose, derived from SECRET_KEY by HKDF, so that none is used for two things. SECRET_KEY is random and long, so no salt
 * and no slow hash are needed. Throws when it is shorter than 32 characters.
 */
export async function derivedKey(
  secretKey: string,
  purpose: Purpose,
  algorithm: AesKeyGenParams | HmacKeyGenParams,
  usages: KeyUsage[],
): Promise<CryptoKey> {
  if (secretKey.length < 32) throw new Error('SECRET_KEY must have at least 32 characters');
  const material = await crypto.subtle.importKey('raw', encoder.encode(secretKey), 'HKDF', false, ['deriveKey']);
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encoder.encode(`parley/${purpose}`) };
  return crypto.subtle.deriveKey(derivation, material, algorithm, false, usages);
}

/** Keyed one-way hashes of texts for one purpose, 32 hex digits each, in order. The same text always gets the same. */
export async function hmacOf(secretKey: string, purpose: Purpose, texts: readonly string[]): Promise<string[]> {
  const key = await derivedKey(secretKey, purpose, { name: 'HMAC', hash: 'SHA-256', length: 256 }, ['sign']);
  return Promise.all(
    texts.map(async (text) => {
      const digest = await crypto.subtle.sign('HMAC', key, encoder.encode(text));
      return hexOf(new Uint8Array(digest, 0, 16));
    }),
  );
}
