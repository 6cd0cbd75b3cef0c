import type { ProviderAnswer, WireRefusal } from './wire';

/** An error of the Bot API; `parameters` as its page "ResponseParameters" has them. */
export const telegramError = (error_code: number, description: string, parameters?: object): ProviderAnswer => ({
  status: error_code,
  body: { ok: false, error_code, description, ...(parameters && { parameters }) },
});

/** Descriptions as the Bot API's server writes them. */
const rows: readonly (readonly [code: number, description: string])[] = [
  [429, 'Too Many Requests: retry after {s}'],
  [403, 'Forbidden: bot was blocked by the user'],
  [403, 'Forbidden: user is deactivated'],
  [403, "Forbidden: bot can't initiate conversation with a user"],
  [400, 'Bad Request: chat not found'],
  [400, 'Bad Request: message text is empty'],
  [400, 'Bad Request: message is too long'],
  [400, 'Bad Request: message to be replied not found'],
  [400, 'Bad Request: wrong file identifier/HTTP URL specified'],
  [400, 'Bad Request: IMAGE_PROCESS_FAILED'],
  [400, 'Bad Request: VOICE_MESSAGES_FORBIDDEN'],
  [401, 'Unauthorized'],
  [404, 'Not Found'],
  [409, 'Conflict: terminated by other getUpdates request'],
  [413, 'Request Entity Too Large'],
  [500, 'Internal Server Error'],
  [502, 'Bad Gateway'],
];

export const BLOCKED = 'telegram:403:1';
export const NO_REPLY_TARGET = 'telegram:400:7';

export const telegramRefusals: readonly WireRefusal[] = rows.map(([code, description], index) => ({
  key: `telegram:${code}:${index}`,
  provider: 'telegram',
  code: String(code),
  words: description.replace(/^(Bad Request|Forbidden|Conflict): |: retry after \{s\}$/g, ''),
  isRateLimit: code === 429,
  answer: (retryAfterS) =>
    code === 429
      ? telegramError(code, description.replace('{s}', String(retryAfterS)), { retry_after: retryAfterS })
      : telegramError(code, description),
}));
