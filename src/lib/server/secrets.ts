import { z } from 'zod';
import { base64Of, bytesOf } from '../domain/bytes';
import type { ChannelSecrets } from '../domain/provider';
import { derivedKey } from './derived-key';

const Secrets = z.object({
  appSecret: z.string().optional(),
  verifyToken: z.string().optional(),
  accessToken: z.string().optional(),
  webhookSecret: z.string().optional(),
});

const VERSION = 'v1';
/** What AES-GCM wants: 96 bits, new for every encryption. */
const IV_BYTES = 12;
const encoder = new TextEncoder();

/**
 * A channel's secrets as stored: `v1.<iv>.<ciphertext>`, both base64. AES-256-GCM under a key derived from SECRET_KEY; the channel's id
 * is authenticated with them, so that a row's secrets cannot be moved to another channel.
 */
export async function encryptSecrets(secrets: ChannelSecrets, channelId: string, secretKey: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const plain = encoder.encode(JSON.stringify(Secrets.parse(secrets)));
  const sealed = await crypto.subtle.encrypt(cipher(iv, channelId), await keyOf(secretKey), plain);
  return [VERSION, base64Of(iv), base64Of(new Uint8Array(sealed))].join('.');
}

/** The secrets behind `encryptSecrets`. Throws when they were made for another channel, under another key, or altered. */
export async function decryptSecrets(stored: string, channelId: string, secretKey: string): Promise<ChannelSecrets> {
  const [version, iv, sealed] = stored.split('.');
  if (version !== VERSION || !iv || !sealed) throw new Error('channel secrets: unknown format');
  const plain = await crypto.subtle.decrypt(cipher(bytesOf(iv), channelId), await keyOf(secretKey), bytesOf(sealed));
  return Secrets.parse(JSON.parse(new TextDecoder().decode(plain)));
}

const cipher = (iv: Uint8Array<ArrayBuffer>, channelId: string) => ({
  name: 'AES-GCM',
  iv,
  additionalData: encoder.encode(channelId),
});

const keyOf = (secretKey: string): Promise<CryptoKey> =>
  derivedKey(secretKey, 'channel-secrets', { name: 'AES-GCM', length: 256 }, ['encrypt', 'decrypt']);
