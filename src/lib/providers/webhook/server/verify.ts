import type { Channel } from '../../../domain/provider';
import { base64Of } from '../../../domain/bytes';
import { bytesOfBase64, secretsOf, signHmac, verifyHmac } from '../../../server/providers/signature';

const encoder = new TextEncoder();
/** How far a timestamp may be from our clock, either way. */
const TOLERANCE_MS = 300_000;
/** Signatures looked at: a rotation has two, a flood of them is work for nothing. */
const MAX_SIGNATURES = 10;
const PREFIX = 'whsec_';
/** Bytes of a good key, by the specification. */
const SHORTEST_KEY = 24;
const LONGEST_KEY = 64;

/** There is no handshake: the signature of each call says all. */
export function handshake(): string | null {
  return null;
}

/**
 * Standard Webhooks: `webhook-signature` is a space-separated list of `v1,<base64 HMAC-SHA256 of "id.timestamp.body">`, any one of
 * which may match any one of our secrets. `webhook-timestamp` is in unix seconds. https://github.com/standard-webhooks/standard-webhooks
 */
export async function verify(body: Uint8Array, headers: Headers, channel: Channel, now: number): Promise<boolean> {
  const id = headers.get('webhook-id') ?? '';
  const timestamp = headers.get('webhook-timestamp') ?? '';
  // A dot in either would let one signature stand for two different calls.
  if (id === '' || id.includes('.') || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now - Number(timestamp) * 1_000) > TOLERANCE_MS) return false;
  const signatures = (headers.get('webhook-signature') ?? '')
    .split(' ')
    .filter((entry) => entry.startsWith('v1,'))
    .slice(0, MAX_SIGNATURES)
    .map((entry) => bytesOfBase64(entry.slice(3)))
    .filter((bytes) => bytes !== null);
  const data = signedBytes(id, timestamp, body);
  for (const key of keysOf(channel)) {
    for (const signature of signatures) if (await verifyHmac(key, signature, data)) return true;
  }
  return false;
}

/** The three headers of a call of ours, signed with every current secret; null when the channel has none. */
export async function sign(id: string, body: string, channel: Channel, now: number): Promise<Record<string, string> | null> {
  const timestamp = String(Math.floor(now / 1_000));
  const data = signedBytes(id, timestamp, encoder.encode(body));
  const signatures = await Promise.all(keysOf(channel).map(async (key) => `v1,${base64Of(await signHmac(key, data))}`));
  if (signatures.length === 0) return null;
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/** As an app signs what it posts to us. */
export const prove = (body: string, channel: Channel, now: number): Promise<Record<string, string> | null> =>
  sign(`test_${crypto.randomUUID()}`, body, channel, now);

function signedBytes(id: string, timestamp: string, body: Uint8Array): Uint8Array {
  const head = encoder.encode(`${id}.${timestamp}.`);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

/** The keys in the channel's secrets; an unreadable one is skipped. */
function keysOf(channel: Channel): Uint8Array[] {
  return secretsOf(channel.secrets.webhookSecret).flatMap((secret) => {
    const key = bytesOfBase64(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret);
    return key && key.length > 0 ? [key] : [];
  });
}

/** Whether the channel has secrets and each is written as the specification wants it: `whsec_` and 24 to 64 bytes in base64. */
export function areSecretsGood(channel: Channel): boolean {
  const secrets = secretsOf(channel.secrets.webhookSecret);
  return secrets.length > 0 && secrets.every(isGood);
}

function isGood(secret: string): boolean {
  const key = secret.startsWith(PREFIX) ? bytesOfBase64(secret.slice(PREFIX.length)) : null;
  return key !== null && key.length >= SHORTEST_KEY && key.length <= LONGEST_KEY;
}
