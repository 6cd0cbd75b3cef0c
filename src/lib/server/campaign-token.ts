import { base64Of, bytesOfUrlSafe, hexOf, urlSafe } from '../domain/bytes';
import { derivedKey } from './derived-key';

/**
 * Our mark in a campaign message's buttons: `pc_` and 44 characters of base64url. In it, big-endian: the campaign's UUID (16 bytes), the
 * recipient's number (4), the button's (1), and the first 12 bytes of their HMAC-SHA256 under a key of SECRET_KEY. 47 characters fit
 * everywhere; Telegram takes 64 bytes.
 */
const PREFIX = 'pc_';
const CLAIM_BYTES = 21;
const MAC_BYTES = 12;
const LENGTH = PREFIX.length + (4 * (CLAIM_BYTES + MAC_BYTES)) / 3;
const FORM = new RegExp(`^${PREFIX}[A-Za-z0-9_-]{${LENGTH - PREFIX.length}}$`);
/** Stands for the message as a whole. */
export const WHOLE = 255;

/** What a token says. `button` counts from 0. */
export type Claim = { campaignId: string; seq: number; button: number };

const keys = new Map<string, Promise<CryptoKey>>();

function keyOf(secretKey: string): Promise<CryptoKey> {
  const known = keys.get(secretKey);
  if (known) return known;
  const key = derivedKey(secretKey, 'campaign-token', { name: 'HMAC', hash: 'SHA-256', length: 256 }, ['sign', 'verify']);
  keys.set(secretKey, key);
  key.catch(() => keys.delete(secretKey));
  return key;
}

/** The token for one button of one recipient's message. `campaignId` is a UUID. */
export async function signToken(claim: Claim, secretKey: string): Promise<string> {
  const claimed = bytesOf(claim);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', await keyOf(secretKey), claimed)).subarray(0, MAC_BYTES);
  return PREFIX + urlSafe(base64Of(new Uint8Array([...claimed, ...mac])));
}

/** Whether it looks like one of ours: then either we have signed it, or it is forged. */
export const looksSigned = (token: string): boolean => FORM.test(token);

/** What the token says when we have signed it, else null; in constant time. */
export async function readToken(token: string, secretKey: string): Promise<Claim | null> {
  if (!FORM.test(token)) return null;
  const bytes = bytesOfUrlSafe(token.slice(PREFIX.length));
  const claimed = bytes.subarray(0, CLAIM_BYTES);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', await keyOf(secretKey), claimed));
  let differs = 0;
  for (let i = 0; i < MAC_BYTES; i++) differs |= (mac[i] ?? 0) ^ (bytes[CLAIM_BYTES + i] ?? 0);
  return differs === 0 ? claimOf(claimed) : null;
}

function bytesOf({ campaignId, seq, button }: Claim): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(CLAIM_BYTES);
  const hex = campaignId.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/.test(hex)) throw new Error('a campaign without a UUID has no tokens');
  for (let i = 0; i < 16; i++) bytes[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, seq);
  view.setUint8(20, button);
  return bytes;
}

function claimOf(bytes: Uint8Array): Claim {
  const hex = hexOf(bytes.subarray(0, 16));
  const campaignId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { campaignId, seq: view.getUint32(16), button: view.getUint8(20) };
}
