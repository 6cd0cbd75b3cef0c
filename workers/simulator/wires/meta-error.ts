import type { ProviderAnswer } from './wire';

type MetaFault = { status: number; code: number; words: string; details?: string; subcode?: number; product?: 'whatsapp' };

/** An error of Meta's Graph API. `product` adds what the Cloud API says more. */
export function metaError({ status, code, words, details = words, subcode, product }: MetaFault): ProviderAnswer {
  const type = code === 190 || product === undefined ? 'OAuthException' : 'GraphMethodException';
  const error = {
    message: `(#${code}) ${words}`,
    type,
    code,
    ...(product && { error_data: { messaging_product: product, details } }),
    ...(subcode !== undefined && { error_subcode: subcode }),
    fbtrace_id: 'SIMULATOR',
  };
  return { status, body: { error } };
}

/** A refusal for too many calls says when to come back, where it says it at all. */
export const withRetryAfter = (answer: ProviderAnswer, seconds: number): ProviderAnswer => ({
  ...answer,
  headers: { ...answer.headers, 'retry-after': String(seconds) },
});
