import type { Channel } from '../../../domain/provider';
import { hexOf } from '../../../domain/bytes';
import { bytesOfHex, sameText, secretsOf, signHmac, verifyHmac } from '../signature';

const encoder = new TextEncoder();
const SCHEME = 'sha256=';
/** Meta sends about ten digits; what is longer is not echoed. */
const MAX_CHALLENGE = 256;

/** Meta's subscription check: the challenge, when the caller knows our verify token; during a rotation, either of them. */
export function handshake(query: URLSearchParams, channel: Channel): string | null {
  const challenge = query.get('hub.challenge');
  const token = query.get('hub.verify_token');
  const expected = channel.secrets.verifyToken;
  if (query.get('hub.mode') !== 'subscribe' || !challenge || challenge.length > MAX_CHALLENGE || !token || !expected) return null;
  return [expected, ...secretsOf(expected)].some((one) => sameText(token, one)) ? challenge : null;
}

/** `X-Hub-Signature-256: sha256=<lower-case hex HMAC-SHA256 of the raw body>`, keyed with the app secret. */
export async function verify(body: Uint8Array, headers: Headers, channel: Channel): Promise<boolean> {
  const header = headers.get('x-hub-signature-256') ?? '';
  const signature = header.startsWith(SCHEME) ? bytesOfHex(header.slice(SCHEME.length)) : null;
  if (!signature) return false;
  for (const secret of secretsOf(channel.secrets.appSecret)) {
    if (await verifyHmac(encoder.encode(secret), signature, body)) return true;
  }
  return false;
}

/** As Meta signs what it posts to us. */
export async function prove(body: string, channel: Channel): Promise<Record<string, string> | null> {
  const [secret] = secretsOf(channel.secrets.appSecret);
  if (secret === undefined) return null;
  return { 'x-hub-signature-256': SCHEME + hexOf(await signHmac(encoder.encode(secret), encoder.encode(body))) };
}
