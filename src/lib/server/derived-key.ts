const encoder = new TextEncoder();

/**
 * The key of one purpose, derived from SECRET_KEY by HKDF, so that none is used for two things. SECRET_KEY is random and long, so no salt
 * and no slow hash are needed. Throws when it is shorter than 32 characters.
 */
export async function derivedKey(
  secretKey: string,
  purpose: 'channel-secrets' | 'maintenance' | 'media-link' | 'pseudonym' | 'campaign-token',
  algorithm: AesKeyGenParams | HmacKeyGenParams,
  usages: KeyUsage[],
): Promise<CryptoKey> {
  if (secretKey.length < 32) throw new Error('SECRET_KEY must have at least 32 characters');
  const material = await crypto.subtle.importKey('raw', encoder.encode(secretKey), 'HKDF', false, ['deriveKey']);
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encoder.encode(`parley/${purpose}`) };
  return crypto.subtle.deriveKey(derivation, material, algorithm, false, usages);
}
