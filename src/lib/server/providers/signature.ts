import { base64Of, bytesOf } from '../../domain/bytes';

const encoder = new TextEncoder();
const HMAC = { name: 'HMAC', hash: 'SHA-256' };

/** The secrets of one setting: several, separated by commas, while a secret is being rotated. */
export function secretsOf(setting: string | undefined): string[] {
  return (setting ?? '')
    .split(',')
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '');
}

/** HMAC-SHA256, 32 bytes. The key must not be empty. */
export async function signHmac(key: Uint8Array, data: Uint8Array): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey('raw', owned(key), HMAC, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, owned(data)));
}

/** Whether it is that key's HMAC-SHA256 of the data. The platform compares, in constant time. */
export async function verifyHmac(key: Uint8Array, signature: Uint8Array, data: Uint8Array): Promise<boolean> {
  if (key.length === 0 || signature.length !== 32) return false;
  const imported = await crypto.subtle.importKey('raw', owned(key), HMAC, false, ['verify']);
  return crypto.subtle.verify('HMAC', imported, owned(signature), owned(data));
}

/** Whether two short texts are equal, in time that depends on their lengths only. */
export function sameText(given: string, expected: string): boolean {
  const a = encoder.encode(given);
  const b = encoder.encode(expected);
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** The bytes of 64 lower-case hex digits, else null: upper case and anything around them is a forgery, not a style. */
export function bytesOfHex(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[0-9a-f]{64}$/.test(text)) return null;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** The bytes of canonical, padded base64, else null. */
export function bytesOfBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const bytes = bytesOf(text);
  // `atob` forgives stray bits in the last digit; two spellings of one signature would be one too many.
  return base64Of(bytes) === text ? bytes : null;
}

/** The same bytes as WebCrypto wants them: over a buffer that is surely not shared. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
    : new Uint8Array(bytes);
}
