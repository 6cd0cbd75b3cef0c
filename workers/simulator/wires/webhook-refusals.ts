import type { WireRefusal } from './wire';

type Row = readonly [status: number, reason: string];

/** What servers of other apps answer; 410 is Standard Webhooks' "never again". */
const rows: readonly Row[] = [
  [429, 'Too many messages'],
  [503, 'Busy'],
  [401, 'Bad signature'],
  [403, 'This channel is switched off'],
  [404, 'Nothing here'],
  [400, 'This is not a message'],
  [408, 'The request took too long'],
  [409, 'Another message is being written'],
  [410, 'This user has left'],
  [413, 'Too large'],
  [422, 'This user no longer takes messages'],
  [301, 'It has moved'],
  [500, 'Internal error'],
  [502, 'Bad gateway'],
  [504, 'Gateway timeout'],
];
const rateLimits = new Set([429, 503]);

export const webhookRefusals: readonly WireRefusal[] = rows.map(([status, reason]) => ({
  key: `webhook:${status}`,
  provider: 'webhook',
  code: String(status),
  words: reason,
  isRateLimit: rateLimits.has(status),
  answer: (retryAfterS) => ({
    status,
    body: { reason },
    headers: {
      ...(rateLimits.has(status) && { 'retry-after': String(retryAfterS) }),
      ...(status === 301 && { location: 'https://app.example/elsewhere' }),
    },
  }),
}));
