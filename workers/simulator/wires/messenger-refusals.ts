import { metaError, withRetryAfter } from './meta-error';
import type { ProviderAnswer, WireRefusal } from './wire';

type Row = readonly [code: number, subcode: number | null, status: number, words: string];

/** Messenger Platform's page "Error codes": code, subcode, HTTP status, words. */
const rows: readonly Row[] = [
  [10, 2018278, 403, 'This message is sent outside of allowed window'],
  [10, 1893063, 403, 'This page is restricted from sending messages'],
  [10, 2018065, 403, 'Application does not have permission for this action'],
  [551, 1545041, 400, 'This person isn’t available right now'],
  [100, null, 400, 'Invalid parameter'],
  [100, 2018001, 400, 'No matching user found'],
  [100, 1893061, 400, 'This message tag is no longer supported'],
  [100, 2018008, 400, 'Failed to fetch the file from the url'],
  [100, 2018047, 400, 'Upload attachment failure'],
  [4, null, 400, 'Application request limit reached'],
  [32, null, 400, 'Page request limit reached'],
  [613, null, 400, 'Calls to this API have exceeded the rate limit'],
  [613, 2018022, 400, 'Too many send requests to this person'],
  [80006, null, 400, 'There have been too many calls for this page'],
  [1, null, 500, 'An unknown error occurred'],
  [2, null, 503, 'Service temporarily unavailable'],
  [1200, null, 503, 'Temporary send message failure, please try again later'],
  [190, null, 401, 'Error validating access token'],
  [190, 463, 401, 'Error validating access token: session has expired'],
  [3, null, 403, 'Application does not have the capability to make this API call'],
  [200, null, 403, 'Requires pages_messaging permission to manage the object'],
  [368, null, 403, 'Temporarily blocked for policies violations'],
];
const rateLimits = new Set([4, 32, 613, 80006]);

export const messengerError = (status: number, code: number, words: string, subcode?: number): ProviderAnswer =>
  metaError({ status, code, words, subcode });

export const keyOf = (code: number, subcode: number | null): string =>
  `messenger:${code}${subcode === null ? '' : `/${subcode}`}`;

export const messengerRefusals: readonly WireRefusal[] = rows.map(([code, subcode, status, words]) => {
  const isRateLimit = rateLimits.has(code);
  const plain = messengerError(status, code, words, subcode ?? undefined);
  const shown = subcode === null ? String(code) : `${code}/${subcode}`;
  const answer = (retryAfterS: number) => (isRateLimit ? withRetryAfter(plain, retryAfterS) : plain);
  return { key: keyOf(code, subcode), provider: 'messenger', code: shown, words, isRateLimit, answer };
});
