import { z } from 'zod';
import type { SendDeps } from '../../../domain/provider';
import { look } from '../../../server/providers/call';
import { MetaError, resultOf } from './errors';

/** The Graph API version that the bodies and answers here are written for. */
const VERSION = 'v24.0';
const Refused = z.object({ error: MetaError });

/** The error in an answer, whatever its HTTP status; undefined when there is none that can be read. */
export const errorIn = (json: unknown): MetaError | undefined => Refused.safeParse(json).data?.error;

/** `{apiBase}/v24.0/{…segments}`. */
export function graphUrl(apiBase: string, ...segments: string[]): string {
  return [apiBase.replace(/\/+$/, ''), VERSION, ...segments.map(encodeURIComponent)].join('/');
}

/** The token; and who asks, which Meta's page on media downloads names among the headers and Workers do not send by themselves. */
export const graphHeaders = (accessToken: string) => ({ authorization: `Bearer ${accessToken}`, 'user-agent': 'Parley' });

/**
 * What came of one look: the JSON, or in words why not. `unauthorized`: the token or its rights; `refused`: there is no such thing;
 * `lost`: nothing is known, it may work later.
 */
export type Read =
  | { status: 'read'; json: unknown }
  | { status: 'unauthorized'; reason: string }
  | { status: 'refused'; reason: string }
  | { status: 'lost'; reason: string };

/** Reads one Graph address. Never throws. */
export async function read(url: string, accessToken: string, deps: SendDeps, maxBytes?: number): Promise<Read> {
  const answer = await look(url, graphHeaders(accessToken), deps, maxBytes);
  if ('lost' in answer) return { status: 'lost', reason: answer.lost };
  const { status: http, json, retryAfterMs } = answer;
  const error = errorIn(json);
  if (!error && http === 200 && json !== undefined) return { status: 'read', json };
  const lost: Read = { status: 'lost', reason: `WhatsApp did not answer as it should (HTTP ${http}).` };
  if (!error && http < 400) return lost;
  const result = resultOf(error, http, retryAfterMs);
  if (result.status === 'stopped') return { status: 'unauthorized', reason: result.reason };
  if (result.status === 'failed' && !result.failure.retryable) return { status: 'refused', reason: result.failure.reason };
  return lost;
}
