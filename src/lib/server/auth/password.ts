import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** OWASP ASVS 5.0's scrypt setting of 2^15/8/3; about 0.25 s. PBKDF2 is no choice: production Workers cap its iterations at 100,000. */
const N = 2 ** 15;
const R = 8;
const P = 3;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** Longer passwords are refused before any hashing. */
export const MAX_PASSWORD_BYTES = 1024;
export const MIN_PASSWORD_LENGTH = 8;

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** A password as somebody types it in, right or wrong. */
export const Password = z
  .string()
  .min(1)
  .max(MAX_PASSWORD_BYTES)
  .refine((text) => bytesOf(text) <= MAX_PASSWORD_BYTES);
/** One that somebody chooses. */
export const NewPassword = Password.refine((text) => text.length >= MIN_PASSWORD_LENGTH);

type Cost = { n: number; r: number; p: number };

function derive(password: string, salt: Buffer, { n, r, p }: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { N: n, r, p, maxmem: 256 * n * r };
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

/** The password's hash with its parameters and salt in one string: `scrypt$N$r$p$salt$key`, the last two in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, { n: N, r: R, p: P });
  return ['scrypt', N, R, P, salt.toString('base64'), key.toString('base64')].join('$');
}

/** Whether this is the password of that hash; false for a hash that cannot be read. */
export async function verifyPassword({ hash, password }: { hash: string; password: string }): Promise<boolean> {
  const [scheme, n, r, p, salt, key] = hash.split('$');
  if (scheme !== 'scrypt' || !salt || !key || bytesOf(password) > MAX_PASSWORD_BYTES) return false;
  const expected = Buffer.from(key, 'base64');
  const actual = await derive(password, Buffer.from(salt, 'base64'), { n: Number(n), r: Number(r), p: Number(p) });
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
