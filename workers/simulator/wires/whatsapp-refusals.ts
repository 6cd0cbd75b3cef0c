import { metaError, withRetryAfter } from './meta-error';
import type { ProviderAnswer, WireRefusal } from './wire';

type Row = readonly [code: number, status: number, words: string, details?: string];

/** Meta's page "Error codes" of the Cloud API: code, HTTP status, title. */
const rows: readonly Row[] = [
  [131047, 400, 'Re-engagement message', 'More than 24 hours have passed since the customer last replied to this number.'],
  [131026, 400, 'Message undeliverable'],
  [131051, 400, 'Unsupported message type'],
  [131052, 400, 'Media download error'],
  [131053, 400, 'Media upload error'],
  [130429, 429, 'Rate limit hit', 'Message failed to send because there were too many messages sent from this phone number.'],
  [131056, 400, '(Business Account, Consumer Account) pair rate limit hit'],
  [80007, 400, 'Rate limit issues'],
  [4, 400, 'Application request limit reached'],
  [131048, 400, 'Spam rate limit hit'],
  [131049, 400, 'This message was not delivered to maintain healthy ecosystem engagement'],
  [131050, 400, 'User has stopped marketing messages from this business'],
  [130472, 400, 'User is part of an experiment'],
  [131064, 400, 'Template limit of this class reached'],
  [131062, 400, 'Business-scoped user ids cannot be used for this message'],
  [132000, 400, 'Template parameter count mismatch'],
  [132001, 404, 'Template does not exist'],
  [132005, 400, 'Template hydrated text too long'],
  [132007, 400, 'Template format character policy violated'],
  [132008, 400, 'Template parameter value invalid'],
  [132012, 400, 'Template parameter format mismatch'],
  [132015, 400, 'Template is paused'],
  [132016, 400, 'Template is disabled'],
  [131000, 500, 'Something went wrong'],
  [131016, 503, 'Service unavailable'],
  [1, 400, 'API unknown'],
  [2, 503, 'API service'],
  [131008, 400, 'Required parameter is missing'],
  [131009, 400, 'Parameter value is not valid'],
  [131021, 400, 'Recipient cannot be sender'],
  [100, 400, 'Invalid parameter'],
  [0, 401, 'AuthException'],
  [190, 401, 'Invalid OAuth access token'],
  [3, 500, 'API method'],
  [10, 403, 'Permission denied'],
  [200, 403, 'API permission'],
  [131005, 403, 'Access denied'],
  [131031, 403, 'Business account locked'],
  [131042, 400, 'Business eligibility payment issue'],
  [368, 403, 'Temporarily blocked for policies violations'],
];
const rateLimits = new Set([130429, 131056, 80007, 4]);
/** What the Cloud API often says only afterwards, in a `failed` status. */
const reportedLater = new Set([131026, 131047, 131049, 131050, 131053, 130472, 131042]);

export const whatsappError = (status: number, code: number, words: string, details = words): ProviderAnswer =>
  metaError({ status, code, words, details, product: 'whatsapp' });

/** The error of a `failed` status. */
const failureOf = ([code, , title, details = title]: Row) => ({ code, title, message: title, error_data: { details } });

const common = ([code, , words]: Row) => ({ provider: 'whatsapp', code: String(code), words }) as const;

export const whatsappRefusals: readonly WireRefusal[] = rows.flatMap((row): WireRefusal[] => {
  const [code, status, words, details] = row;
  const isRateLimit = rateLimits.has(code);
  const plain = whatsappError(status, code, words, details);
  const answer = (retryAfterS: number) => (isRateLimit ? withRetryAfter(plain, retryAfterS) : plain);
  const now: WireRefusal = { ...common(row), key: `whatsapp:${code}`, isRateLimit, answer };
  if (!reportedLater.has(code)) return [now];
  const later = `${words} (taken, then reported)`;
  return [now, { ...common(row), words: later, key: `whatsapp:later:${code}`, isRateLimit: false, failure: failureOf(row) }];
});

export const undeliverable = {
  code: 131026,
  title: 'Message undeliverable',
  message: 'Message undeliverable',
  error_data: { details: 'Message Undeliverable.' },
};
